// SPDX-License-Identifier: Apache-2.0
// Ctrl+K: patients and commands from anywhere, by keyboard. Enter takes what is marked; with several patients the first
// Enter only marks, so that nobody opens the wrong chart by habit.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { paletteShown, takeEarly } from "../app/keys.ts";
import { navigate, patientPath } from "../app/route.ts";
import { turn } from "../app/turns.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { showAge } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { isOwn } from "../session/session.ts";
import { Badge } from "../ui/Badge.tsx";
import { failureText } from "../ui/failureText.ts";
import { PatientSearch, toHits, type Hit } from "../search/state.ts";
import { commands, findCommands, type Command } from "./commands.ts";
import { readPatients, recent } from "./mine.ts";
import { ownCommands } from "./ownCommands.ts";
import { d } from "./words.ts";

const PATIENTS_MAX = 8;
const COMMANDS_MAX = 8;
const RECENT_MAX = 6;
const ONLY_COMMANDS = ">";

type Option = { kind: "patient"; hit: Hit } | { kind: "command"; command: Command };
const finder = new PatientSearch();

function choose(option: Option): void {
  paletteShown.value = false;
  if (option.kind === "patient") navigate(patientPath(option.hit.id));
  else option.command.run();
}

/** What can be chosen now: commands that fit before patients, as they are few and certain. */
function options(text: string, lately: readonly Hit[]): Option[] {
  const words = text.startsWith(ONLY_COMMANDS) ? text.slice(1) : text;
  const all = [...commands.value, ...ownCommands()];
  const found = findCommands([...new Map(all.map((c) => [c.id, c])).values()], words).slice(0, COMMANDS_MAX).map((command) => ({ kind: "command" as const, command }));
  if (text.startsWith(ONLY_COMMANDS) || isOwn.value) return found;
  const patients = (text.trim() === "" ? lately : finder.hits.value).slice(0, PATIENTS_MAX).map((hit) => ({ kind: "patient" as const, hit }));
  return text.trim() === "" ? [...patients, ...found] : [...found, ...patients];
}

/** The only patient found, or the first command when no patient is: what Enter takes at once. */
function certain(list: readonly Option[], text: string): number {
  if (text.trim() === "") return -1;
  const patients = list.filter((o) => o.kind === "patient");
  if (patients.length === 0) return list.length > 0 ? 0 : -1;
  return list.length === 1 ? 0 : -1;
}

export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = paletteShown.value;
  // Before the next key: what is typed right after Ctrl+K belongs here. Not showModal, which has all that lies beneath
  // styled anew, long charts too, before the key is answered: focus is held by the one field there is.
  useLayoutEffect(() => {
    if (!shown) return dialog.current?.close();
    dialog.current?.show();
    // What is drawn beneath in the meantime, or goes away with the focus in it, does not take the next key.
    const back = (event: Event) => { if (event.target instanceof Node && !dialog.current?.contains(event.target)) dialog.current?.querySelector("input")?.focus(); };
    document.addEventListener("focusin", back);
    document.addEventListener("keydown", back, true);
    return () => {
      document.removeEventListener("focusin", back);
      document.removeEventListener("keydown", back, true);
    };
  }, [shown]);
  const away = () => (paletteShown.value = false);
  const held = (event: KeyboardEvent) => {
    if (event.key === "Escape") away();
    else if (event.key !== "Tab") return;
    event.preventDefault();
  };
  return (
    <>
      {shown ? <div class="palette-ground" onClick={away} /> : null}
      <dialog ref={dialog} class="dialog palette" aria-modal="true" aria-label={d.value.palette.label} onKeyDown={held}>
        {shown ? <Body /> : null}
      </dialog>
    </>
  );
}

function useLately(): readonly Hit[] {
  const [lately, setLately] = useState<readonly Hit[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    readPatients(recent.peek().slice(0, RECENT_MAX).map((one) => one.id), stop.signal).then((found) => setLately(toHits(found)), () => undefined);
    return () => stop.abort();
  }, []);
  return lately;
}

function Body() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(takeEarly);
  const [marked, setMarked] = useState<number | null>(null);
  const lately = useLately();
  // First the field, so that the next key finds it; what can be chosen comes a moment after, or with the first letter.
  const [open, setOpen] = useState(false);
  useEffect(() => void turn().then(() => setOpen(true)), []);
  const list = open || text !== "" ? options(text, lately) : [];
  const at = Math.min(marked ?? certain(list, text), list.length - 1);
  const p = d.value.palette;
  useLayoutEffect(() => {
    finder.write(text.startsWith(ONLY_COMMANDS) || isOwn.value ? "" : text);
    input.current?.focus();
  }, []);
  const write = (value: string) => {
    setText(value);
    setMarked(null);
    finder.write(value.startsWith(ONLY_COMMANDS) || isOwn.value ? "" : value);
  };
  const enter = () => {
    const option = list[at];
    if (finder.state.value.kind === "searching" && option?.kind !== "command") finder.run(() => { const only = finder.hits.value.length === 1 ? finder.hits.value[0] : undefined; if (only !== undefined) choose({ kind: "patient", hit: only }); });
    else if (option !== undefined) choose(option);
    else if (list.length > 0) setMarked(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && list.length > 0) setMarked((at + step + list.length) % list.length);
    else if (event.key === "Enter") enter();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <label for="palette-text" class="sr">{p.label}</label>
      <input ref={input} id="palette-text" type="text" role="combobox" aria-expanded={list.length > 0} aria-controls="palette-list" aria-autocomplete="list" aria-activedescendant={at < 0 ? undefined : `palette-${at}`}
        autoComplete="off" spellcheck={false} maxLength={120} placeholder={p.placeholder} value={text} onInput={(event) => write(event.currentTarget.value)} onKeyDown={onKeyDown} />
      <p class="palette-status" role="status">{statusOf(text, list.length)}</p>
      <ul id="palette-list" role="listbox" aria-label={p.label}>
        {list.map((option, i) => (
          <li key={option.kind === "patient" ? `p-${option.hit.id}` : option.command.id} id={`palette-${i}`} role="option" aria-selected={i === at} class={`palette-option palette-${option.kind}`} onClick={() => choose(option)}>
            {option.kind === "patient" ? <PatientOption hit={option.hit} /> : <CommandOption command={option.command} />}
          </li>
        ))}
      </ul>
      <p class="hint">{p.hint}</p>
    </>
  );
}

function statusOf(text: string, found: number): string {
  const state = finder.state.value;
  const p = d.value.palette;
  if (text.trim() === "") return "";
  if (state.kind === "searching") return t.value.search.searching;
  if (state.kind === "failed") return failureText(state.error);
  if (state.kind === "done" && state.badControlDigit) return t.value.search.badControlDigit;
  return found === 0 ? p.none : p.count(found);
}

function PatientOption({ hit }: { hit: Hit }) {
  const { patient } = hit;
  const s = t.value.search;
  return (
    <>
      <span><b>{nameText(currentName(patient.name)) || s.noName}</b> <span class="num">{identityNumber(patient)?.text ?? s.noNumber}</span></span>
      <span class="quiet">{showAge(patient)}{hit.lookalike ? <> <Badge tone="warn" icon="twins" text={s.lookalikeShort} /></> : null}</span>
    </>
  );
}

function CommandOption({ command }: { command: Command }) {
  return <><span>{command.label()}</span>{command.keys === undefined ? null : <kbd>{command.keys}</kbd>}</>;
}
