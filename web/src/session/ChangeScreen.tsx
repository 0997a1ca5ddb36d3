// SPDX-License-Identifier: Apache-2.0
// After a login with a one-time password: a password of one's own, and nothing else.
import { useEffect } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { PasswordChange } from "./AccountActions.tsx";
import { logout } from "./session.ts";

export function ChangeScreen() {
  const texts = t.value.login;
  useEffect(() => {
    document.title = t.value.title([texts.changeHeading]);
  });
  return (
    <div class="page login">
      <h1 tabIndex={-1}>{texts.changeHeading}</h1>
      <p>{texts.changeText}</p>
      <PasswordChange done={() => undefined} cancel={() => void logout()} />
    </div>
  );
}
