// SPDX-License-Identifier: Apache-2.0
// What an AuditEvent of the access log says, as the screens need it. Pure.
import type { AuditEvent } from "@fhir";

const FLAG = "https://helhet.example/fhir/StructureDefinition/flag";

export interface Access {
  id: string;
  time: string;
  /** "Practitioner/x"; "" when nobody was logged in. */
  user: string;
  account: string;
  unit: string;
  what: string;
  resource: string;
  patients: string[];
  many: boolean;
  outcome: string;
  why: string;
  flags: string[];
}

export function accessOf(event: AuditEvent): Access {
  const agents = event.agent;
  const entities = event.entity ?? [];
  const isPatient = (reference: string | undefined) => reference?.startsWith("Patient/") === true;
  const detail = (name: string) => entities.flatMap((e) => e.detail ?? []).find((d) => d.type === name)?.valueString;
  const resource = entities.find((e) => e.what?.reference !== undefined && e.role === undefined)?.what?.reference ?? entities.find((e) => e.name !== undefined)?.name ?? "";
  return {
    id: event.id ?? "",
    time: event.recorded,
    user: agents.find((one) => one.requestor)?.who?.reference ?? "",
    account: agents.find((one) => one.requestor)?.altId ?? "",
    unit: agents.find((one) => one.name === "unit")?.who?.reference ?? "",
    what: event.subtype?.[0]?.code ?? event.subtype?.[0]?.display ?? event.action ?? "",
    resource,
    patients: [...new Set(entities.flatMap((e) => (e.role?.code === "1" && isPatient(e.what?.reference) ? [e.what?.reference ?? ""] : [])))],
    many: detail("many") === "true",
    outcome: event.outcome ?? "",
    why: event.outcomeDesc ?? "",
    flags: (event.extension ?? []).flatMap((e) => (e.url === FLAG && e.valueCode !== undefined ? [e.valueCode] : [])),
  };
}
