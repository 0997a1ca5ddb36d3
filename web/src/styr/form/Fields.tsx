// SPDX-License-Identifier: Apache-2.0
// The fields of a form, drawn after their data. Each has the path of its element, and beneath it what the service refused of it.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Reference } from "@fhir";
import { later, useLoaded } from "../../admin/load.ts";
import { holdDecimal } from "../../fhir/decimal.ts";
import { failureText } from "../../ui/failureText.ts";
import { idOf, nameOf } from "../api.ts";
import type { StyrType } from "../types.ts";
import type { Chosen, Field, FormName, Listed, Referred, Source } from "./fields.ts";
import { choicesOf, referenceOf, search, type Choice } from "./sources.ts";
import { listAt, put, valueAt, type Tree } from "./tree.ts";
import { f, labelOf } from "./words.ts";

export interface Draft { form: FormName; tree: Tree; change: (how: (tree: Tree) => Tree) => void; wrongs: ReadonlyMap<string, string> }
interface At<F extends Field = Field> { draft: Draft; field: F; path: string }

const controlId = (path: string) => `field-${path}`;
const wrongId = (path: string) => `wrong-${path}`;
/** What a control is told of the refusal that stands beneath it. */
const told = ({ draft, path, field }: At) => ({ id: controlId(path), name: path, "aria-required": field.required, ...(draft.wrongs.has(path) ? { "aria-invalid": true, "aria-describedby": wrongId(path) } : {}) });
const Wrong = ({ draft, path }: { draft: Draft; path: string }) => { const text = draft.wrongs.get(path); return text === undefined ? null : <p class="box box-failure" id={wrongId(path)}>{text}</p>; };
const set = ({ draft, path }: At, value: unknown) => draft.change((tree) => put(tree, path, value));
const under = (path: string, at: string) => (path === "" ? at : `${path}.${at}`);

export function Fields({ draft, fields, path = "" }: { draft: Draft; fields: readonly Field[]; path?: string }) {
  return <>{fields.map((field) => <One key={field.at} draft={draft} field={field} path={under(path, field.at)} />)}</>;
}

function One(at: At) {
  const { field, path } = at;
  switch (field.as) {
    case "rows": return <Rows {...at} field={field} />;
    case "yes": return <Yes {...at} />;
    case "many": return <Many {...at} field={field} />;
    case "refs": return <Pick {...at} from={field.from} many />;
    case "ref": {
      const [only] = field.from;
      return field.from.length > 1 || only === undefined || only === "person" || only === "unit" ? <Pick {...at} from={field.from} /> : <Labelled {...at}><OneRef {...at} field={field} type={only} /></Labelled>;
    }
    default: return <Labelled {...at} wide={field.as === "area" || field.as === "lines"}><Control key={path} {...at} /></Labelled>;
  }
}

function Labelled({ draft, path, wide, children, field }: At & { wide?: boolean; children: ComponentChildren }) {
  return <div class={wide === true ? "styr-wide" : undefined}><label for={controlId(path)}><span>{labelOf(draft.form, path)}</span></label>{children}{field.as === "lines" ? <small class="hint">{f.value.oneLine}</small> : null}<Wrong draft={draft} path={path} /></div>;
}

const TEXT_MAX = 400;
const LONG_MAX = 10_000;

function Control(at: At) {
  const { draft, field, path } = at;
  const value = valueAt(draft.tree, path);
  const { required } = field;
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  switch (field.as) {
    case "area": return <textarea class="field" {...told(at)} rows={2} maxLength={LONG_MAX} required={required} defaultValue={text} onInput={(e) => set(at, e.currentTarget.value)} />;
    case "lines": return <textarea class="field" {...told(at)} rows={2} maxLength={LONG_MAX} defaultValue={listAt(draft.tree, path).join("\n")} onInput={(e) => set(at, e.currentTarget.value.split("\n"))} />;
    case "number": case "whole": return <input class="field" {...told(at)} type="number" step={field.as === "whole" ? 1 : "any"} min={field.min} max={field.max} required={required} defaultValue={text} autocomplete="off" onInput={(e) => setNumber(at, e.currentTarget.value)} />;
    case "one": return (
      <select class="field" {...told(at)} required={required} onChange={(e) => set(at, e.currentTarget.value || undefined)}>
        {required === true && text !== "" ? null : <option value="">{required === true ? f.value.choose : f.value.notSaid}</option>}
        {field.of().map(([code, word]) => <option key={code} value={code} selected={code === text}>{word}</option>)}
      </select>
    );
    default: return <input class="field" {...told(at)} {...({ type: field.as } as object)} maxLength={TEXT_MAX} required={required} defaultValue={text} autocomplete="off" onInput={(e) => set(at, e.currentTarget.value)} />;
  }
}

/** The number is kept as it was written. */
function setNumber({ draft, path }: At, text: string): void {
  draft.change((tree) => {
    if (text === "") return put(tree, path, undefined);
    const next = put(tree, path, Number(text));
    const cut = path.lastIndexOf(".");
    const holder = cut === -1 ? next : valueAt(next, path.slice(0, cut));
    if (/^-?\d+(?:\.\d+)?$/.test(text)) holdDecimal(holder as object, path.slice(cut + 1), text);
    return next;
  });
}

function Yes(at: At) {
  const { draft, path, field } = at;
  return <div><label class="check"><input type="checkbox" {...told(at)} required={field.required} checked={valueAt(draft.tree, path) === true} onChange={(e) => set(at, e.currentTarget.checked)} /><span>{labelOf(draft.form, path)}</span></label><Wrong draft={draft} path={path} /></div>;
}

function Many(at: At<Chosen>) {
  const { draft, path, field } = at;
  const held = listAt(draft.tree, path);
  const flip = (code: string, on: boolean) => draft.change((tree) => put(tree, path, field.of().map(([one]) => one).filter((one) => (one === code ? on : listAt(tree, path).includes(one)))));
  return (
    <fieldset class="styr-wide styr-many">
      <legend>{labelOf(draft.form, path)}</legend>
      {field.of().map(([code, word]) => <label key={code} class="check"><input type="checkbox" name={path} checked={held.includes(code)} onChange={(e) => flip(code, e.currentTarget.checked)} /><span>{word}</span></label>)}
      <Wrong draft={draft} path={path} />
    </fieldset>
  );
}

function OneRef(at: At<Referred> & { type: StyrType }) {
  const { draft, path, field, type } = at;
  const held = valueAt(draft.tree, path) as Reference | undefined;
  const found = useLoaded((signal) => choicesOf(type, field.status === undefined ? [] : [["status", field.status]], signal), [type]);
  const all = found.data ?? [];
  const has = idOf(held);
  const known: readonly Choice[] = has === "" || all.some((one) => idOf(one) === has) ? all : [{ reference: held?.reference ?? "", display: nameOf(held) }, ...all];
  const choose = (reference: string) => { const one = known.find((c) => c.reference === reference); set(at, one === undefined ? undefined : referenceOf(one)); };
  return (
    <>
      <select class="field" {...told(at)} required={field.required} aria-busy={found.loading} onChange={(e) => choose(e.currentTarget.value)}>
        <option value="">{field.required === true ? f.value.choose : f.value.notSaid}</option>
        {known.map((one) => <option key={one.reference} value={one.reference} selected={idOf(one) === has}>{one.display}</option>)}
      </select>
      {found.error === null ? null : <span class="box box-failure" role="alert">{failureText(found.error)}</span>}
    </>
  );
}

const SEARCH_MIN = 2;

/** A search whose hits are buttons; what has been chosen stands beneath with a way to take it away. */
function Pick(at: At & { from: readonly Source[]; many?: boolean }) {
  const { draft, path, field, from, many } = at;
  const [text, setText] = useState("");
  const box = useRef<HTMLInputElement>(null);
  const hits = useLoaded((signal) => (text.trim().length < SEARCH_MIN ? null : later(signal).then(() => search(from, text.trim(), signal))), [text]);
  const held = (many === true ? listAt(draft.tree, path) : [valueAt(draft.tree, path)].filter((one) => one !== undefined)) as readonly Reference[];
  const back = () => { setText(""); box.current?.focus(); };
  const choose = (one: Choice) => { set(at, many === true ? [...held.filter((r) => r.reference !== one.reference), referenceOf(one)] : referenceOf(one)); back(); };
  const drop = (one: Reference) => { set(at, many === true ? held.filter((r) => r !== one) : undefined); back(); };
  const label = labelOf(draft.form, path);
  const offered = (hits.data ?? []).filter((one) => !held.some((r) => r.reference === one.reference));
  return (
    <div class={many === true ? "picker styr-wide" : "picker"}>
      <label for={controlId(path)}><span>{label}</span></label><input ref={box} class="field" type="search" {...told(at)} autocomplete="off" placeholder={f.value.search} required={field.required === true && held.length === 0} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      <Wrong draft={draft} path={path} />
      <div role="status" class="hint">{hits.data === null || text === "" ? "" : offered.length === 0 ? f.value.noHits : f.value.hits(offered.length)}</div>
      {hits.error === null ? null : <p class="box box-failure" role="alert">{failureText(hits.error)}</p>}
      {text === "" ? null : <ul class="picks">{offered.map((one) => <li key={one.reference}><button type="button" class="pick" onClick={() => choose(one)}>{one.display}</button></li>)}</ul>}
      {held.length === 0 ? null : <ul class="styr-held">{held.map((one) => <li key={one.reference}>{nameOf(one)} <button type="button" class="button button-small" onClick={() => drop(one)}>{f.value.remove}<span class="sr"> {nameOf(one)}, {label}</span></button></li>)}</ul>}
    </div>
  );
}

const sentence = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

function Rows({ draft, field, path }: At<Listed>) {
  const all = listAt(draft.tree, path);
  // A row keeps its key while others come and go, so that each control keeps what is written in it.
  const keys = useRef<number[]>([]);
  while (keys.current.length < all.length) keys.current.push((keys.current.at(-1) ?? -1) + 1);
  const box = useRef<HTMLFieldSetElement>(null);
  const was = useRef(all.length);
  const [gone, setGone] = useState("");
  const name = labelOf(draft.form, `${path}[]`);
  useLayoutEffect(() => {
    if (all.length > was.current) box.current?.querySelector<HTMLElement>(":scope > fieldset:last-of-type :is(input, select, textarea)")?.focus();
    if (all.length < was.current) box.current?.querySelector<HTMLElement>(":scope > .actions button")?.focus();
    was.current = all.length;
  }, [all.length]);
  const remove = (i: number) => {
    keys.current.splice(i, 1);
    draft.change((tree) => put(tree, path, listAt(tree, path).filter((_, at) => at !== i)));
    setGone(f.value.removed(sentence(`${name} ${i + 1}`)));
  };
  return (
    <fieldset ref={box} class="styr-wide styr-rows">
      <legend>{labelOf(draft.form, path)}</legend>
      <Wrong draft={draft} path={path} />
      {all.map((_, i) => (
        <fieldset key={keys.current[i]} class="styr-row">
          <legend>{sentence(`${name} ${i + 1}`)}</legend>
          <Wrong draft={draft} path={`${path}[${i}]`} />
          <Fields draft={draft} fields={field.of} path={`${path}[${i}]`} />
          <p class="actions styr-wide"><button type="button" class="button button-small" onClick={() => remove(i)}>{f.value.remove}<span class="sr"> {name} {i + 1}</span></button></p>
        </fieldset>
      ))}
      <div role="status" class="sr">{gone}</div>
      <p class="actions"><button type="button" class="button button-small" onClick={() => draft.change((tree) => put(tree, path, [...listAt(tree, path), { ...field.start }]))}>{f.value.add(name)}</button></p>
    </fieldset>
  );
}
