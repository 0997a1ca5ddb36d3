// SPDX-License-Identifier: Apache-2.0
// A note, a composition or a report, with every word of it.
import { h, type ComponentChildren } from "preact";
import type { Attachment, Composition, CompositionSection, DiagnosticReport, DocumentReference, Reference } from "@fhir";
import { attachmentText } from "../fhir/attachment.ts";
import { itemPath } from "../app/route.ts";
import { narrative, type NarrativeNode } from "../fhir/narrative.ts";
import { conceptsText, conceptText } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { Carried } from "../note/Carried.tsx";
import { awaited, corrector, corrects, originOf, reasonOf, signatures, withdrawn } from "../note/marks.ts";
import { plainText, readText } from "../note/text.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
import { Marked } from "./Marked.tsx";
import { useChart } from "./model.ts";
import { ClinicalText, When } from "./Parts.tsx";

export type NoteResource = DocumentReference | Composition | DiagnosticReport;

export function noteDate(note: NoteResource): string {
  if (note.resourceType === "DiagnosticReport") return note.effectiveDateTime ?? note.effectivePeriod?.start ?? note.issued ?? "";
  return note.date ?? "";
}

export function noteTitle(note: NoteResource): string {
  if (note.resourceType === "Composition") return note.title;
  if (note.resourceType === "DiagnosticReport") return conceptText(note.code) || t.value.notes.report;
  return note.description ?? (conceptText(note.type) || conceptsText(note.category) || t.value.notes.document);
}

/** A report of nothing but numbers is shown among the results, not here. */
export function hasWords(report: DiagnosticReport): boolean {
  return report.conclusion !== undefined || report.presentedForm !== undefined || report.conclusionCode !== undefined;
}

const TONES: Readonly<Record<string, Tone>> = { superseded: "quiet", "entered-in-error": "warn", preliminary: "warn", partial: "warn", amended: "info", corrected: "info", appended: "info" };

interface NoteProps {
  note: NoteResource;
  /** The title leads to the note's own address. */
  link?: boolean;
}

export function Note({ note, link = false }: NoteProps) {
  const chart = useChart();
  const people = note.resourceType === "DiagnosticReport" ? note.performer : note.author;
  const unit = note.resourceType === "DiagnosticReport" ? undefined : note.custodian;
  const status = note.resourceType === "DocumentReference" && note.status === "current" ? note.docStatus : note.status;
  const w = t.value.notes;
  const said = [(people ?? []).map((p) => chart.nameOf(p)).filter((n) => n !== "").join(", "), chart.nameOf(unit), ...signedBy(note, (r) => chart.nameOf(r))].filter((p) => p !== "");
  const title = noteTitle(note);
  const linked = link && note.resourceType !== "DiagnosticReport" && note.id !== undefined;
  return (
    <article class="note" tabIndex={-1} data-row>
      <header>
        <h3>{linked ? <a href={itemPath(chart.id, "anteckningar", note.id ?? "")}>{title}</a> : title}{status === undefined || status === "final" ? null : <Badge tone={TONES[status] ?? "plain"} text={word(w.statuses, status)} />}</h3>
        <p class="note-by"><When date={noteDate(note)} clock />{said.map((p) => <span key={p}> · {p}</span>)}</p>
      </header>
      <Standing note={note} />
    </article>
  );
}

/** Who has signed, countersigned and corrected it, and from whom a signature is awaited; names and times. */
function signedBy(note: NoteResource, nameOf: (r: Reference | undefined) => string): string[] {
  const w = t.value.notes;
  const told = (head: string, who: Reference | undefined, time = "") => (nameOf(who) === "" ? "" : [head, nameOf(who), time === "" ? "" : showDateTime(time)].filter((p) => p !== "").join(" "));
  if (note.resourceType === "DocumentReference") return [told(w.signedBy, note.authenticator)];
  if (note.resourceType !== "Composition") return [];
  const made = corrects(note);
  const correction = note.status === "amended" && made !== null ? w.correctedBy(nameOf(corrector(note)), showDateTime(made.at)) : "";
  return [
    ...signatures(note, "legal").map((a) => told(w.signedBy, a.party, a.time)),
    correction, correction === "" || reasonOf(note) === "" ? "" : `${w.correctedWhy}: ${reasonOf(note)}`,
    ...signatures(note, "professional").map((a) => told(w.countersignedBy, a.party, a.time)),
    ...awaited(note, "legal").map((who) => told(w.awaits, who)),
    ...awaited(note, "professional").map((who) => told(w.awaitsCounter, who)),
  ];
}

/** What was written in error says so first, and its text is one press away. */
function Standing({ note }: { note: NoteResource }) {
  const chart = useChart();
  const w = t.value.notes;
  const gone = note.resourceType === "DiagnosticReport" ? null : withdrawn(note);
  if (gone === null) return <NoteBody note={note} />;
  return (
    <>
      <p class="box box-warn">{w.withdrawnBy(chart.nameOf(gone.by), showDateTime(gone.at))}{gone.why === "" ? null : <> {w.withdrawnWhy}: {gone.why}</>}</p>
      <details class="note-gone"><summary>{w.withdrawnText}</summary><NoteBody note={note} /></details>
    </>
  );
}

function NoteBody({ note }: { note: NoteResource }) {
  const w = t.value.notes;
  const chart = useChart();
  if (note.resourceType === "DocumentReference") return <>{note.content.map((c, i) => <AttachmentBody key={i} attachment={c.attachment} />)}</>;
  if (note.resourceType === "Composition") return <>{(note.section ?? []).map((s, i) => <SectionBody key={i} section={s} level={4} patient={chart.id} />)}</>;
  return (
    <>
      {note.conclusion === undefined ? null : <><h4>{w.conclusion}</h4><ClinicalText text={note.conclusion} /></>}
      {note.conclusionCode === undefined ? null : <ClinicalText text={conceptsText(note.conclusionCode)} />}
      {(note.presentedForm ?? []).map((a, i) => <AttachmentBody key={i} attachment={a} />)}
    </>
  );
}

function AttachmentBody({ attachment }: { attachment: Attachment }) {
  const w = t.value.notes;
  const text = attachmentText(attachment);
  if (text.kind === "text") return <ClinicalText text={text.text} />;
  if (text.kind === "empty") return <p class="quiet">{w.empty}</p>;
  if (text.kind === "broken") return <p class="box box-warn">{w.broken}</p>;
  return <p class="box box-warn">{text.url === "" ? w.other(text.contentType) : w.elsewhere(text.url)}</p>;
}

const HEADING_MAX = 6;

export function SectionBody({ section, level, patient }: { section: CompositionSection; level: number; patient: string }) {
  const title = section.title ?? conceptText(section.code);
  const origin = originOf(section);
  const changed = origin !== undefined && plainText(section.text?.div ?? "") !== origin.text;
  return (
    <section class="note-section">
      {title === "" ? null : h(`h${level}`, null, title)}
      {origin === undefined ? null : <Carried origin={origin} changed={changed} patient={patient} />}
      {section.text === undefined ? null : <NarrativeBody div={section.text.div} />}
      {(section.section ?? []).map((s, i) => <SectionBody key={i} section={s} level={Math.min(level + 1, HEADING_MAX)} patient={patient} />)}
    </section>
  );
}

/** What was written here is shown as it was written; narrative from elsewhere in its own form. */
function NarrativeBody({ div }: { div: string }) {
  const own = readText(div);
  if (own !== null) return <ClinicalText text={own} />;
  const tree = narrative(div);
  return tree === null ? <ClinicalText text={div} /> : <div class="narrative">{drawn(tree)}</div>;
}

/** Headings inside a narrative would break the page's own order of headings, so they are drawn as strong text. */
function drawn(node: NarrativeNode): ComponentChildren {
  if (typeof node === "string") return h(Marked, { text: node });
  return h(/^h[1-6]$/.test(node.tag) ? "strong" : node.tag, null, ...node.children.map(drawn));
}
