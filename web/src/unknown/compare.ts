// SPDX-License-Identifier: Apache-2.0
// Two records side by side: what is said of each, what differs, and what speaks against their being one person. Pure.
import type { Patient } from "@fhir";
import { currentName, identityNumber, isProtected, municipality, nameText } from "../fhir/text.ts";
import { SYSTEM } from "../ids/personnummer.ts";

export const FACTS = ["name", "number", "born", "sex", "place", "phone", "made"] as const;
export type FactName = (typeof FACTS)[number];
export interface Fact { readonly name: FactName; readonly source: string; readonly target: string; readonly differs: boolean }

export function factsOf(patient: Patient, sexes: Readonly<Record<string, string>>, shown: (date: string) => string): Record<FactName, string> {
  const address = patient.address?.find((a) => a.use !== "old");
  return {
    name: nameText(currentName(patient.name)), number: identityNumber(patient)?.text ?? "", born: patient.birthDate === undefined ? "" : shown(patient.birthDate), sex: sexes[patient.gender ?? "unknown"] ?? "",
    place: [...(address?.line ?? []), address?.postalCode, address?.city ?? municipality(patient)].filter((part) => part !== undefined && part !== "").join(", "),
    phone: patient.telecom?.find((c) => c.system === "phone")?.value ?? "", made: shown(patient.meta?.lastUpdated?.slice(0, 10) ?? ""),
  };
}

/** What one of them does not say does not differ. */
export function compared(source: Record<FactName, string>, target: Record<FactName, string>): Fact[] {
  return FACTS.map((name) => ({ name, source: source[name], target: target[name], differs: name !== "made" && source[name] !== "" && target[name] !== "" && source[name] !== target[name] }));
}

export type Danger = "sexDiffers" | "protected" | "deceased" | "numbers";
const YEARS_APART = 10;

function personnummer(patient: Patient): string {
  return patient.identifier?.find((i) => i.system === SYSTEM.personnummer && i.use !== "old")?.value ?? "";
}

export function dangersOf(source: Patient, target: Patient): { dangers: Danger[]; yearsApart: number } {
  const known = (sex: string | undefined) => sex === "male" || sex === "female";
  const [a, b] = [personnummer(source), personnummer(target)];
  const dangers: Danger[] = [];
  if (a !== "" && b !== "" && a !== b) dangers.push("numbers");
  if (known(source.gender) && known(target.gender) && source.gender !== target.gender) dangers.push("sexDiffers");
  if (isProtected(source) || isProtected(target)) dangers.push("protected");
  if (target.deceasedBoolean === true || target.deceasedDateTime !== undefined) dangers.push("deceased");
  const years = source.birthDate === undefined || target.birthDate === undefined ? 0 : Math.abs(Number(source.birthDate.slice(0, 4)) - Number(target.birthDate.slice(0, 4)));
  return { dangers, yearsApart: years > YEARS_APART ? years : 0 };
}
