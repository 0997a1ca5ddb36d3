// SPDX-License-Identifier: Apache-2.0
// In front of a chart that is one's own or a colleague's: what opening it means, and the two ways on. It keeps nobody out.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { goBack } from "../app/route.ts";
import { t } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { askNear, nearKnown, nearTold, type Near } from "./near.ts";

/** The chart, when it is known that it needs no warning, or it has been given. */
export function BeforeOpening({ id, children }: { id: string; children: ComponentChildren }) {
  const [near, setNear] = useState<Near | null | undefined>(() => nearKnown(id));
  useEffect(() => {
    if (near === undefined) void askNear(id).then(setNear);
  }, [id]);
  if (near === undefined) return <SectionSkeleton />;
  if (near === null) return <>{children}</>;
  return <Warning near={near} open={() => { nearTold(id); setNear(null); }} />;
}

function Warning({ near, open }: { near: Near; open: () => void }) {
  const n = t.value.access.near;
  const first = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    document.title = t.value.title([n[near]]);
    first.current?.focus();
  }, []);
  return (
    <div class="page">
      <h1 tabIndex={-1}>{n[near]}</h1>
      <p class="box box-warn" id="near-text"><Icon name="warning" />{near === "own" ? n.ownText : n.colleagueText}</p>
      <p class="actions">
        <button ref={first} type="button" class="button button-main" aria-describedby="near-text" onClick={open}>{n.open}</button>
        <button type="button" class="button" onClick={() => goBack("/")}>{n.back}</button>
      </p>
    </div>
  );
}
