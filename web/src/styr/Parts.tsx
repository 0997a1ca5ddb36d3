// SPDX-License-Identifier: Apache-2.0
// Small things that all the screens of Steering use.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Loaded } from "../admin/load.ts";
import { decimal } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
import { Dialog as Modal } from "../ui/Dialog.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { diaryOf } from "./api.ts";
import { met } from "../write/deed.ts";
import type { Run } from "./form.ts";
import { getPdf, keepFile } from "./ops/pdf.ts";
import { s, say } from "./words.ts";

/** What was asked for, when it is there; grey lines until then; what went wrong, with a way to try again. */
export function Ready<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  if (of.error !== null) return <FailureBox text={failureText(of.error)} retry={of.again} />;
  return of.data === null ? <SectionSkeleton /> : <>{children(of.data)}</>;
}

/** The heading of a screen, in the window's title too; children: what can be done. */
export function Head({ title, about, children }: { title: string; about?: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = t.value.title([title, s.value.title]);
  }, [title]);
  return (
    <header class="styr-head">
      <div><h2 tabIndex={-1}>{title}</h2>{about === undefined ? null : <p class="hint">{about}</p>}</div>
      {children === undefined ? null : <div class="styr-acts print-not">{children}</div>}
    </header>
  );
}

export function PrintButton() {
  return <button type="button" class="button" onClick={() => print()}>{s.value.print}</button>;
}

/** The same as PDF, from the service; what keeps it from that is told beside the button. of: what it is of, where there are several. */
export function PdfButton({ about, name, of }: { about: string; name: string; of?: string }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const fetchIt = () => {
    setBusy(true);
    setWrong("");
    getPdf(about, new AbortController().signal).then((file) => keepFile(file, `${name}.pdf`), (error: unknown) => setWrong(failureText(error))).finally(() => setBusy(false));
  };
  return <>
    <button type="button" class={of === undefined ? "button" : "button button-small"} data-pdf disabled={busy} aria-busy={busy} onClick={fetchIt}>{busy ? s.value.pdfMaking : s.value.pdf}{of === undefined ? null : <span class="sr"> {of}</span>}</button>
    {wrong === "" ? null : <FailureBox text={wrong} />}
  </>;
}

export function More({ more }: { more: boolean }) {
  return more ? <p class="box box-warn" role="status"><Icon name="warning" />{s.value.more}</p> : null;
}

/** A circle with a tick, a triangle, a broken ring, a square with a cross: the shape says it without its colour. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  go: ["good", "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6 10.500 9 13.500 14 7"],
  "go-with-conditions": ["warn", "M10 2 1.500 17.500h17zM10 7.500v5M10 15v.01"],
  incomplete: ["info", "M10 2a8 8 0 0 1 8 8M18 13a8 8 0 0 1-5 4.600M10 18a8 8 0 0 1-8-8M2 7a8 8 0 0 1 5-4.600M7.500 8a2.500 2.500 0 1 1 3.500 2.300c-.7.4-1 .9-1 1.700M10 14.500v.01"],
  "no-go": ["danger", "M2.500 2.500h15v15h-15zM6.500 6.500l7 7M13.500 6.500l-7 7"],
};
const NO_SHAPE = ["quiet", "M3 10h14"] as const;

export function Verdict({ verdict }: { verdict: string | undefined }) {
  const [tone, path] = SHAPES[verdict ?? ""] ?? NO_SHAPE;
  return (
    <span class={`styr-verdict badge-${tone}`}>
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false"><path d={path} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" /></svg>
      {verdict === undefined ? s.value.noVerdict : say("verdict", verdict)}
    </span>
  );
}

const STATE_TONES: Readonly<Record<string, Tone>> = { met: "good", unmet: "danger", stale: "warn", missing: "danger" };
export const StateBadge = ({ state }: { state: string | undefined }) => <Badge text={say("result-state", state ?? "missing")} tone={STATE_TONES[state ?? "missing"] ?? "plain"} icon={state === "met" ? "check" : "warning"} />;

/** Something with too few words to need a table: one fact to a line. */
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  const said = of.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return said.length === 0 ? null : <dl class="facts">{said.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

/** columns: the head's words; each row its cells, the first of which names it. Becomes cards where it does not fit. */
export function Table({ caption, columns, rows, none }: { caption: string; columns: readonly string[]; rows: readonly { key: string; cells: readonly ComponentChildren[] }[]; none?: string }) {
  if (rows.length === 0) return <p class="empty">{none ?? s.value.none}</p>;
  if (columns.length >= WIDE) return <div class="styr-scroll" tabIndex={0} role="region" aria-label={caption}><Plain caption={caption} columns={columns} rows={rows} /></div>;
  return <Plain caption={caption} columns={columns} rows={rows} />;
}

/** A diary number, which is never broken between two lines. */
export const Diary = ({ of }: { of: Parameters<typeof diaryOf>[0] }) => <span class="nowrap">{diaryOf(of)}</span>;

/** From so many columns on a table may have to be scrolled where it is narrow but not yet cards. */
const WIDE = 6;

function Plain({ caption, columns, rows }: { caption: string; columns: readonly string[]; rows: readonly { key: string; cells: readonly ComponentChildren[] }[] }) {
  return (
    <table class="admin-table">
      <caption class="sr">{caption}</caption>
      <thead><tr>{columns.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
      <tbody>
        {rows.map((row) => <tr key={row.key}>{row.cells.map((cell, i) => (i === 0 ? <th key={i} scope="row">{cell}</th> : <td key={i} data-label={columns[i]}>{cell}</td>))}</tr>)}
      </tbody>
    </table>
  );
}

interface ChipsProps<T extends string> { legend: string; name: string; all: readonly T[]; now: T; choose: (one: T) => void; label: (one: T) => string }

export function Chips<T extends string>({ legend, name, all, now, choose, label }: ChipsProps<T>) {
  return (
    <fieldset class="chips">
      <legend>{legend}</legend>
      {all.map((one) => <label key={one} class="chip"><input type="radio" name={name} checked={one === now} onChange={() => choose(one)} /><span>{label(one)}</span></label>)}
    </fieldset>
  );
}

export const Dialog = (props: Parameters<typeof Modal>[0]) => <Modal {...props} kind="styr-dialog" />;

interface FormProps { children?: ComponentChildren; button: string; run: Run; cancel?: () => void; /** Nothing can be done: no buttons. */ hidden?: boolean }

/** A form that does one thing, says when it is at work and what went wrong; `run` is given what stands in each field. */
export function Form({ children, button, run, cancel, hidden }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const value = <T extends string>(name: string) => { const held = data.get(name); return (typeof held === "string" ? held.trim() : "") as T; };
    setBusy(true);
    setWrong("");
    run(value).catch((error: unknown) => setWrong(met(error) ? s.value.met : failureText(error))).finally(() => setBusy(false));
  };
  return (
    <form class="admin-form" onSubmit={submit} aria-busy={busy}>
      {children}
      <div role="alert">{wrong === "" ? null : <p class="box box-failure">{wrong}</p>}</div>
      <p class="actions print-not" hidden={hidden}>
        <button type="submit" class="button button-main" disabled={busy}>{busy ? s.value.busy : button}</button>
        {cancel === undefined ? null : <button type="button" class="button" onClick={cancel}>{s.value.cancel}</button>}
      </p>
    </form>
  );
}

interface InputProps { label: string; name: string; type?: "text" | "date" | "number" | "time"; value?: string; required?: boolean; hint?: string; max?: number; min?: number; step?: string; /** What has been answered before, to choose among. */ list?: readonly string[] }
const TEXT_MAX = 400;
const LONG_MAX = 10_000;

export function Input({ label, name, type = "text", value = "", required, hint, max, min, step, list = [] }: InputProps) {
  const known = list.length === 0 ? undefined : `known-${name}`;
  return <label><span>{label}</span><input class="field" name={name} defaultValue={value} autocomplete="off" maxLength={TEXT_MAX} {...({ type, required, min, max, step, list: known } as object)} />{known === undefined ? null : <datalist id={known}>{list.map((one) => <option key={one} value={one} />)}</datalist>}{hint === undefined ? null : <small class="hint">{hint}</small>}</label>;
}

export function Area({ label, name, value = "", required, rows = 3, hint }: { label: string; name: string; value?: string; required?: boolean; rows?: number; hint?: string }) {
  return <label><span>{label}</span><textarea class="field" name={name} rows={rows} defaultValue={value} required={required} maxLength={LONG_MAX} />{hint === undefined ? null : <small class="hint">{hint}</small>}</label>;
}

export function Select({ label, name, all, value, required, change }: { label: string; name: string; all: readonly (readonly [string, string])[]; value?: string; required?: boolean; change?: (value: string) => void }) {
  return (
    <label><span>{label}</span>
      <select class="field" name={name} required={required} onChange={(e) => change?.(e.currentTarget.value)}>
        {all.map(([code, text]) => <option key={code} value={code} selected={code === value}>{text}</option>)}
      </select>
    </label>
  );
}

export function Check({ label, name, hint }: { label: string; name: string; hint?: string }) {
  return <label class="check"><input type="checkbox" name={name} value="yes" /><span>{label}{hint === undefined ? null : <small>{hint}</small>}</span></label>;
}

/** Said once, when something has been done. */
export const Done = ({ text }: { text: string }) => <div role="status">{text === "" ? null : <p class="box box-good"><Icon name="check" />{text}</p>}</div>;

/** 1234567.8 → "1 234 568": whole kronor, with spaces that do not break. */
export function kronor(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "";
  return `${decimal(Math.round(value).toString()).replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0")}\u00a0kr`;
}

const SCREENFUL = 50;
/** A long list, a screenful at a time. */
export function useScreenful<T>(all: readonly T[]): { shown: readonly T[]; rest: ComponentChildren } {
  const [n, setN] = useState(SCREENFUL);
  const left = all.length - n;
  return { shown: all.slice(0, n), rest: left <= 0 ? null : <p class="more print-not"><button type="button" class="button" onClick={() => setN(n + SCREENFUL)}>{s.value.showMore(Math.min(left, SCREENFUL), left)}</button></p> };
}

/** Asks anew now and then while somebody looks: what is measured changes without anybody here doing anything. */
export function usePoll(again: () => void, ms: number): void {
  useEffect(() => {
    const timer = setInterval(() => { if (document.visibilityState === "visible") again(); }, ms);
    return () => clearInterval(timer);
  });
}
