// SPDX-License-Identifier: Apache-2.0
// The keyboard, in one table. Single-key shortcuts do nothing while text is being written, and can be switched off.
import { signal } from "@preact/signals";
import { isOwn } from "../session/session.ts";
import { openCharts } from "./charts.ts";
import { goBack, itemPath, navigate, pagePath, patientPath, route, SECTIONS, type Place } from "./route.ts";
import { singleKeys } from "./settings.ts";

export const keysShown = signal(false);
/** Patients and commands, from anywhere. */
export const paletteShown = signal(false);
/** What was typed after Ctrl+K while the palette itself was still on its way. */
let early = "";
export function takeEarly(): string {
  const text = early;
  early = "";
  return text;
}
/** Raised each time the search field is asked for. */
export const searchAsked = signal(0);

/** Raised when the field to search the open record is asked for; whoever has it takes it down again. */
export const findAsked = signal(0);

export function findInChart(): boolean {
  const now = route.value;
  if (now.screen !== "patient") return false;
  navigate(patientPath(now.id, "tidslinje"));
  findAsked.value++;
  return true;
}

export function askSearch(): void {
  navigate("/");
  searchAsked.value++;
}

function goToSection(number: number): boolean {
  const section = number === 0 ? "atkomst" : SECTIONS[number - 1];
  const now = route.value;
  if (section === undefined || now.screen !== "patient") return false;
  navigate(patientPath(now.id, section));
  return true;
}

/** The other of the two open charts, or the one that is open. */
export function otherChart(): boolean {
  const now = route.value;
  const other = openCharts.value.filter((c) => now.screen !== "patient" || c.id !== now.id).at(-1);
  if (other !== undefined) navigate(patientPath(other.id));
  return other !== undefined;
}

export function newNote(): boolean {
  const now = route.value;
  if (now.screen !== "patient" || isOwn.value) return false;
  navigate(itemPath(now.id, "anteckningar", "ny"));
  return true;
}

export function unknownPatient(): boolean {
  if (isOwn.value) return false;
  navigate(pagePath("okand"));
  return true;
}

/** What one letter begins in a part of the record. It goes to an address, so it is heard also before the part is drawn. */
function begin(dialogs: Partial<Record<Place, string>>): boolean {
  const now = route.value;
  const dialog = now.screen === "patient" && !isOwn.value ? dialogs[now.section] : undefined;
  if (now.screen !== "patient" || dialog === undefined) return false;
  navigate(patientPath(now.id, now.section, "", dialog));
  return true;
}

/** Moves focus along the elements marked data-row, in the order they stand. */
export function moveInRows(step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : -1) : at + step;
  const field = document.querySelector<HTMLElement>("[data-rows-from]");
  if (next < 0) field?.focus();
  else rows[Math.min(next, rows.length - 1)]?.focus();
  return true;
}

function leave(): boolean {
  const now = route.value;
  if (now.screen !== "patient") return false;
  goBack(now.detail !== "" || now.item !== "" ? patientPath(now.id, now.section) : "/");
  return true;
}

const writing = (target: EventTarget | null) => target instanceof HTMLElement && (target.matches("input:not([type=checkbox],[type=radio]), textarea, select") || target.isContentEditable);

/** Arrows move between rows that can be opened; on long notes they scroll, as readers expect. */
function moveFromLink(step: 1 | -1): boolean {
  return document.activeElement?.matches("a[data-row]") === true && moveInRows(step);
}

interface Shortcut {
  single: boolean;
  matches(event: KeyboardEvent): boolean;
  run(event: KeyboardEvent): boolean;
}

const bare = (event: KeyboardEvent) => !event.ctrlKey && !event.altKey && !event.metaKey;
const key = (name: string) => (event: KeyboardEvent) => bare(event) && event.key.toLowerCase() === name;

const SHORTCUTS: readonly Shortcut[] = [
  { single: false, matches: (e) => (e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "k", run: () => ((paletteShown.value = true), true) },
  { single: false, matches: (e) => e.altKey && !e.ctrlKey && e.code === "KeyB", run: otherChart },
  { single: false, matches: (e) => e.altKey && !e.ctrlKey && e.code === "KeyU", run: unknownPatient },
  { single: false, matches: (e) => e.altKey && !e.ctrlKey && /^Digit[0-9]$/.test(e.code), run: (e) => goToSection(Number(e.code.slice(5))) },
  { single: false, matches: (e) => bare(e) && e.key === "Escape", run: leave },
  { single: false, matches: key("arrowdown"), run: () => moveFromLink(1) },
  { single: false, matches: key("arrowup"), run: () => moveFromLink(-1) },
  { single: true, matches: key("/"), run: () => (askSearch(), true) },
  { single: true, matches: key("?"), run: () => ((keysShown.value = true), true) },
  { single: true, matches: key("n"), run: newNote },
  { single: true, matches: key("f"), run: findInChart },
  { single: true, matches: key("o"), run: () => begin({ lakemedel: "ordinera" }) },
  { single: true, matches: key("l"), run: () => begin({ diagnoser: "ny-diagnos", varningar: "ny-overkanslighet", vaccinationer: "ny-vaccination", vitalparametrar: "ny" }) },
  { single: true, matches: key("j"), run: () => moveInRows(1) },
  { single: true, matches: key("k"), run: () => moveInRows(-1) },
];

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
    if (paletteShown.peek() && event.key.length === 1 && bare(event)) {
      early += event.key;
      event.preventDefault();
      return;
    }
    const shortcut = SHORTCUTS.find((s) => s.matches(event));
    if (shortcut === undefined || (shortcut.single && (!singleKeys.value || writing(event.target)))) return;
    if (shortcut.run(event)) event.preventDefault();
  });
}
