// SPDX-License-Identifier: Apache-2.0
// Somebody else has written the same note meanwhile: both texts, whole, and a choice for each part that differs.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Composition } from "@fhir";
import { useChart } from "../chart/model.ts";
import { read } from "../fhir/client.ts";
import { showDateTime } from "../i18n/format.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import type { Editor } from "./editor.ts";
import { isSigned, signatures } from "./marks.ts";
import { differs, merged, pairs, type Choice, type Pair } from "./merge.ts";
import { noteOf } from "./note.ts";
import { n } from "./words.ts";

export function ConflictPanel({ editor }: { editor: Editor }) {
  const theirs = editor.conflict.value?.theirs ?? null;
  const id = editor.base.value?.id ?? "";
  const again = () => void read("Composition", id, new AbortController().signal).then((found) => (editor.conflict.value = { theirs: found }), () => undefined);
  if (theirs === null) return <FailureBox heading={n.value.conflict} text={n.value.theirsGone} retry={again} />;
  return <Choose editor={editor} theirs={theirs} />;
}

const CHOICES: readonly Choice[] = ["mine", "theirs", "both"];

function Choose({ editor, theirs }: { editor: Editor; theirs: Composition }) {
  const chart = useChart();
  const heading = useRef<HTMLHeadingElement>(null);
  const mine = editor.note.value;
  const all = useMemo(() => pairs(mine, noteOf(theirs)), [mine, theirs]);
  const chosen = useSignal<Readonly<Record<string, Choice>>>({});
  useLayoutEffect(() => heading.current?.focus(), []);
  const last = signatures(theirs, "legal").at(-1)?.party ?? theirs.author[theirs.author.length - 1];
  const who = chart.nameOf(last) || n.value.theirsUnknown;
  const when = showDateTime(theirs.meta?.lastUpdated);
  const words: Record<Choice, string> = { mine: n.value.mine, theirs: n.value.theirs(who, when), both: n.value.both };
  return (
    <section class="note-conflict" aria-labelledby="conflict-heading">
      <h3 id="conflict-heading" ref={heading} tabIndex={-1}>{n.value.conflict}</h3>
      <p>{n.value.conflictHint}</p>
      {isSigned(theirs) ? <p class="box box-warn">{n.value.conflictSigned}</p> : null}
      {all.filter(differs).map((pair) => <Row key={pair.key} pair={pair} words={words} choice={chosen.value[pair.key] ?? "mine"} choose={(c) => (chosen.value = { ...chosen.value, [pair.key]: c })} />)}
      <p><button type="button" class="button button-main" onClick={() => editor.settle(merged(mine, all, (pair) => chosen.value[pair.key] ?? "mine"), theirs)}>{n.value.use}</button></p>
    </section>
  );
}

function Row({ pair, words, choice, choose }: { pair: Pair; words: Record<Choice, string>; choice: Choice; choose: (c: Choice) => void }) {
  const text = (c: "mine" | "theirs") => (c === "mine" ? pair.mine : pair.theirs)?.text;
  return (
    <fieldset class="note-pair">
      <legend>{pair.title}</legend>
      <div class="note-both">
        {(["mine", "theirs"] as const).map((c) => (
          <div key={c}><p class="note-by">{words[c]}</p>{text(c) === undefined ? <p class="quiet">{n.value.absent}</p> : <div class="clinical">{text(c)}</div>}</div>
        ))}
      </div>
      <div class="chips">
        {CHOICES.filter((c) => c !== "both" || (pair.mine !== null && pair.theirs !== null)).map((c) => (
          <label key={c} class="chip"><input type="radio" name={`pair-${pair.key}`} checked={choice === c} onChange={() => choose(c)} /><span>{words[c]}</span></label>
        ))}
      </div>
    </fieldset>
  );
}
