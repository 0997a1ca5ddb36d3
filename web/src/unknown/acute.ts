// SPDX-License-Identifier: Apache-2.0
// What is ordered at once: samples, blood and surgery as ServiceRequest, favourites as MedicationRequest, all as one
// transaction. Pure functions.
import type { BundleEntry, MedicationRequest, ServiceRequest } from "@fhir";
import type { Signer } from "../meds/order.ts";

export const ACUTE = ["group", "labs", "gas", "blood", "surgery"] as const;
export type Acute = (typeof ACUTE)[number];
/** Ticked from the beginning: what everybody who comes unknown needs. */
export const FIRST: readonly Acute[] = ["group", "labs"];

const SCT = "http://snomed.info/sct";
const LAB = { coding: [{ system: SCT, code: "108252007", display: "Laboratory procedure" }], text: "Laboratorium" };
const SURGERY = { coding: [{ system: SCT, code: "387713003", display: "Surgical procedure" }], text: "Operation" };

/** text: as the record is to say it, so Swedish whoever writes. */
export function serviceRequest(what: Acute, text: string, who: Signer): ServiceRequest {
  return {
    resourceType: "ServiceRequest", status: "active", intent: "order", priority: "stat", category: [what === "surgery" ? SURGERY : LAB], code: { text },
    subject: { reference: `Patient/${who.patient}` }, authoredOn: who.now, ...(who.reference === null ? {} : { requester: who.reference }),
  };
}

export function together(all: readonly (ServiceRequest | MedicationRequest)[], uuid: () => string): BundleEntry[] {
  return all.map((resource) => ({ fullUrl: `urn:uuid:${uuid()}`, resource, request: { method: "POST", url: resource.resourceType } }));
}
