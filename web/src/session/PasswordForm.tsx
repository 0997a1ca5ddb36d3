// SPDX-License-Identifier: Apache-2.0
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { OperationOutcome } from "@fhir";
import { outcomeText } from "../fhir/error.ts";
import { language, t } from "../i18n/index.ts";
import { LoginError, type Send } from "./session.ts";

interface Props {
  /** Asked for; else it is this one's. */
  named: boolean;
  account?: string | undefined;
  button: string;
  send: Send;
}

/** Name and password, or the password alone; says what was wrong and gives focus back to the password. */
export function PasswordForm({ named, account, button, send }: Props) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const texts = t.value.login;
  useLayoutEffect(() => first.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setWrong("");
    send(String(form.get("name") ?? ""), String(form.get("password") ?? ""))
      .catch((error: unknown) => {
        setWrong(error instanceof LoginError ? outcomeText(error.outcome as OperationOutcome | null, language.value) || t.value.failure.unexpected : t.value.failure.network);
        if (password.current !== null) password.current.value = "";
        password.current?.focus();
      })
      .finally(() => setBusy(false));
  };
  return (
    <form class="login-form" onSubmit={submit} aria-busy={busy}>
      {named ? (
        <label>
          <span>{texts.name}</span>
          <input ref={first} class="field" name="name" autocomplete="username" autocapitalize="none" spellcheck={false} required />
        </label>
      ) : (
        <input type="hidden" name="name" value={account ?? ""} autocomplete="username" />
      )}
      <label>
        <span>{texts.password}</span>
        <input ref={(e) => { password.current = e; if (!named) first.current = e; }} class="field" name="password" type="password" autocomplete="current-password" required />
      </label>
      <div role="alert" class="login-wrong">{wrong === "" ? null : <p>{wrong}</p>}</div>
      <button type="submit" class="button" disabled={busy}>{busy ? texts.busy : button}</button>
    </form>
  );
}
