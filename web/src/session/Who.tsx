// SPDX-License-Identifier: Apache-2.0
// In the header: who is logged in and as what, the change of assignment in one step, and the way out.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import { AccountActions } from "./AccountActions.tsx";
import { AssignmentChoice } from "./AssignmentChoice.tsx";
import { current, logout, session } from "./session.ts";

export function Who() {
  const [shown, setShown] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const who = session.value;
  const texts = t.value.login;
  useLayoutEffect(() => {
    if (shown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown]);
  if (who?.state !== "live") return null;
  const name = who.user?.display ?? who.account ?? "";
  const now = current.value;
  return (
    <>
      {now === null ? (
        <button type="button" class="top-action whoami" aria-haspopup="dialog" onClick={() => setShown(true)}><Icon name="person" /><span><strong>{name}</strong></span></button>
      ) : (
        <button type="button" class="top-action whoami" aria-haspopup="dialog" onClick={() => setShown(true)}>
          <Icon name="person" /><span><strong>{name}</strong> {now.title} · {now.unit.display}<span class="sr">{texts.change}</span></span>
        </button>
      )}
      <button type="button" class="top-action" onClick={() => void logout()}><Icon name="exit" /><span>{texts.logout}</span></button>
      <dialog ref={dialog} class="dialog" aria-labelledby="who-heading" onClose={() => setShown(false)}>
        <h2 id="who-heading">{now === null ? t.value.access.account.heading : texts.assignmentHeading}</h2>
        {/* Whatever was read in the assignment before is forgotten with the page; the address, and so the screen, stays. */}
        {shown && now !== null ? <AssignmentChoice done={() => (session.value?.assignment === now?.id ? setShown(false) : location.reload())} /> : null}
        {shown ? <AccountActions leave={() => setShown(false)} /> : null}
        <p class="actions"><button type="button" class="button" onClick={() => setShown(false)}>{t.value.common.close}</button></p>
      </dialog>
    </>
  );
}
