// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { OutsideButton } from "./OutsideButton.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import { login, session } from "./session.ts";

export function LoginScreen() {
  const texts = t.value.login;
  useEffect(() => {
    document.title = t.value.title([texts.heading]);
  });
  return (
    <div class="page login">
      <h1 tabIndex={-1}>{texts.heading}</h1>
      <OutsideButton />
      {session.value?.outside === undefined ? null : <h2>{texts.local}</h2>}
      <PasswordForm named button={texts.button} send={login} />
      <p class="login-hint">{texts.logged}</p>
    </div>
  );
}
