// SPDX-License-Identifier: Apache-2.0
// Somebody else has changed the same thing meanwhile: both answers, whole, and a choice for each field that differs.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useChart } from "../chart/model.ts";
import { showDateTime } from "../i18n/format.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import { differing, FIELDS, taking, type Form, type Kind } from "./fields.ts";
import { lastChange, type Marked } from "./marks.ts";
import { formOf, isMistaken, type Entry } from "./records.ts";
import { answerText, fieldName } from "./say.ts";
import { c } from "./words.ts";

export type Side = "mine" | "theirs";
export interface PairRow { readonly name: string; readonly label: string; readonly mine: string; readonly theirs: string }
interface ChooseProps {
  rows: readonly PairRow[];
  /** What stands now, of which the words tell who and when. */
  standing: Marked | undefined;
  /** Nothing to choose: only the deed itself was written. */
  told: boolean;
  mistaken: boolean;
  settle: (side: (name: string) => Side) => void;
}

export function Choose({ rows, standing, told, mistaken, settle }: ChooseProps) {
  const chart = useChart();
  const heading = useRef<HTMLHeadingElement>(null);
  const [chosen, choose] = useState<Readonly<Record<string, Side>>>({});
  useLayoutEffect(() => heading.current?.focus(), []);
  const change = standing === undefined ? null : lastChange(standing);
  const theirs = c.value.theirs(chart.nameOf(change?.by), showDateTime(standing?.meta?.lastUpdated));
  const words: Record<Side, string> = { mine: told ? c.value.was : c.value.mine, theirs: told ? `${c.value.nowReads}: ${theirs}` : theirs };
  const side = (name: string): Side => chosen[name] ?? "mine";
  return (
    <section class="note-conflict clin-conflict" aria-labelledby="clin-conflict">
      <h4 id="clin-conflict" ref={heading} tabIndex={-1}>{c.value.conflict}</h4>
      <p>{told ? c.value.conflictEnd : c.value.conflictHint}</p>
      {mistaken ? <p class="box box-warn">{c.value.choices["entered-in-error"]}</p> : null}
      {rows.length === 0 ? <p>{c.value.conflictSame}</p> : null}
      {rows.map((row) => (
        <fieldset key={row.name} class="note-pair">
          <legend>{row.label}</legend>
          <div class="note-both">
            {(["mine", "theirs"] as const).map((one) => <div key={one}><p class="note-by">{words[one]}</p><div class="clinical">{row[one] === "" ? c.value.nothing : row[one]}</div></div>)}
          </div>
          {told ? null : (
            <div class="chips">
              {(["mine", "theirs"] as const).map((one) => <label key={one} class="chip"><input type="radio" name={`clin-pair-${row.name}`} checked={side(row.name) === one} onChange={() => choose({ ...chosen, [row.name]: one })} /><span>{words[one]}</span></label>)}
            </div>
          )}
        </fieldset>
      ))}
      <p><button type="button" class="button button-main" onClick={() => settle(side)}>{told ? c.value.goOnEnd : c.value.use}</button></p>
    </section>
  );
}

interface Props {
  kind: Kind;
  /** What was written; null where nothing but the deed itself was. */
  mine: Form | null;
  /** What was read when it was begun. */
  before: Entry | null;
  theirs: Entry | null;
  again: () => void;
  settle: (form: Form | null) => void;
}

export function ConflictBox({ kind, mine, before, theirs, again, settle }: Props) {
  if (theirs === null) return <FailureBox heading={c.value.conflict} text={c.value.conflictGone} retry={again} />;
  const now = formOf(theirs);
  const left = mine ?? (before === null ? now : formOf(before));
  const names = differing(kind, left, now);
  const rows = FIELDS[kind].filter((field) => names.includes(field.name)).map((field) => ({ name: field.name, label: fieldName(kind, field.name), mine: answerText(kind, field, left), theirs: answerText(kind, field, now) }));
  return <Choose rows={rows} standing={theirs} told={mine === null} mistaken={isMistaken(theirs)} settle={(side) => settle(mine === null ? null : names.reduce((form, name) => (side(name) === "mine" ? form : taking(form, name, now)), mine))} />;
}
