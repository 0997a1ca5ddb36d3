// SPDX-License-Identifier: Apache-2.0
// A coded text: written freely, or chosen among the codes of the record by their words or their code.
import { useState } from "preact/hooks";
import { failureText } from "../ui/failureText.ts";
import type { Form, Kind } from "./fields.ts";
import { findTerms, termsOf, type Term, type TermList } from "./terms.ts";
import { c } from "./words.ts";

export const LISTS: Readonly<Record<Kind, TermList | null>> = { diagnos: "diagnoses", overkanslighet: "allergens", varning: null, vaccination: "vaccines" };
const HITS_MAX = 30;
const TEXT_MAX = 500;

export interface Props { label: string; list: TermList; form: Form; wrong: string; wrongId: string; change: (form: Form) => void }

export function CodeField({ label, list, form, wrong, wrongId, change }: Props) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const { what = "", whatCode = "" } = form;
  const { terms } = termsOf(list);
  const { hits, more } = open ? findTerms(terms, what, HITS_MAX) : { hits: [], more: false };
  const active = Math.min(at, hits.length - 1);
  const choose = (term: Term) => {
    setOpen(false);
    setAt(-1);
    change({ ...form, what: term.text, whatCode: term.code, whatSystem: term.system });
  };
  const write = (text: string) => {
    setOpen(true);
    setAt(-1);
    change({ ...form, what: text, whatCode: "", whatSystem: "" });
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const hit = hits[active];
    if (step !== undefined && hits.length > 0) setAt((active + step + hits.length) % hits.length);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { if (hit !== undefined) choose(hit); }
    else if (event.key === "Escape" && hits.length > 0) { event.stopPropagation(); setOpen(false); }
    else return;
    event.preventDefault();
  };
  return (
    <div class="clin-code">
      <label class="written">
        <span>{label}</span>
        <input
          class="field" type="text" role="combobox" autocomplete="off" spellcheck={false} maxLength={TEXT_MAX} data-first aria-expanded={hits.length > 0} aria-controls="clin-hits" aria-autocomplete="list"
          aria-describedby={`clin-code-hint${wrong === "" ? "" : ` ${wrongId}`}`} aria-invalid={wrong !== ""} aria-activedescendant={active < 0 ? undefined : `clin-hit-${active}`}
          value={what} onInput={(e) => write(e.currentTarget.value)} onKeyDown={keys} onBlur={() => setTimeout(() => setOpen(false), 200)}
        />
      </label>
      <p id="clin-code-hint" class="hint">{what === "" ? c.value.codeHint : whatCode === "" ? c.value.codeFree : c.value.codeChosen(whatCode)}</p>
      <StateLine list={list} none={open && hits.length === 0 && what.trim() !== ""} more={more} />
      <ul id="clin-hits" class="clin-hits" role="listbox" aria-label={c.value.hits}>
        {hits.map((term, i) => (
          <li key={`${term.system}|${term.code}`} id={`clin-hit-${i}`} role="option" aria-selected={i === active} class={i === active ? "chosen" : ""} onMouseDown={(e) => e.preventDefault()} onClick={() => choose(term)}>
            <span>{term.text}</span><span class="code">{term.code}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function StateLine({ list, none, more }: { list: TermList; none: boolean; more: boolean }) {
  const { state, error } = termsOf(list);
  const said = state === "failed" ? `${c.value.terms["failed"] ?? ""} ${failureText(error)}` : state === "ready" || state === "idle" ? "" : (c.value.terms[state] ?? "");
  return <p role="status" class="hint">{[said, none && (state === "ready" || state === "partial") ? c.value.noHits : more ? c.value.moreHits(HITS_MAX) : ""].filter((x) => x !== "").join(" ")}</p>;
}
