// SPDX-License-Identifier: Apache-2.0
// A note, a composition or a report, with every word of it.
import { h, type ComponentChildren } from "preact";
import type { Attachment, Composition, CompositionSection, DiagnosticReport, DocumentReference } from "@fhir";
import { attachmentText } from "../fhir/attachment.ts";
import { narrative, type NarrativeNode } from "../fhir/narrative.ts";
import { conceptsText, conceptText } from "../fhir/text.ts";
import { t, word } from "../i18n/index.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
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

export function Note({ note }: { note: NoteResource }) {
  const w = t.value.notes;
  const chart = useChart();
  const people = note.resourceType === "DiagnosticReport" ? note.performer : note.author;
  const unit = note.resourceType === "DiagnosticReport" ? undefined : note.custodian;
  const status = note.resourceType === "DocumentReference" && note.status === "current" ? note.docStatus : note.status;
  const signed = note.resourceType === "DocumentReference" ? chart.nameOf(note.authenticator) : "";
  return (
    <article class="note" tabIndex={-1} data-row>
      <header>
        <h3>{noteTitle(note)}{status === undefined || status === "final" ? null : <Badge tone={TONES[status] ?? "plain"} text={word(w.statuses, status)} />}</h3>
        <p class="note-by">
          <When date={noteDate(note)} clock />
          {[(people ?? []).map((p) => chart.nameOf(p)).filter((n) => n !== "").join(", "), chart.nameOf(unit), signed === "" ? "" : `${w.signedBy} ${signed}`]
            .filter((p) => p !== "").map((p) => <span key={p}> · {p}</span>)}
        </p>
      </header>
      <NoteBody note={note} />
    </article>
  );
}

function NoteBody({ note }: { note: NoteResource }) {
  const w = t.value.notes;
  if (note.resourceType === "DocumentReference") return <>{note.content.map((c, i) => <AttachmentBody key={i} attachment={c.attachment} />)}</>;
  if (note.resourceType === "Composition") return <>{(note.section ?? []).map((s, i) => <SectionBody key={i} section={s} level={4} />)}</>;
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

function SectionBody({ section, level }: { section: CompositionSection; level: number }) {
  const title = section.title ?? conceptText(section.code);
  const tree = section.text === undefined ? null : narrative(section.text.div);
  return (
    <section class="note-section">
      {title === "" ? null : h(`h${level}`, null, title)}
      {section.text === undefined ? null : tree === null ? <ClinicalText text={section.text.div} /> : <div class="narrative">{drawn(tree)}</div>}
      {(section.section ?? []).map((s, i) => <SectionBody key={i} section={s} level={Math.min(level + 1, HEADING_MAX)} />)}
    </section>
  );
}

/** Headings inside a narrative would break the page's own order of headings, so they are drawn as strong text. */
function drawn(node: NarrativeNode): ComponentChildren {
  if (typeof node === "string") return node;
  return h(/^h[1-6]$/.test(node.tag) ? "strong" : node.tag, null, ...node.children.map(drawn));
}
