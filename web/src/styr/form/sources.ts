// SPDX-License-Identifier: Apache-2.0
// What a reference may be chosen among: people and units are searched for in the record, Steering's own are read and sifted here.
import type { Practitioner, PractitionerRole, Reference } from "@fhir";
import { searchPrivately, type Params } from "../../fhir/client.ts";
import { find } from "../api.ts";
import type { StyrType } from "../types.ts";
import type { Source } from "./fields.ts";

export interface Choice { reference: string; display: string }

const HITS_MAX = "20";
const called = (held: object) => { const named = held as { name?: unknown; title?: unknown; event?: unknown; id?: unknown }; return [named.title, named.name, named.event, named.id].find((one): one is string => typeof one === "string") ?? ""; };

export async function choicesOf(type: StyrType, params: Params, signal: AbortSignal): Promise<Choice[]> {
  const { all } = await find(type, params, signal);
  return all.map((held) => ({ reference: `${type}/${held.id ?? ""}`, display: called(held) })).sort((a, b) => a.display.localeCompare(b.display, "sv"));
}

const nameOf = (of: Practitioner | undefined) => of?.name?.[0]?.text ?? [...(of?.name?.[0]?.given ?? []), of?.name?.[0]?.family ?? ""].join(" ").trim();

function personChoice(role: PractitionerRole, people: readonly Practitioner[]): Choice {
  const who = people.find((one) => `Practitioner/${one.id ?? ""}` === role.practitioner?.reference);
  return { reference: `PractitionerRole/${role.id ?? ""}`, display: [role.practitioner?.display ?? nameOf(who), role.code?.[0]?.text ?? "", role.organization?.display ?? ""].filter((text) => text !== "").join(", ") || (role.id ?? "") };
}

/** Assignments by the name of who has it, and by what it is. */
async function people(text: string, signal: AbortSignal): Promise<Choice[]> {
  const asked = async (param: string) => {
    const page = await searchPrivately("PractitionerRole", [[param, text], ["active", "true"], ["_include", "PractitionerRole:practitioner"], ["_count", HITS_MAX]], signal);
    const named = page.others.filter((one): one is Practitioner => one.resourceType === "Practitioner");
    return page.matches.map((role) => personChoice(role, named));
  };
  const found = await Promise.all([asked("practitioner.name"), asked("role:text")]);
  return [...new Map(found.flat().map((one) => [one.reference, one])).values()];
}

async function units(text: string, signal: AbortSignal): Promise<Choice[]> {
  const page = await searchPrivately("Organization", [["name", text], ["_count", HITS_MAX]], signal);
  return page.matches.map((one) => ({ reference: `Organization/${one.id ?? ""}`, display: one.name ?? one.id ?? "" }));
}

async function steering(type: StyrType, text: string, signal: AbortSignal): Promise<Choice[]> {
  return (await choicesOf(type, [], signal)).filter((one) => one.display.toLocaleLowerCase("sv").includes(text.toLocaleLowerCase("sv")));
}

export async function search(from: readonly Source[], text: string, signal: AbortSignal): Promise<Choice[]> {
  const found = await Promise.all(from.map((one) => (one === "person" ? people(text, signal) : one === "unit" ? units(text, signal) : steering(one, text, signal))));
  return found.flat().slice(0, Number(HITS_MAX));
}

export const referenceOf = ({ reference, display }: Choice): Reference => ({ reference, display });
