// SPDX-License-Identifier: Apache-2.0
// Patterns in the log: a selection for review, each with why it was found. The words are the service's own.
import { useEffect, useState } from "preact/hooks";
import type { Parameters, ParametersParameter } from "@fhir";
import { adminPath } from "../app/route.ts";
import { tell } from "../fhir/client.ts";
import { showDateTime } from "../i18n/format.ts";
import { language } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { nameOf, wantNames } from "./names.ts";
import { useLoaded } from "./load.ts";
import { ReviewForm } from "./ReviewForm.tsx";
import { a } from "./words.ts";

const parts = (parameters: Parameters | null, name: string) => (parameters?.parameter ?? []).filter((p) => p.name === name);
const part = (p: ParametersParameter, name: string) => p.part?.find((one) => one.name === name);
const textOf = (p: ParametersParameter, name: string) => part(p, name)?.valueString ?? "";
const refOf = (p: ParametersParameter, name: string) => part(p, name)?.valueReference?.reference ?? "";

export function FlagsScreen() {
  const w = a.value.flags;
  const [asked, setAsked] = useState({ since: "", until: "", flag: "" });
  const [at, setAt] = useState<readonly string[] | null>(null);
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ""));
  const found = useLoaded((signal) => tell(`AuditEvent/$flags${query.size === 0 ? "" : `?${query}`}`, signal), [asked, language.value]);
  const flags = parts(found.data, "flag");
  const rules = parts(found.data, "rule");
  useEffect(() => {
    void wantNames(flags.flatMap((f) => [refOf(f, "user"), refOf(f, "unit")])).catch(() => undefined);
  }, [found.data]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const of = (name: string) => String(form.get(name) ?? "");
    setAsked({ since: of("since"), until: of("until"), flag: of("flag") });
  };
  return (
    <section aria-labelledby="admin-heading">
      <h2 id="admin-heading">{w.heading}</h2>
      <form class="admin-bar" onSubmit={submit}>
        <label><span>{a.value.from}</span><input class="field" name="since" type="date" /></label>
        <label><span>{a.value.to}</span><input class="field" name="until" type="date" /></label>
        <label><span>{w.kind}</span><select class="field" name="flag"><option value="">{w.all}</option>{rules.map((r) => <option key={part(r, "code")?.valueCode} value={part(r, "code")?.valueCode}>{textOf(r, "title")}</option>)}</select></label>
        <button type="submit" class="button button-main">{a.value.show}</button>
      </form>
      {found.error === null ? null : <FailureBox text={failureText(found.error)} retry={found.again} />}
      {found.data === null && found.error === null ? <SectionSkeleton /> : null}
      {parts(found.data, "notice").map((p) => <p key={p.valueString} class="box box-warn">{p.valueString}</p>)}
      {parts(found.data, "complete").some((p) => p.valueBoolean === false) ? <p class="box box-failure">{w.incomplete}</p> : null}
      {found.data === null ? null : <p class="hint">{w.looked(parts(found.data, "records")[0]?.valueInteger ?? 0)}</p>}
      {found.data !== null && flags.length === 0 ? <p class="empty">{w.none}</p> : null}
      <ul class="admin-cards">{flags.map((flag, i) => <li key={i}><Flag flag={flag} review={setAt} /></li>)}</ul>
      {at === null ? null : <ReviewForm events={at} close={() => setAt(null)} done={() => { setAt(null); found.again(); }} />}
      {rules.length === 0 ? null : (
        <details class="admin-places">
          <summary>{w.rules} ({rules.length})</summary>
          <ul>{rules.map((r) => <li key={part(r, "code")?.valueCode}><b>{textOf(r, "title")}</b>: {textOf(r, "what")} {part(r, "on")?.valueBoolean === false ? `(${w.off})` : w.found(part(r, "found")?.valueInteger ?? 0)}{part(r, "limit")?.valueInteger === undefined ? "" : `, ${w.limit(part(r, "limit")?.valueInteger ?? 0)}`}</li>)}</ul>
        </details>
      )}
    </section>
  );
}

function Flag({ flag, review }: { flag: ParametersParameter; review: (events: readonly string[]) => void }) {
  const w = a.value.flags;
  const user = refOf(flag, "user");
  const patient = refOf(flag, "patient");
  const events = (flag.part ?? []).filter((p) => p.name === "event").map((p) => p.valueReference?.reference?.slice("AuditEvent/".length) ?? "").filter((id) => id !== "");
  const reviewed = part(flag, "reviewed")?.valueInteger ?? 0;
  return (
    <article class="admin-card" aria-label={textOf(flag, "title")}>
      <header>
        <h3>{textOf(flag, "title")}</h3>
        <span>{[nameOf(user), nameOf(refOf(flag, "unit"))].filter((text) => text !== "").join(" · ")}</span>
        {reviewed > 0 ? <Badge text={w.reviewed(reviewed)} tone="good" icon="check" /> : null}
      </header>
      <p>{textOf(flag, "why")}</p>
      <p class="hint num">{showDateTime(part(flag, "from")?.valueInstant)} – {showDateTime(part(flag, "to")?.valueInstant)}</p>
      <p class="actions">
        {events.length === 0 ? null : <button type="button" class="button button-small button-main" onClick={() => review(events)}>{a.value.sample.review}</button>}
        {user === "" ? null : <a class="button button-small" href={adminPath("logg", user)}>{w.toLog}: {nameOf(user)}</a>}
        {patient === "" ? null : <a class="button button-small" href={adminPath("logg", patient)}>{w.toLog}: {patient}</a>}
      </p>
    </article>
  );
}
