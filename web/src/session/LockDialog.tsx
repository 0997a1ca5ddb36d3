// SPDX-License-Identifier: Apache-2.0
// Over everything when a session rests: what was on the screen is out of sight, not gone.
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { OutsideButton } from "./OutsideButton.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import { logout, session, stage, unlock } from "./session.ts";

export function LockDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const locked = stage.value === "locked";
  const texts = t.value.login;
  useLayoutEffect(() => {
    if (locked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [locked]);
  return (
    <dialog ref={dialog} class="dialog lock" aria-labelledby="lock-heading" onCancel={(event) => event.preventDefault()}>
      <h2 id="lock-heading">{texts.lockHeading}</h2>
      <p>{texts.as(session.value?.user?.display ?? session.value?.account ?? "")}</p>
      {locked && session.value?.through === true ? <OutsideButton /> : null}
      {locked && session.value?.through !== true ? <PasswordForm named={false} account={session.value?.account} button={texts.goOn} send={(_, password) => unlock(password)} /> : null}
      <button type="button" class="button button-small" onClick={() => void logout()}>{texts.other}</button>
    </dialog>
  );
}
