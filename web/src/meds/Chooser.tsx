// SPDX-License-Identifier: Apache-2.0
// Choosing what to order: one field, the favourites below it at once, the range as soon as something is written.
import { useEffect, useRef, useState } from "preact/hooks";
import { failureText } from "../ui/failureText.ts";
import { Badge } from "../ui/Badge.tsx";
import { favourites } from "./favourites.ts";
import { find, type Hit } from "./find.ts";
import { fromDosage } from "./dosage.ts";
import { drugOf } from "./order.ts";
import { lineText } from "./say.ts";
import { range, rangeError, rangeState, wordsOf } from "./state.ts";
import { m } from "./words.ts";

const HITS_MAX = 40;

function hitName(hit: Hit): string {
  return drugOf(hit.kind === "favourite" ? hit.favourite.medication : hit.medication).name;
}

function dosageOf(hit: Hit): string {
  return hit.kind === "product" ? "" : hit.favourite.dosage.map((d) => lineText(fromDosage(d, wordsOf(d)).line)).join("; ");
}

export function Chooser({ choose }: { choose: (hit: Hit) => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { hits, more } = find(text, favourites(), range.value, HITS_MAX);
  const active = Math.min(at, hits.length - 1);
  /** Enter was pressed while the range was on its way: what was written then is chosen when it has come. */
  const wanted = useRef(false);
  const coming = rangeState.value === "idle" || rangeState.value === "reading";
  useEffect(() => {
    const hit = hits[active];
    if (!wanted.current || coming) return;
    wanted.current = false;
    if (hit !== undefined) choose(hit);
  }, [coming]);
  const move = (step: number) => setAt(hits.length === 0 ? 0 : (active + step + hits.length) % hits.length);
  const on = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    const hit = hits[active];
    if (step !== undefined) move(step);
    else if (event.key === "Enter" && hit !== undefined) choose(hit);
    else if (event.key === "Enter" && coming) wanted.current = text.trim() !== "";
    else return;
    event.preventDefault();
  };
  return (
    <div class="med-choose">
      <label class="written">
        <span>{m.value.search}</span>
        <input
          class="field" type="text" role="combobox" autocomplete="off" spellcheck={false} aria-expanded={hits.length > 0} aria-controls="med-hits" aria-autocomplete="list" aria-describedby="med-hint"
          aria-activedescendant={hits.length === 0 ? undefined : `med-hit-${active}`} ref={focusOnce} value={text} onInput={(e) => { setText(e.currentTarget.value); setAt(0); wanted.current = false; }} onKeyDown={on}
        />
      </label>
      <p id="med-hint" class="hint">{m.value.searchHint}</p>
      <RangeLine none={hits.length === 0 && text.trim() !== ""} more={more > HITS_MAX ? HITS_MAX : 0} />
      <ul id="med-hits" class="med-hits" role="listbox" aria-label={m.value.hits}>
        {hits.map((hit, i) => <HitRow key={`${hit.kind}-${hitName(hit)}-${hit.kind === "favourite" ? hit.favourite.id : ""}`} hit={hit} at={i} active={i === active} choose={choose} />)}
      </ul>
    </div>
  );
}

function focusOnce(input: HTMLInputElement | null): void {
  if (input !== null && !input.dataset["focused"]) {
    input.dataset["focused"] = "yes";
    input.focus({ preventScroll: false });
  }
}

function RangeLine({ none, more }: { none: boolean; more: number }) {
  const state = rangeState.value;
  const failed = state === "failed" ? `${m.value.rangeFailed} ${failureText(rangeError.value)}` : "";
  return <p role="status" class="hint">{failed !== "" ? failed : state === "reading" ? m.value.rangeReading : none ? m.value.noHits : more > 0 ? m.value.moreHits(more) : ""}</p>;
}

function HitRow({ hit, at, active, choose }: { hit: Hit; at: number; active: boolean; choose: (hit: Hit) => void }) {
  const drug = drugOf(hit.kind === "favourite" ? hit.favourite.medication : hit.medication);
  const dosage = dosageOf(hit);
  return (
    <li id={`med-hit-${at}`} role="option" aria-selected={active} class={active ? "med-hit chosen" : "med-hit"} onClick={() => choose(hit)}>
      <span><b>{drug.name}</b>{drug.atc === "" ? null : <span class="code">{drug.atc}</span>}{hit.kind === "favourite" ? <Badge tone="good" text={m.value.favourite} /> : null}</span>
      {dosage === "" ? null : <span class="quiet">{dosage}</span>}
    </li>
  );
}

