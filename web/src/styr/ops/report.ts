// SPDX-License-Identifier: Apache-2.0
// Sending what an employee has experienced. Anonymous: without the session's cookie, without referrer, and past the layer that
// keeps receipts, so that nothing here remembers it either.
import { answer, JSON_TYPE } from "../../fhir/client.ts";
import { failureOf, FhirError } from "../../fhir/error.ts";
import { saveAll } from "../api.ts";
import type { Experience, Reference } from "../types.ts";

export interface Said { question: Experience["question"]; statement: string }
export interface About { screen: string; unit: Reference | undefined; role: string }

const QUIET: RequestInit = { method: "POST", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", headers: { Accept: JSON_TYPE, "Content-Type": JSON_TYPE, "Helhet-Request": "1" } };

async function sendQuietly({ question, statement }: Said, { screen, unit, role }: About): Promise<void> {
  const parameter = [{ name: "question", valueCode: question }, { name: "statement", valueString: statement }, { name: "screen", valueString: screen }, ...(unit === undefined ? [] : [{ name: "unit", valueReference: { reference: unit.reference } }]), ...(role === "" ? [] : [{ name: "role", valueCode: role }])];
  const response = await fetch("/styr/Experience/$report-anonymous", { ...QUIET, body: JSON.stringify({ resourceType: "Parameters", parameter }) }).catch(() => { throw new FhirError("network", 0); });
  if (!response.ok) throw failureOf(response.status, await answer(response));
}

export async function reportQuietly(said: readonly Said[], about: About): Promise<void> {
  for (const one of said) await sendQuietly(one, about);
}

export async function reportNamed(said: readonly Said[], { screen, unit }: About, author: Reference | undefined, receivedOn: string, receipt: string): Promise<void> {
  const all = said.map(({ question, statement }): Experience => ({ resourceType: "Experience", status: "received", question, statement, screen, anonymous: false, receivedOn, ...(unit === undefined ? {} : { unit }), ...(author === undefined ? {} : { author }) }));
  await saveAll(all, receipt, "/styrning/erfarenheter");
}
