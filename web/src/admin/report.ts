// SPDX-License-Identifier: Apache-2.0
// What Organization/$access-report tells, as the screen needs it. Pure.
import type { Parameters, ParametersParameter, Reference } from "@fhir";

export interface Reads { where: string; blocked: boolean; /** Sets of what must be at hand, each enough; none: never. */ enough: string[][] }
export interface Row {
  assignment: Reference;
  person: Reference;
  role: string;
  unfit: string;
  purposes: string[];
  from: string | undefined;
  to: string | undefined;
  analysis: { reference: Reference | undefined; why: string; to: string | undefined };
  login: string | undefined;
  emergencies: number;
  choices: number;
  reads: Reads[];
}
export interface May { what: string; isType: boolean; actions: string[] }
export interface Role { code: string; sv: string; en: string; may: May[]; rights: string[] }
export interface Place { where: string; organization: Reference }
export interface Report { unit: Reference; provider: Reference | undefined; joined: boolean; made: string; more: boolean; rows: Row[]; roles: Role[]; places: Place[] }

type Parts = readonly ParametersParameter[];
const all = (parts: Parts, name: string) => parts.filter((p) => p.name === name);
const one = (parts: Parts, name: string) => parts.find((p) => p.name === name);
const inner = (p: ParametersParameter | undefined): Parts => p?.part ?? [];
const code = (parts: Parts, name: string) => one(parts, name)?.valueCode ?? "";
const codes = (parts: Parts, name: string) => all(parts, name).flatMap((p) => p.valueCode ?? []);
const ref = (parts: Parts, name: string): Reference | undefined => one(parts, name)?.valueReference;

function reads(p: ParametersParameter): Reads {
  const parts = inner(p);
  return { where: code(parts, "where"), blocked: one(parts, "blocked")?.valueBoolean === true, enough: all(parts, "with").map((w) => codes(inner(w), "have")) };
}

function row(p: ParametersParameter): Row {
  const parts = inner(p);
  const analysis = inner(one(parts, "analysis"));
  return {
    assignment: ref(parts, "assignment") ?? {},
    person: ref(parts, "person") ?? {},
    role: code(parts, "role"),
    unfit: code(parts, "unfit"),
    purposes: codes(parts, "purpose"),
    from: one(parts, "from")?.valueDateTime,
    to: one(parts, "to")?.valueDateTime,
    analysis: { reference: ref(analysis, "reference"), why: code(analysis, "why"), to: one(analysis, "to")?.valueDateTime },
    login: one(parts, "login")?.valueDateTime,
    emergencies: one(parts, "emergencies")?.valueInteger ?? 0,
    choices: one(parts, "choices")?.valueInteger ?? 0,
    reads: all(parts, "reads").map(reads),
  };
}

function role(p: ParametersParameter): Role {
  const parts = inner(p);
  const may = all(parts, "may").map(inner);
  return {
    code: code(parts, "code"),
    sv: one(parts, "sv")?.valueString ?? "",
    en: one(parts, "en")?.valueString ?? "",
    may: may.map((m) => ({ what: code(m, "class") || code(m, "type"), isType: code(m, "type") !== "", actions: codes(m, "action") })),
    rights: codes(parts, "right"),
  };
}

export function reportOf(parameters: Parameters): Report {
  const parts = parameters.parameter ?? [];
  return {
    unit: ref(parts, "unit") ?? {},
    provider: ref(parts, "provider"),
    joined: one(parts, "joined")?.valueBoolean === true,
    made: one(parts, "made")?.valueDateTime ?? "",
    more: one(parts, "more")?.valueBoolean === true,
    rows: all(parts, "assignment").map(row),
    roles: all(parts, "role").map(role),
    places: all(parts, "place").map((p) => ({ where: code(inner(p), "where"), organization: ref(inner(p), "organization") ?? {} })),
  };
}
