// SPDX-License-Identifier: Apache-2.0
// What can be done about access to a record, as one table: what is asked, and what is sent. Pure.
import type { ParametersParameter } from "@fhir";
import type { Explained, Grant, GrantKind, Means } from "./explained.ts";

/** Their names stand in addresses (?dialog=). */
export const DEEDS = ["val", "samtycke", "sparr", "hav-sparr", "oppna-sparr", "nodoppning", "avsluta"] as const;
export type DeedName = (typeof DEEDS)[number];

export function isDeed(text: string): text is DeedName {
  return (DEEDS as readonly string[]).includes(text);
}

export interface Values {
  reason: string;
  /** Of the unit that the deed counts in. */
  length: number;
  organization: string;
  outer: boolean;
  wish: boolean;
}

/** provider, unit: an organization of that kind. */
export type Field = "reason" | "note" | "hours" | "days" | "organization" | "provider" | "unit" | "outer" | "wish";

export interface Deed {
  /** What the role must have; null: whoever has it may end it. */
  means: Means | null;
  fields: readonly Field[];
  /** What a patient is asked who does it with one's own record; absent: the same. */
  own?: readonly Field[];
  /** Choices of length, and the one that is chosen at first. */
  lengths: readonly number[];
  usual: number;
  limit: keyof Explained["limits"] | null;
  operation(about: Grant | null): string;
  parameters(values: Values, about: string, grant: Grant | null): ParametersParameter[];
}

const text = (name: string, valueString: string): ParametersParameter[] => (valueString === "" ? [] : [{ name, valueString }]);
const organization = (v: Values): ParametersParameter[] => (v.organization === "" ? [] : [{ name: "organization", valueReference: { reference: v.organization } }]);
const none = { lengths: [], usual: 0, limit: null } as const;

/** How each kind is ended. */
const ENDED_BY: Record<GrantKind, { operation: string; parameter: string }> = {
  "active-choice": { operation: "$active-choice", parameter: "end" },
  emergency: { operation: "$emergency", parameter: "end" },
  lifted: { operation: "$lift-block", parameter: "end" },
  consent: { operation: "$consent", parameter: "withdraw" },
  block: { operation: "$unblock", parameter: "block" },
};

export const deeds: Record<DeedName, Deed> = {
  val: {
    means: "choose", fields: ["reason", "hours"], lengths: [1, 4, 8, 24], usual: 8, limit: "choiceHours",
    operation: () => "$active-choice",
    parameters: (v) => [...text("reason", v.reason), { name: "hours", valueInteger: v.length }],
  },
  samtycke: {
    means: "consent", fields: ["days", "wish", "note"], own: ["provider", "days"], lengths: [1, 30, 365, 1460], usual: 30, limit: "consentDays",
    operation: () => "$consent",
    parameters: (v) => [...organization(v), { name: "days", valueInteger: v.length }, ...text("reason", v.reason)],
  },
  sparr: {
    means: "block", fields: ["organization", "outer", "wish", "note"], ...none,
    operation: () => "$block",
    parameters: (v) => [...organization(v), { name: "outer", valueBoolean: v.outer }, ...text("reason", v.reason)],
  },
  "hav-sparr": {
    means: "block", fields: ["wish"], ...none,
    operation: () => "$unblock",
    parameters: (_, about) => text("block", about),
  },
  "oppna-sparr": {
    means: "block", fields: ["days", "wish", "note"], own: ["unit", "days"], lengths: [1, 7, 30], usual: 1, limit: "liftDays",
    operation: () => "$lift-block",
    parameters: (v, about) => [...text("block", about), ...organization(v), { name: "days", valueInteger: v.length }, ...text("reason", v.reason)],
  },
  // Its ticket is put in by its own dialog.
  nodoppning: {
    means: "emergency", fields: ["reason"], ...none,
    operation: () => "$emergency",
    parameters: (v) => text("reason", v.reason),
  },
  avsluta: {
    means: null, fields: [], ...none,
    operation: (grant) => ENDED_BY[grant?.kind ?? "active-choice"].operation,
    parameters: (_, about, grant) => text(ENDED_BY[grant?.kind ?? "active-choice"].parameter, about),
  },
};

/** The lengths that the law's limit leaves; the limit itself where it is shorter than all. */
export function lengthsOf(deed: Deed, limits: Explained["limits"]): readonly number[] {
  const most = deed.limit === null ? Number.POSITIVE_INFINITY : limits[deed.limit];
  const left = deed.lengths.filter((n) => n <= most);
  return left.length > 0 || deed.lengths.length === 0 ? left : [most];
}

export function fieldsOf(deed: Deed, own: boolean): readonly Field[] {
  return own ? (deed.own ?? deed.fields) : deed.fields;
}

const PLACES: readonly Field[] = ["organization", "provider", "unit"];

export type Missing = "needReason" | "needOrganization" | "needWish";

/** What has still to be filled in, in the order it is asked. */
export function missing(deed: Deed, values: Values, own: boolean): Missing | null {
  const fields = fieldsOf(deed, own);
  if (fields.includes("reason") && values.reason.trim() === "") return "needReason";
  if (fields.some((field) => PLACES.includes(field)) && values.organization === "") return "needOrganization";
  return fields.includes("wish") && !own && !values.wish ? "needWish" : null;
}
