// SPDX-License-Identifier: Apache-2.0
// What is asked about a diagnosis, an intolerance, a warning and a vaccination, as data; and what is amiss in an answer.
// A form is plain texts by name, so that a draft, a conflict and a history can be shown field by field. Pure.

export type Form = Readonly<Record<string, string>>;
export const KINDS = ["diagnos", "overkanslighet", "varning", "vaccination"] as const;
export type Kind = (typeof KINDS)[number];
/** ny: add. andra: change. avsluta: it is over. fel: it should never have been written. */
export type Deed = "ny" | "andra" | "avsluta" | "fel";

/** code: text with a code chosen from the terminology, or without one. date: year, month or day. */
export type Control = "code" | "date" | "choice" | "text" | "area" | "whole";

export interface Field {
  readonly name: string;
  readonly control: Control;
  readonly choices?: readonly string[];
  readonly needed?: boolean;
  /** A day that is yet to come is meant: when a batch expires. */
  readonly ahead?: boolean;
  /** Asked only when this holds. */
  readonly when?: (form: Form) => boolean;
}

/** The parts of a coded text: they are chosen and changed together. */
export const CODE_PARTS = ["what", "whatCode", "whatSystem"] as const;
const WHAT: Field = { name: "what", control: "code", needed: true };
const NOTE: Field = { name: "note", control: "area" };
/** What is over can be taken up again; what is current is ended by its own deed, which asks when and why. */
const AGAIN = (...choices: string[]): Field => ({ name: "status", control: "choice", choices, when: (form) => form["over"] === "yes" });
const given = (form: Form) => form["status"] !== "not-done";
const here = (form: Form) => given(form) && (form["origin"] ?? "") === "";

export const FIELDS: Readonly<Record<Kind, readonly Field[]>> = {
  diagnos: [
    WHAT,
    { name: "since", control: "date" },
    { name: "status", control: "choice", choices: ["active", "recurrence", "relapse", "remission", "inactive", "resolved"] },
    { name: "ended", control: "date", when: (form) => OVER.has(form["status"] ?? "") },
    { name: "certainty", control: "choice", choices: ["confirmed", "provisional", "differential", "unconfirmed"] },
    NOTE,
  ],
  overkanslighet: [
    WHAT,
    { name: "category", control: "choice", choices: ["medication", "food", "environment", "biologic"] },
    { name: "degree", control: "choice", choices: ["life-threatening", "harmful", "troublesome", "unknown"] },
    { name: "type", control: "choice", choices: ["allergy", "intolerance"] },
    { name: "reaction", control: "text" },
    { name: "severity", control: "choice", choices: ["mild", "moderate", "severe"], when: (form) => (form["reaction"] ?? "") !== "" },
    { name: "certainty", control: "choice", choices: ["confirmed", "unconfirmed"] },
    { name: "since", control: "date" },
    AGAIN("active", "inactive", "resolved"),
    NOTE,
  ],
  varning: [
    { name: "what", control: "text", needed: true },
    { name: "kind", control: "choice", choices: ["disease", "treatment", "contagion", "limitation", "other"], needed: true },
    { name: "degree", control: "choice", choices: ["life-threatening", "harmful", "troublesome", "observation"], needed: true },
    { name: "since", control: "date" },
    { name: "ended", control: "date", ahead: true },
    AGAIN("active", "inactive"),
    NOTE,
  ],
  vaccination: [
    WHAT,
    { name: "status", control: "choice", choices: ["completed", "not-done"] },
    { name: "since", control: "date", needed: true },
    { name: "reason", control: "text", needed: true, when: (form) => !given(form) },
    { name: "dose", control: "whole", when: given },
    { name: "origin", control: "choice", choices: ["", "record", "recall", "school"], when: given },
    { name: "lot", control: "text", when: given },
    { name: "expires", control: "date", ahead: true, when: here },
    { name: "site", control: "choice", choices: ["", "LA", "RA", "LT", "RT"], when: here },
    { name: "route", control: "choice", choices: ["", "IM", "SQ", "IDINJ", "PO", "NASINHLC"], when: here },
    NOTE,
  ],
};

/** States of a diagnosis that are over. */
export const OVER: ReadonlySet<string> = new Set(["remission", "inactive", "resolved"]);

const WHY: Field = { name: "why", control: "text" };
export const ENDING: Readonly<Record<Kind, readonly Field[]>> = {
  diagnos: [{ name: "how", control: "choice", choices: ["resolved", "remission", "inactive"] }, { name: "ended", control: "date", needed: true }, WHY],
  overkanslighet: [{ name: "how", control: "choice", choices: ["resolved", "inactive", "refuted"] }, WHY],
  varning: [{ name: "ended", control: "date", needed: true }, WHY],
  vaccination: [],
};
export const MISTAKE: readonly Field[] = [{ ...WHY, needed: true }];

export function fieldsOf(kind: Kind, deed: Deed): readonly Field[] {
  return deed === "fel" ? MISTAKE : deed === "avsluta" ? ENDING[kind] : FIELDS[kind];
}

export function shownFields(kind: Kind, deed: Deed, form: Form): readonly Field[] {
  return fieldsOf(kind, deed).filter((field) => field.when?.(form) !== false);
}

export const DOSE_MAX = 99;
export type Why = "empty" | "date" | "future" | "before" | "whole";
export interface Amiss { readonly field: string; readonly why: Why }

/** A FHIR date with the precision it has, of a day that there is. */
export function isDate(text: string): boolean {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (match === null || Number(match[1]) < 1800) return false;
  const month = Number(match[2] ?? 1);
  const day = Number(match[3] ?? 1);
  const last = new Date(Date.UTC(Number(match[1]), month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= last;
}

/** Compared with the precision that both have. */
function later(a: string, b: string): boolean {
  const n = Math.min(a.length, b.length);
  return a.slice(0, n) > b.slice(0, n);
}

function amissIn(field: Field, form: Form, today: string): Why | null {
  const text = (form[field.name] ?? "").trim();
  if (text === "") return field.needed === true ? "empty" : null;
  if (field.control === "whole") return /^[1-9]\d?$/.test(text) ? null : "whole";
  if (field.control !== "date") return null;
  if (!isDate(text)) return "date";
  if (field.ahead !== true && later(text, today)) return "future";
  const since = form["since"] ?? "";
  return field.name === "ended" && isDate(since) && later(since, text) ? "before" : null;
}

/** The first field with something amiss; null when all is well. */
export function amissOf(kind: Kind, deed: Deed, form: Form, today: string): Amiss | null {
  for (const field of shownFields(kind, deed, form)) {
    const why = amissIn(field, form, today);
    if (why !== null) return { field: field.name, why };
  }
  return null;
}

/** Fields in which two forms say different things; a coded text counts once. */
export function differing(kind: Kind, a: Form, b: Form): string[] {
  const same = (name: string) => (a[name] ?? "") === (b[name] ?? "");
  return FIELDS[kind].map((field) => field.name).filter((name) => (name === "what" ? !CODE_PARTS.every(same) : !same(name)));
}

/** The form with one field as another form has it. */
export function taking(form: Form, name: string, from: Form): Form {
  const names: readonly string[] = name === "what" ? CODE_PARTS : [name];
  return { ...form, ...Object.fromEntries(names.map((one) => [one, from[one] ?? ""])) };
}
