// SPDX-License-Identifier: Apache-2.0
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t, word } from "../i18n/index.ts";
import { choose, focusFirst, logout, session, type Assignment } from "./session.ts";

function Row({ one, done, fail }: { one: Assignment; done: () => void; fail: () => void }) {
  const now = session.value?.assignment === one.id;
  return (
    <li>
      <button
        type="button"
        class="choice"
        disabled={one.unfit !== undefined}
        aria-current={now ? "true" : undefined}
        onClick={() => (now ? done() : void choose(one.id).then(done, fail))}
      >
        <strong>{one.title}</strong>
        <span>{[one.unit.display, one.provider.display].filter((text) => text !== "").join(" · ")}</span>
        {one.unfit === undefined ? null : <small>{word(t.value.login.unfit, one.unfit)}</small>}
      </button>
    </li>
  );
}

/** The person's assignments, each one press away. */
export function AssignmentChoice({ done }: { done: () => void }) {
  const [failed, setFailed] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const all = session.value?.assignments ?? [];
  useLayoutEffect(() => focusFirst(list.current), []);
  return (
    <>
      {all.some((one) => one.unfit === undefined) ? null : <p>{t.value.login.noAssignment}</p>}
      <ul class="choices" ref={list}>
        {all.map((one) => <Row key={one.id} one={one} done={done} fail={() => setFailed(true)} />)}
      </ul>
      <div role="alert">{failed ? <p>{t.value.login.assignmentFailed}</p> : null}</div>
    </>
  );
}

export function AssignmentScreen() {
  const texts = t.value.login;
  useEffect(() => {
    document.title = t.value.title([texts.assignmentHeading]);
  });
  return (
    <div class="page login">
      <h1 tabIndex={-1}>{texts.assignmentHeading}</h1>
      <p>{texts.as(session.value?.user?.display ?? "")}</p>
      <AssignmentChoice done={() => undefined} />
      <button type="button" class="button button-small" onClick={() => void logout()}>{texts.logout}</button>
    </div>
  );
}
