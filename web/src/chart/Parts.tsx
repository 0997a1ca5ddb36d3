// SPDX-License-Identifier: Apache-2.0
// Small pieces that several sections share.
import type { ComponentChildren } from "preact";
import type { Annotation, CodeableConcept } from "@fhir";
import { conceptText, shownCode } from "../fhir/text.ts";
import { showDate, showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Marked } from "./Marked.tsx";

/** A term and what it is; nothing when there is nothing to say. */
export function Fact({ term, children }: { term: string; children: ComponentChildren }) {
  if (children === "" || children === null || children === undefined) return null;
  return <div class="fact"><dt>{term}</dt><dd>{children}</dd></div>;
}

export function Concept({ concept }: { concept: CodeableConcept | undefined }) {
  const code = shownCode(concept)?.code;
  const text = conceptText(concept);
  return <>{text === "" ? t.value.common.unnamed : text}{code === undefined || code === text ? null : <span class="code">{code}</span>}</>;
}

/** Clinical text exactly as written: line ends and spaces are kept, nothing is cut. */
export function ClinicalText({ text }: { text: string }) {
  return <div class="clinical"><Marked text={text} /></div>;
}

export function Comments({ notes }: { notes: readonly Annotation[] | undefined }) {
  if (notes === undefined || notes.length === 0) return null;
  return (
    <div class="comments">
      {notes.map((note, i) => (
        <div key={i}>
          <span class="comment-head">{[t.value.common.note, note.authorString ?? "", note.time === undefined ? "" : showDateTime(note.time)].filter((p) => p !== "").join(" · ")}</span>
          <ClinicalText text={note.text} />
        </div>
      ))}
    </div>
  );
}

export function When({ date, clock = false }: { date: string | undefined; clock?: boolean }) {
  if (date === undefined || date === "") return <>{t.value.common.undated}</>;
  return <time dateTime={date} class="nowrap">{clock ? showDateTime(date) : showDate(date)}</time>;
}
