// SPDX-License-Identifier: Apache-2.0
// The units, and of one: who has assignments there, on what analysis, and what each can read.
import { useState } from "preact/hooks";
import { adminPath } from "../app/route.ts";
import { searchPrivately, tell } from "../fhir/client.ts";
import { showDate, showDateTime } from "../i18n/format.ts";
import { language, word } from "../i18n/index.ts";
import { rights } from "../session/session.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { AddAssignment, EndAssignment, LinkAnalysis } from "./AssignmentForms.tsx";
import { later, useLoaded } from "./load.ts";
import { reportOf, type Place, type Reads, type Report, type Role, type Row } from "./report.ts";
import { a } from "./words.ts";

const HITS = "50";

export function UnitsScreen({ id }: { id: string }) {
  return id === "" ? <UnitSearch /> : <Unit id={id} />;
}

function UnitSearch() {
  const w = a.value.units;
  const [text, setText] = useState("");
  const found = useLoaded((signal) => later(signal).then(() => searchPrivately("Organization", [...(text.trim() === "" ? [] : [["name:contains", text.trim()] as const]), ["_sort", "name"], ["_count", HITS]], signal)), [text]);
  return (
    <section aria-labelledby="admin-heading">
      <h2 id="admin-heading">{w.heading}</h2>
      <div class="admin-bar"><label><span>{w.label}</span><input class="field" type="search" autocomplete="off" value={text} onInput={(e) => setText(e.currentTarget.value)} /></label></div>
      {found.error === null ? null : <FailureBox text={failureText(found.error)} retry={found.again} />}
      {found.data === null && found.error === null ? <SectionSkeleton /> : null}
      {found.data !== null && found.data.matches.length === 0 ? <p class="empty">{a.value.none}</p> : null}
      <ul class="admin-list">
        {(found.data?.matches ?? []).map((one) => <li key={one.id}><a href={adminPath("enheter", one.id ?? "")} data-row>{one.name ?? one.id}</a></li>)}
      </ul>
    </section>
  );
}

type Asked = { kind: "add" } | { kind: "end" | "link"; row: Row };

function Unit({ id }: { id: string }) {
  const w = a.value.units;
  const [asked, setAsked] = useState<Asked | null>(null);
  const [receipt, setReceipt] = useState("");
  const path = `Organization/${encodeURIComponent(id)}/$access-report`;
  const report = useLoaded((signal) => tell(path, signal).then(reportOf), [id]);
  const close = () => setAsked(null);
  const done = (text: string) => {
    close();
    setReceipt(text);
    report.again();
  };
  const rep = report.data;
  return (
    <section aria-labelledby="admin-heading">
      <p class="no-print"><a href={adminPath("enheter")}>{w.all}</a></p>
      <h2 id="admin-heading">{rep === null ? w.heading : w.report(rep.unit.display ?? id)}</h2>
      <div role="status">{receipt === "" ? null : <p class="box box-good"><Icon name="check" />{receipt}</p>}</div>
      {report.error === null ? null : <FailureBox text={failureText(report.error)} retry={report.again} />}
      {rep === null && report.error === null ? <SectionSkeleton /> : null}
      {rep === null ? null : (
        <>
          <p class="hint">{[rep.provider?.display, w.made(showDateTime(rep.made)), rep.joined ? w.joined : w.notJoined].filter(Boolean).join(" · ")}</p>
          {rep.more ? <p class="box box-warn">{w.more}</p> : null}
          <p class="actions no-print">
            {rights.value.has("administrate") ? <button type="button" class="button button-main" onClick={() => { setReceipt(""); setAsked({ kind: "add" }); }}>{w.add}</button> : null}
            <button type="button" class="button" onClick={() => print()}>{w.print}</button>
            <a class="button" href={`/fhir/${path}?output=csv`} download={`${id}.csv`}>{w.csv}</a>
          </p>
          <Assignments rep={rep} act={(kind, row) => { setReceipt(""); setAsked({ kind, row }); }} />
          <Roles roles={rep.roles} />
          <Places places={rep.places} />
          {asked === null ? null : asked.kind === "add" ? <AddAssignment unit={rep.unit} done={done} close={close} /> : asked.kind === "end" ? <EndAssignment row={asked.row} done={done} close={close} /> : <LinkAnalysis row={asked.row} done={done} close={close} />}
        </>
      )}
    </section>
  );
}

function Assignments({ rep, act }: { rep: Report; act: (kind: "end" | "link", row: Row) => void }) {
  const w = a.value.units;
  const missing = rep.rows.filter((row) => row.unfit !== "").length;
  return (
    <>
      <h3>{w.assignments} ({rep.rows.length})</h3>
      {missing === 0 ? null : <p class="box box-failure"><Icon name="warning" />{w.missing(missing)}</p>}
      {rep.rows.length === 0 ? <p class="empty">{w.noAssignments}</p> : null}
      <ul class="admin-cards">{rep.rows.map((row) => <li key={row.assignment.reference}><Assignment row={row} act={act} /></li>)}</ul>
    </>
  );
}

function roleName(code: string): string {
  return word(a.value.units.roleNames, code);
}

function Assignment({ row, act }: { row: Row; act: (kind: "end" | "link", row: Row) => void }) {
  const w = a.value.units;
  const name = row.person.display ?? row.person.reference ?? "";
  const fit = row.unfit === "";
  return (
    <article class={fit ? "admin-card" : "admin-card unfit"} aria-label={name}>
      <header>
        <h4>{name}</h4>
        <span>{[row.assignment.display, roleName(row.role)].filter((text, i, all) => text !== undefined && text !== "" && all.indexOf(text) === i).join(" · ")}</span>
        <Badge text={fit ? w.usable : word(w.unfit, row.unfit)} tone={fit ? "good" : "danger"} icon={fit ? "check" : "warning"} />
      </header>
      <dl class="facts">
        <div><dt>{w.analysis}</dt><dd class={row.analysis.why === "" ? "" : "bad"}>{row.analysis.why === "" ? `${row.analysis.reference?.display ?? row.analysis.reference?.reference ?? ""}, ${w.analysisTo(showDate(row.analysis.to))}` : word(w.unfit, row.analysis.why)}</dd></div>
        <div><dt>{w.purpose}</dt><dd>{row.purposes.map((one) => word(w.purposes, one)).join(", ")}</dd></div>
        <div><dt>{w.period}</dt><dd>{showDate(row.from)} – {row.to === undefined ? w.untilFurther : showDate(row.to)}</dd></div>
        <div><dt>{w.login}</dt><dd>{row.login === undefined ? a.value.never : showDateTime(row.login)}</dd></div>
        <div><dt>{w.emergencies}</dt><dd>{row.emergencies}</dd></div>
        <div><dt>{w.choices}</dt><dd>{row.choices}</dd></div>
      </dl>
      {fit ? <Conditions name={name} reads={row.reads} /> : null}
      {rights.value.has("administrate") && row.unfit !== "ended" && row.unfit !== "inactive" ? (
        <p class="actions no-print">
          <button type="button" class="button button-small" onClick={() => act("link", row)}>{w.link}</button>
          <button type="button" class="button button-small" onClick={() => act("end", row)}>{w.end}</button>
        </p>
      ) : null}
    </article>
  );
}

function enough(reads: Reads | undefined): string {
  const w = a.value.units;
  if (reads === undefined || reads.enough.length === 0) return w.never;
  return reads.enough.map((set) => set.map((one) => word(w.have, one)).join(w.and)).join(w.or);
}

function Conditions({ name, reads }: { name: string; reads: Reads[] }) {
  const w = a.value.units;
  const places = [...new Set(reads.map((r) => r.where))];
  const of = (where: string, blocked: boolean) => enough(reads.find((r) => r.where === where && r.blocked === blocked));
  return (
    <table class="admin-table conditions">
      <caption class="sr">{w.conditions(name)}</caption>
      <thead><tr><th scope="col">{w.reads}</th><th scope="col">{w.open}</th><th scope="col">{w.blocked}</th></tr></thead>
      <tbody>{places.map((where) => <tr key={where}><th scope="row">{word(w.where, where)}</th><td data-label={w.open}>{of(where, false)}</td><td data-label={w.blocked}>{of(where, true)}</td></tr>)}</tbody>
    </table>
  );
}

function Roles({ roles }: { roles: Role[] }) {
  const w = a.value.units;
  if (roles.length === 0) return null;
  return (
    <>
      <h3>{w.roles}</h3>
      <ul class="admin-cards">
        {roles.map((role) => (
          <li key={role.code}>
            <article class="admin-card" aria-label={language.value === "sv" ? role.sv : role.en}>
              <h4>{language.value === "sv" ? role.sv : role.en}</h4>
              <dl class="facts">
                {role.may.map((may) => <div key={may.what}><dt>{may.isType ? <code>{may.what}</code> : word(w.classes, may.what)}</dt><dd>{may.actions.map((one) => word(w.actions, one)).join(", ")}</dd></div>)}
                {role.rights.length === 0 ? null : <div><dt>{w.rightsLabel}</dt><dd>{role.rights.map((one) => word(w.rights, one)).join(", ")}</dd></div>}
              </dl>
            </article>
          </li>
        ))}
      </ul>
    </>
  );
}

function Places({ places }: { places: Place[] }) {
  const w = a.value.units;
  const kinds = [...new Set(places.map((p) => p.where))];
  if (kinds.length === 0) return null;
  return (
    <>
      <h3>{w.places}</h3>
      {kinds.map((kind) => {
        const of = places.filter((p) => p.where === kind);
        return (
          <details key={kind} class="admin-places">
            <summary>{word(w.placesOf, kind)} ({of.length})</summary>
            <ul>{of.map((p) => <li key={p.organization.reference}>{p.organization.display ?? p.organization.reference}</li>)}</ul>
          </details>
        );
      })}
    </>
  );
}
