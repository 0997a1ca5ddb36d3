// SPDX-License-Identifier: Apache-2.0
// What these screens ask of the service beside reading: accounts under /auth, and writing of assignments.
import type { OperationOutcome, PractitionerRole, Reference } from "@fhir";
import { failureOf, FhirError } from "../fhir/error.ts";
import { sessionAgain } from "../session/session.ts";

const HEADERS = { "Helhet-Request": "1" };

export interface Account {
  name: string;
  person: { reference: string; display: string };
  kind: string;
  enabled: boolean;
  once: boolean;
  created?: string;
  password?: string;
  login?: string;
  fails: number;
  failed?: string;
  wait: number;
  sessions: number;
  assignments: number;
  usable: number;
}
export interface AccountPage { accounts: Account[]; total: number; from: number; count: number }
export type Deed = "disable" | "enable" | "unlock" | "reset" | "end-sessions";

async function send(url: string, method: string, type: string, body: unknown, more: Record<string, string>, signal: AbortSignal, again = false): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { method, headers: { ...HEADERS, ...more, "Content-Type": type }, body: JSON.stringify(body), signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new FhirError("network", 0);
  }
  if (response.status === 401 && !again) {
    await sessionAgain(signal);
    return send(url, method, type, body, more, signal, true);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw failureOf(response.status, answer as OperationOutcome | null);
  return answer;
}

const never = new AbortController().signal;
const accounts = (what: string, body: Record<string, unknown>, signal = never) => send(`/auth/accounts${what}`, "POST", "application/json", body, {}, signal);

export const findAccounts = (text: string, from: number, signal: AbortSignal) => accounts("/search", { text, from, count: 25 }, signal) as Promise<AccountPage>;
export const addAccount = (name: string, person: string) => accounts("", { name, person }) as Promise<{ name: string; password: string }>;
export const doAccount = (deed: Deed, name: string) => accounts(`/${deed}`, { name }) as Promise<{ name: string; password?: string }>;

const ANALYSIS = "https://helhet.example/fhir/StructureDefinition/needs-and-risk-analysis";
const ROLE = "https://helhet.example/fhir/CodeSystem/role";

/** With the analysis in place of the one before. */
export function withAnalysis(role: PractitionerRole, library: string): PractitionerRole {
  return { ...role, extension: [...(role.extension ?? []).filter((e) => e.url !== ANALYSIS), { url: ANALYSIS, valueReference: { reference: library } }] };
}

export interface NewAssignment { person: Reference; unit: Reference; role: string; title: string; start: string; end: string }

export function assignmentOf(made: NewAssignment): PractitionerRole {
  return {
    resourceType: "PractitionerRole",
    active: true,
    practitioner: made.person,
    organization: made.unit,
    code: [{ coding: [{ system: ROLE, code: made.role }], text: made.title }],
    period: { start: made.start, ...(made.end === "" ? {} : { end: made.end }) },
  };
}

export function saveAssignment(role: PractitionerRole): Promise<unknown> {
  const version = role.meta?.versionId;
  const path = role.id === undefined ? "/fhir/PractitionerRole" : `/fhir/PractitionerRole/${role.id}`;
  return send(path, role.id === undefined ? "POST" : "PUT", "application/fhir+json", role, version === undefined ? {} : { "If-Match": `W/"${version}"` }, never);
}

export function review(event: string, outcome: string, note: string): Promise<unknown> {
  const parameter = [{ name: "outcome", valueCode: outcome }, ...(note === "" ? [] : [{ name: "note", valueString: note }])];
  return send(`/fhir/AuditEvent/${event}/$review`, "POST", "application/fhir+json", { resourceType: "Parameters", parameter }, {}, never);
}
