// SPDX-License-Identifier: Apache-2.0
// Units of doses. A unit is turned into another only where that is exact: by a power of ten within the same kind, or a
// whole number of seconds. Millimoles, units of activity and milligrams are never taken for one another, nor tablets.
import { multiply, shift, whole, type Dec } from "./decimal.ts";

type Kind = "mass" | "volume" | "substance" | "activity";
interface Unit { readonly kind: Kind; readonly power: number; /** What a Swedish reader sees. */ readonly sv: string; readonly also: readonly string[] }

/** By UCUM code. Micrograms are written out: "µg" has been read as "mg". */
export const UNITS: Readonly<Record<string, Unit>> = {
  kg: { kind: "mass", power: 3, sv: "kg", also: [] },
  g: { kind: "mass", power: 0, sv: "g", also: ["gram"] },
  mg: { kind: "mass", power: -3, sv: "mg", also: ["milligram"] },
  ug: { kind: "mass", power: -6, sv: "mikrogram", also: ["µg", "μg", "mcg", "mikrog"] },
  ng: { kind: "mass", power: -9, sv: "nanogram", also: [] },
  L: { kind: "volume", power: 0, sv: "l", also: ["liter"] },
  dL: { kind: "volume", power: -1, sv: "dl", also: [] },
  cL: { kind: "volume", power: -2, sv: "cl", also: [] },
  mL: { kind: "volume", power: -3, sv: "ml", also: ["milliliter"] },
  mol: { kind: "substance", power: 0, sv: "mol", also: [] },
  mmol: { kind: "substance", power: -3, sv: "mmol", also: [] },
  umol: { kind: "substance", power: -6, sv: "mikromol", also: ["µmol", "μmol"] },
  "[iU]": { kind: "activity", power: 0, sv: "E", also: ["IE", "IU", "enheter"] },
};

const BY_NAME = new Map(Object.entries(UNITS).flatMap(([code, unit]) => [code, unit.sv, ...unit.also].map((name) => [name.toLowerCase(), code] as const)));

/** The UCUM code of a unit as written; what is no measure (tablett, inhalation) is its own unit, spelled as written. */
export function unitCode(written: string): string {
  return BY_NAME.get(written.trim().toLowerCase()) ?? written.trim();
}

export function unitName(code: string): string {
  return UNITS[code]?.sv ?? code;
}

export function isMeasure(code: string): boolean {
  return UNITS[code] !== undefined;
}

/** The number in another unit; null when that cannot be said exactly. */
export function convert(value: Dec, from: string, to: string): Dec | null {
  if (from === to) return value;
  const a = UNITS[from];
  const b = UNITS[to];
  if (a === undefined || b === undefined || a.kind !== b.kind) return null;
  return shift(value, a.power - b.power);
}

/** Seconds; months and years have no exact length and are not here. */
const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400, wk: 604_800 };

export function seconds(value: Dec, unit: string): Dec | null {
  const n = SECONDS[unit];
  return n === undefined ? null : multiply(value, whole(n));
}

/** Forms as a dose is counted in them: one, many. What is not here is written the same for one and many. */
const MANY: Readonly<Record<string, string>> = {
  tablett: "tabletter", depottablett: "depottabletter", enterotablett: "enterotabletter", brustablett: "brustabletter", tuggtablett: "tuggtabletter",
  resoriblett: "resoribletter", vagitorium: "vagitorier", kapsel: "kapslar", enterokapsel: "enterokapslar", depotkapsel: "depotkapslar",
  dos: "doser", inhalation: "inhalationer", injektion: "injektioner", suppositorium: "suppositorier", plåster: "plåster", depotplåster: "depotplåster", droppe: "droppar",
  applicering: "appliceringar", spray: "sprayningar", dospåse: "dospåsar", endosbehållare: "endosbehållare", ampull: "ampuller", klysma: "klysmor",
};

/** The unit's word after a number: "1 tablett", "0,5 tablett", "2 tabletter". */
export function unitWord(code: string, value: Dec): string {
  const one = value.c <= BigInt(10) ** BigInt(value.s);
  return one ? unitName(code) : (MANY[code] ?? unitName(code));
}

/** "tabletter" is counted in "tablett". */
export function singular(word: string): string {
  return Object.entries(MANY).find(([, many]) => many === word)?.[0] ?? word;
}
