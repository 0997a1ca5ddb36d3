// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { Emptiness } from "../access/AccessLine.tsx";
import { route } from "../app/route.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { isWaiting } from "./list.ts";
import { useChart, type ListName } from "./model.ts";

interface Props {
  names: readonly ListName[];
  /** Said when everything was read and nothing was there. */
  empty: string;
  isEmpty?: boolean;
  /** Show nothing until every list has answered; else each as it comes. */
  together?: boolean;
  children: ComponentChildren;
}

/** Around what one or more lists show: skeleton while nothing has come, failures with a retry, a sentence when empty, and the button for more. */
export function ListFrame({ names, empty, isEmpty, together = false, children }: Props) {
  const lists = useChart().lists;
  const failed = names.filter((name) => lists[name].status.value === "failed");
  const waiting = names.filter((name) => isWaiting(lists[name]));
  const nothing = isEmpty ?? names.every((name) => lists[name].items.value.length === 0);
  const { sight } = useChart();
  const now = route.value;
  const overview = now.screen === "patient" && now.section === "oversikt";
  // Until it is known what may be seen, nothing is said to be absent.
  const blank = (waiting.length > 0 && (nothing || together)) || (nothing && sight.status.value === "loading");
  return (
    <>
      {failed.map((name) => (
        <FailureBox key={name} heading={t.value.failure.section(t.value.lists[name])} text={failureText(lists[name].error.value)} retry={() => void lists[name].load()} />
      ))}
      {blank ? <SectionSkeleton /> : nothing && failed.length === 0 ? <><p class="empty">{empty}</p><Emptiness link={!overview} /></> : children}
    </>
  );
}

/** "Show more" for lists that have more pages on the server. */
export function MoreButton({ names, text }: { names: readonly ListName[]; text?: string }) {
  const lists = useChart().lists;
  const open = names.filter((name) => lists[name].more.value);
  if (open.length === 0) return null;
  const busy = open.some((name) => lists[name].status.value === "loading");
  return (
    <p class="more">
      <button type="button" class="button" aria-disabled={busy} onClick={() => open.forEach((name) => void lists[name].load())}>{busy ? t.value.common.loading : (text ?? t.value.common.more)}</button>
    </p>
  );
}
