// SPDX-License-Identifier: Apache-2.0
// Logging in through the outside provider: the browser goes there, and comes back to the same screen.
import { useState } from "preact/hooks";
import type { OperationOutcome } from "@fhir";
import { outcomeText } from "../fhir/error.ts";
import { language, t } from "../i18n/index.ts";
import { goOutside, LoginError, session } from "./session.ts";

export function OutsideButton() {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const name = session.value?.outside?.[language.value];
  if (name === undefined) return null;
  const go = () => {
    setBusy(true);
    setWrong("");
    goOutside().catch((error: unknown) => {
      setWrong(error instanceof LoginError ? outcomeText(error.outcome as OperationOutcome | null, language.value) || t.value.failure.unexpected : t.value.failure.network);
      setBusy(false);
    });
  };
  return (
    <div class="login-form">
      <div role="alert" class="login-wrong">{wrong === "" ? null : <p>{wrong}</p>}</div>
      <button type="button" class="button outside" disabled={busy} onClick={go}>{busy ? t.value.login.busy : t.value.login.outside(name)}</button>
    </div>
  );
}
