// SPDX-License-Identifier: Apache-2.0
// A form over one resource: written, refused field by field in the service's own words, or met by somebody else's change. What
// has been written stands until it is saved.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { FhirError } from "../../fhir/error.ts";
import { language } from "../../i18n/index.ts";
import { newKey } from "../../ids/key.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { failureText } from "../../ui/failureText.ts";
import { met as isMet } from "../../write/deed.ts";
import { Conflict } from "../../write/write.ts";
import { save } from "../api.ts";
import type { Styr } from "../types.ts";
import { s } from "../words.ts";
import { FORMS, type Field, type Form, type FormName, type Write } from "./fields.ts";
import { Fields, type Draft } from "./Fields.tsx";
import { clean, listAt, merge, refusals, valueAt, type Tree } from "./tree.ts";
import { f, labelOf, wordsOf } from "./words.ts";

export interface FormProps {
  form: FormName;
  /** What it begins with: the resource as it was read, or what is known of a new one. */
  of: object;
  link: string;
  close: () => void;
  /** Done: what the receipt says. */
  did: (receipt: string) => void;
  write?: Write | undefined;
  /** What is looked at before it is saved. */
  before?: ComponentChildren;
  /** What can be filled in by one press. */
  offers?: readonly { text: string; put: Tree }[] | undefined;
}

interface Wrong { whole: string; at: ReadonlyMap<string, string> }
const NOTHING: Wrong = { whole: "", at: new Map() };

/** The paths that a form has a place for: those of its fields, and of the rows there are. */
function places(fields: readonly Field[], tree: Tree, path = ""): string[] {
  return fields.flatMap((field) => {
    const at = path === "" ? field.at : `${path}.${field.at}`;
    return field.as === "rows" ? [at, ...listAt(tree, at).flatMap((_, i) => [`${at}[${i}]`, ...places(field.of, tree, `${at}[${i}]`)])] : [at];
  });
}

/** Each refusal at the nearest place there is (of a period that is wrong its end), and what has none with the whole. */
function wrongOf(error: unknown, form: Form, tree: Tree): Wrong {
  if (!(error instanceof FhirError) || error.outcome === null) return { whole: failureText(error), at: new Map() };
  const known = new Set(places(form.fields, tree));
  const at = new Map<string, string>();
  const whole: string[] = [];
  for (const [place, text] of refusals(error.outcome, language.value, form.rules ?? {})) {
    let near = known.has(place) ? place : ([...known].filter((one) => one.startsWith(`${place}.`)).at(-1) ?? place);
    while (near !== "" && !known.has(near)) near = near.slice(0, Math.max(near.lastIndexOf("."), near.lastIndexOf("["), 0));
    if (near === "") whole.push(text);
    else at.set(near, [at.get(near), text].filter((one) => one !== undefined).join(" "));
  }
  return { whole: [f.value.faults(at.size), ...whole].join(" "), at };
}

interface Met { text: string; both: readonly (readonly [string, string])[]; theirs: Tree | null }

const shown = (value: unknown): string => (Array.isArray(value) ? f.value.rowsOf(value.length) : typeof value === "object" && value !== null ? String(valueAt(value, "display") ?? valueAt(value, "value") ?? "") : value === undefined ? f.value.notSaid : String(value));

export function FormDialog({ form, of, link, close, did, write, before, offers = [] }: FormProps) {
  const words = wordsOf(form);
  const spec: Form = FORMS[form];
  const [tree, setTree] = useState(of as Tree);
  const base = useRef(of as Tree);
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState(NOTHING);
  const [met, setMet] = useState<Met | null>(null);
  // Controls keep what is written in them; another number draws them anew from the tree.
  const [drawn, setDrawn] = useState(0);
  const [warned, setWarned] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (wrong.at.size > 0) box.current?.querySelector<HTMLElement>("[aria-invalid], fieldset:has(> .box-failure) :is(input, select, textarea, button)")?.focus();
  }, [wrong]);

  const redraw = (next: Tree) => { setTree(next); setDrawn((n) => n + 1); };
  const meet = (mine: Tree, theirs: Tree | null) => {
    if (theirs === null) return setMet({ text: f.value.metGone, both: [], theirs });
    const { merged, both } = merge(base.current, mine, theirs);
    base.current = theirs;
    redraw(merged);
    setMet({ text: f.value.met(String(valueAt(theirs, "meta.versionId") ?? "")), both: both.map((at) => [labelOf(form, at), shown(theirs[at])]), theirs });
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const sent = clean(tree) ?? {};
    setBusy(true);
    setWrong(NOTHING);
    setMet(null);
    try {
      await (write === undefined ? save(sent as unknown as Styr, words.receipt, link, key.current) : write(sent, words.receipt, key.current));
      close();
      did(words.receipt);
    } catch (error) {
      // What was refused is another deed next time; only a lost answer is asked for by the same key.
      if (error instanceof Conflict || (error instanceof FhirError && error.status >= 400 && error.status < 500)) key.current = newKey();
      if (error instanceof Conflict && sent["resourceType"] !== undefined) return meet(sent, error.theirs as Tree | null);
      if (isMet(error)) return setMet({ text: f.value.metOther, both: [], theirs: null });
      if (error instanceof FhirError && error.outcome !== null) redraw(sent);
      setWrong(wrongOf(error, spec, sent));
    } finally {
      setBusy(false);
    }
  };
  // Esc on what has been written asks once; the second time it closes.
  const leaving = (event: Event) => {
    if (warned || tree === base.current) return;
    event.preventDefault();
    setWarned(true);
  };
  const theirs = met?.theirs ?? null;
  const draft: Draft = { form, tree, change: setTree, wrongs: wrong.at };
  return (
    <Dialog heading={words.heading} close={close} kind="styr-dialog styr-form" leaving={leaving}>
      {words.about === "" ? null : <p class="hint">{words.about}</p>}
      {before}
      {offers.length === 0 ? null : <p class="actions">{offers.map((one) => <button key={one.text} type="button" class="button button-small" onClick={() => redraw({ ...tree, ...one.put })}>{one.text}</button>)}</p>}
      <form ref={box} class="admin-form" onSubmit={(event) => void submit(event)} aria-busy={busy}>
        <div class="styr-fields" key={drawn}><Fields draft={draft} fields={spec.fields} /></div>
        <div role="alert">
          {warned ? <p class="box box-warn">{f.value.unsaved}</p> : null}
          {wrong.whole === "" ? null : <p class="box box-failure">{wrong.whole}</p>}
          {met === null ? null : (
            <div class="box box-warn"><div>
              <p>{met.text}</p>
              {met.both.length === 0 ? null : <><p>{f.value.metBoth}</p><ul class="styr-bullets">{met.both.map(([name, value]) => <li key={name}>{name}: {value}</li>)}</ul></>}
            </div></div>
          )}
        </div>
        <p class="actions">
          <button type="submit" class="button button-main" disabled={busy}>{busy ? s.value.busy : s.value.save}</button>
          {theirs === null ? null : <button type="button" class="button" onClick={() => { redraw(theirs); setMet(null); }}>{f.value.theirs}</button>}
          <button type="button" class="button" onClick={close}>{s.value.cancel}</button>
        </p>
      </form>
    </Dialog>
  );
}
