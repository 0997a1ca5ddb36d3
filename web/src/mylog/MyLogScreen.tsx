// SPDX-License-Identifier: Apache-2.0
// AuditEvent/$mine: one's own accesses, for every member of staff. Nobody else's, and nothing of how they are reviewed.
import { useEffect, useState } from "preact/hooks";
import type { AuditEvent } from "@fhir";
import { accessOf, type Access } from "../admin/audit.ts";
import { useLoaded } from "../admin/load.ts";
import { nameOf, wantNames } from "../admin/names.ts";
import { patientPath } from "../app/route.ts";
import { nextPage, type Page } from "../fhir/client.ts";
import { showDateTime } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { said } from "../log/said.ts";
import { w as log } from "../log/words.ts";
import { isOwn } from "../session/session.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { l } from "./words.ts";
import "../styles/admin.css";

const COUNT = "50";

function address(from: string, to: string): string {
  const dates = [...(from === "" ? [] : [`ge${from}`]), ...(to === "" ? [] : [`le${to}`])];
  return `/fhir/AuditEvent/$mine?${new URLSearchParams([...dates.map((d) => ["date", d]), ["_count", COUNT]])}`;
}

export function MyLogScreen() {
  const w = l.value;
  useEffect(() => {
    document.title = t.value.title([w.heading]);
  });
  return (
    <div class="page admin">
      <h1 tabIndex={-1}>{w.heading}</h1>
      {isOwn.value ? <p class="box box-warn">{w.staffOnly}</p> : <Mine />}
    </div>
  );
}

function Mine() {
  const w = l.value;
  const [times, setTimes] = useState({ from: "", to: "" });
  const [more, setMore] = useState<Page<AuditEvent>[]>([]);
  const [wrong, setWrong] = useState<unknown>(null);
  const first = useLoaded((signal) => {
    setMore([]);
    return nextPage("AuditEvent", address(times.from, times.to), signal);
  }, [times]);
  const pages = first.data === null ? [] : [first.data, ...more];
  const next = pages.at(-1)?.next ?? null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setTimes({ from: String(form.get("from") ?? ""), to: String(form.get("to") ?? "") });
  };
  return (
    <>
      <p class="hint">{w.intro}</p>
      <form class="admin-bar" onSubmit={submit}>
        <label><span>{w.from}</span><input class="field" name="from" type="date" /></label>
        <label><span>{w.to}</span><input class="field" name="to" type="date" /></label>
        <button type="submit" class="button button-main">{w.show}</button>
      </form>
      {first.error === null ? null : <FailureBox text={failureText(first.error)} retry={first.again} />}
      {first.data === null && first.error === null ? <SectionSkeleton /> : null}
      {first.data === null ? null : <Table rows={pages.flatMap((page) => page.matches).map(accessOf)} />}
      {wrong === null ? null : <FailureBox text={failureText(wrong)} />}
      {next === null ? null : <p class="pager"><button type="button" class="button" onClick={() => { setWrong(null); nextPage("AuditEvent", next, new AbortController().signal).then((page) => setMore([...more, page]), setWrong); }}>{w.older}</button></p>}
    </>
  );
}

function Table({ rows }: { rows: readonly Access[] }) {
  const w = l.value;
  useEffect(() => {
    void wantNames(rows.map((one) => one.unit)).catch(() => undefined);
  }, [rows]);
  if (rows.length === 0) return <p class="empty">{w.none}</p>;
  return (
    <table class="admin-table">
      <caption class="sr">{w.table}</caption>
      <thead><tr><th scope="col">{w.time}</th><th scope="col">{w.unit}</th><th scope="col">{w.what}</th><th scope="col">{w.whose}</th><th scope="col">{w.outcome}</th></tr></thead>
      <tbody>
        {rows.map((one) => (
          <tr key={one.id}>
            <th scope="row" class="num">{showDateTime(one.time)}</th>
            <td data-label={w.unit}>{nameOf(one.unit)}</td>
            <td data-label={w.what}><span class="what">{said(one.what, one.resource, log.value)}</span></td>
            <td data-label={w.whose}>
              {one.patients.map((p) => p.slice("Patient/".length)).map((id) => <a key={id} class="who" href={patientPath(id)} title={w.chart}>{id}</a>)}
              {one.many ? <small>{w.many}</small> : null}
            </td>
            <td data-label={w.outcome}><Badge text={word(w.outcomes, one.outcome)} tone={one.outcome === "0" ? "plain" : "warn"} icon={one.outcome === "0" ? "check" : "warning"} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
