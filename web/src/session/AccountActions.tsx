// SPDX-License-Identifier: Apache-2.0
// Under the assignments: a new password, and the way out of every session at once.
import { useRef, useState } from "preact/hooks";
import type { OperationOutcome } from "@fhir";
import { pagePath } from "../app/route.ts";
import { outcomeText } from "../fhir/error.ts";
import { language, t } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import { changePassword, isOwn, LoginError, logout } from "./session.ts";

export function AccountActions({ leave }: { leave: () => void }) {
  const [changing, setChanging] = useState(false);
  const [saved, setSaved] = useState(false);
  const [failed, setFailed] = useState(false);
  const back = useRef<HTMLButtonElement>(null);
  const a = t.value.access.account;
  const done = () => {
    setChanging(false);
    setSaved(true);
    setTimeout(() => back.current?.focus(), 0);
  };
  return (
    <div class="account">
      {changing ? <PasswordChange done={done} cancel={() => setChanging(false)} /> : (
        <>
          <p class="actions">
            <button ref={back} type="button" class="button button-small" onClick={() => { setSaved(false); setChanging(true); }}><Icon name="lock" />{a.password}</button>
            <button type="button" class="button button-small" aria-describedby="everywhere-hint" onClick={() => { setFailed(false); logout(true).catch(() => setFailed(true)); }}><Icon name="exit" />{a.everywhere}</button>
          </p>
          <p class="actions">
            {isOwn.value ? null : <a class="button button-small" href={pagePath("min-logg")} onClick={leave}><Icon name="list" />{a.log}</a>}
            <a class="button button-small" href="/auth/apps"><Icon name="shield" />{a.apps}</a>
          </p>
          <p id="everywhere-hint" class="hint">{a.everywhereHint}</p>
        </>
      )}
      <div role="status">{saved ? <p class="box receipt"><Icon name="check" />{a.saved}</p> : null}</div>
      <div role="alert">{failed ? <p class="box box-failure">{a.everywhereFailed}</p> : null}</div>
    </div>
  );
}

export function PasswordChange({ done, cancel }: { done: () => void; cancel: () => void }) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const a = t.value.access.account;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const value = (name: string) => String(new FormData(form).get(name) ?? "");
    const fail = (text: string, name: string) => {
      setWrong(text);
      (form.elements.namedItem(name) as HTMLInputElement | null)?.focus();
    };
    if (value("new") !== value("again")) return fail(a.differ, "again");
    setBusy(true);
    setWrong("");
    changePassword(value("old"), value("new"))
      .then(done, (error: unknown) => fail(error instanceof LoginError ? outcomeText(error.outcome as OperationOutcome | null, language.value) || t.value.failure.unexpected : t.value.failure.network, "old"))
      .finally(() => setBusy(false));
  };
  const field = (name: string, text: string, complete: string) => (
    <label><span>{text}</span><input class="field" name={name} type="password" autocomplete={complete} required aria-describedby={name === "new" ? "password-hint" : undefined} /></label>
  );
  return (
    <form class="login-form" onSubmit={submit} aria-busy={busy} ref={(form) => { if (form !== null && !form.contains(document.activeElement)) form.querySelector("input")?.focus(); }}>
      {field("old", a.old, "current-password")}
      {field("new", a.fresh, "new-password")}
      <p id="password-hint" class="hint">{a.hint}</p>
      {field("again", a.again, "new-password")}
      <div role="alert" class="login-wrong">{wrong === "" ? null : <p>{wrong}</p>}</div>
      <p class="actions"><button type="submit" class="button button-main" disabled={busy}>{busy ? t.value.access.form.busy : a.save}</button><button type="button" class="button" onClick={cancel}>{t.value.access.form.cancel}</button></p>
    </form>
  );
}
