// SPDX-License-Identifier: Apache-2.0
// Each kind of entry ⇄ its form. What the form does not ask about stays as it was, and an answer that was not changed
// leaves its element untouched. Pure.
import type { AllergyIntolerance, Annotation, CodeableConcept, Condition, Extension, Flag, Immunization, Reference } from "@fhir";
import { degreeOf } from "../chart/state.ts";
import { conceptCode, conceptsText, conceptText, hasCode } from "../fhir/text.ts";
import { CODE_PARTS, OVER, type Form, type Kind } from "./fields.ts";
import { DEGREE_URL, marked, REMARK_URL, withExtension, type Me } from "./marks.ts";

export type Entry = Condition | AllergyIntolerance | Flag | Immunization;

const HL7 = "http://terminology.hl7.org/CodeSystem/";
const OWN = "https://helhet.example/fhir/CodeSystem/";
const DEGREES = `${OWN}alert-degree`;
const ALERT_KINDS = `${OWN}alert-kind`;
export const WRONG = "entered-in-error";
const NONE_KNOWN = { system: "http://snomed.info/sct", code: "716186003", display: "No known allergy" };

/** Stored in the record, so Swedish whoever writes. */
const DEGREE_TEXTS: Readonly<Record<string, string>> = { "life-threatening": "Livshotande", harmful: "Skadlig", troublesome: "Besvärande", observation: "Observandum" };
const KIND_TEXTS: Readonly<Record<string, string>> = { disease: "Medicinskt tillstånd", treatment: "Behandling", contagion: "Smitta", limitation: "Vårdbegränsning", other: "Övrigt" };
const SITES: Readonly<Record<string, string>> = { LA: "Vänster arm", RA: "Höger arm", LT: "Vänster lår", RT: "Höger lår" };
const ROUTES: Readonly<Record<string, string>> = { IM: "Intramuskulärt", SQ: "Subkutant", IDINJ: "Intradermalt", PO: "Oralt", NASINHLC: "Nasalt" };
const ORIGINS: Readonly<Record<string, string>> = { record: "Vaccinationskort eller annan journal", recall: "Patientens uppgift", school: "Skolans uppgift" };

const coded = (system: string, code: string, text?: string): CodeableConcept => ({ coding: [{ system, code }], ...(text === undefined ? {} : { text }) });
const codeFrom = (concept: CodeableConcept | undefined, system: string) => concept?.coding?.find((one) => one.system === system)?.code ?? "";
const day = (date: string | undefined) => (date ?? "").slice(0, 10);

function whatForm(concept: CodeableConcept | undefined): Form {
  const coding = concept?.coding?.[0];
  return { what: conceptText(concept), whatCode: coding?.code ?? "", whatSystem: coding?.system ?? "" };
}

function whatConcept(form: Form): CodeableConcept {
  const { what = "", whatCode = "", whatSystem = "" } = form;
  const text = what.trim();
  return whatCode === "" ? { text } : { coding: [{ ...(whatSystem === "" ? {} : { system: whatSystem }), code: whatCode, display: text }], text };
}

const noteOf = (notes: readonly Annotation[] | undefined) => notes?.at(-1)?.text ?? "";

/** The last comment as it now reads, with who wrote it so and when. */
function notes(before: readonly Annotation[] | undefined, text: string, me: Me): Annotation[] {
  const rest = (before ?? []).slice(0, -1);
  const by = me.who.reference === undefined ? (me.who.display === undefined ? {} : { authorString: me.who.display }) : { authorReference: me.who };
  return text.trim() === "" ? rest : [...rest, { ...by, time: me.now, text: text.trim() }];
}

function withDegree<T extends { extension?: Extension[] }>(entry: T, degree: string): T {
  return withExtension(entry, DEGREE_URL, DEGREE_TEXTS[degree] === undefined ? null : { url: DEGREE_URL, valueCodeableConcept: coded(DEGREES, degree, DEGREE_TEXTS[degree]) });
}

const remarkOf = (flag: Flag) => flag.extension?.find((e) => e.url === REMARK_URL)?.valueString ?? "";
export const flagKind = (flag: Flag) => (flag.category ?? []).map((one) => codeFrom(one, ALERT_KINDS)).find((code) => code !== "") ?? "";

function conditionForm(r: Condition): Form {
  return { ...whatForm(r.code), since: day(r.onsetDateTime), status: conceptCode(r.clinicalStatus), ended: day(r.abatementDateTime), certainty: conceptCode(r.verificationStatus), note: noteOf(r.note) };
}

/** over: it is no longer current, so that its state can be asked about. */
const stateForm = (status: string): Form => ({ status, over: status === "" || status === "active" ? "" : "yes" });

function allergyForm(r: AllergyIntolerance): Form {
  const reaction = r.reaction?.[0];
  const degree = degreeOf(r);
  return {
    ...whatForm(r.code ?? reaction?.substance), category: r.category?.[0] ?? "", degree: degree !== "" ? degree : r.criticality === "unable-to-assess" ? "unknown" : "", type: r.type ?? "",
    reaction: conceptsText(reaction?.manifestation), severity: reaction?.severity ?? "", certainty: conceptCode(r.verificationStatus), since: day(r.onsetDateTime), note: noteOf(r.note),
    ...stateForm(conceptCode(r.clinicalStatus)),
  };
}

function flagForm(r: Flag): Form {
  return { what: conceptText(r.code), whatCode: r.code.coding?.[0]?.code ?? "", whatSystem: r.code.coding?.[0]?.system ?? "", kind: flagKind(r), degree: degreeOf(r), since: day(r.period?.start), ended: day(r.period?.end), note: remarkOf(r), ...stateForm(r.status) };
}

function immunizationForm(r: Immunization): Form {
  const applied = r.protocolApplied?.[0];
  return {
    ...whatForm(r.vaccineCode), status: r.status, since: day(r.occurrenceDateTime), reason: conceptText(r.statusReason), dose: String(applied?.doseNumberPositiveInt ?? ""), origin: conceptCode(r.reportOrigin),
    lot: r.lotNumber ?? "", expires: r.expirationDate ?? "", site: conceptCode(r.site), route: conceptCode(r.route), note: noteOf(r.note),
  };
}

export function formOf(entry: Entry): Form {
  switch (entry.resourceType) {
    case "Condition": return conditionForm(entry);
    case "AllergyIntolerance": return allergyForm(entry);
    case "Flag": return flagForm(entry);
    case "Immunization": return immunizationForm(entry);
  }
}

/** How a new entry begins. */
export function emptyForm(kind: Kind, today: string): Form {
  const begun: Readonly<Record<Kind, Form>> = {
    diagnos: { status: "active", certainty: "confirmed", since: today },
    overkanslighet: { category: "medication", type: "allergy", certainty: "confirmed" },
    varning: { since: today },
    vaccination: { status: "completed", since: today, origin: "" },
  };
  return begun[kind];
}

/** The answer to a field when it differs from what stands; undefined leaves the element as it is. */
type Changed = (name: string) => string | undefined;

function changes(form: Form, before: Entry | null): Changed {
  const was = before === null ? {} : formOf(before);
  return (name) => {
    const now = (form[name] ?? "").trim();
    return before !== null && now === (was as Form)[name] ? undefined : now;
  };
}

const whatChanged = (changed: Changed) => CODE_PARTS.some((name) => changed(name) !== undefined);

/** Sets the member, or takes it away when there is nothing to say. */
function put<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined | ""): void {
  if (value === undefined || value === "") delete target[key];
  else target[key] = value;
}

const ONSETS = ["onsetAge", "onsetPeriod", "onsetRange", "onsetString"] as const;
const ABATEMENTS = ["abatementAge", "abatementPeriod", "abatementRange", "abatementString"] as const;

function onset(r: Condition | AllergyIntolerance, since: string | undefined): void {
  if (since === undefined) return;
  put(r, "onsetDateTime", since);
  if (since !== "") for (const name of ONSETS) delete r[name];
}

function abate(r: Condition, ended: string): void {
  put(r, "abatementDateTime", ended);
  for (const name of ABATEMENTS) delete r[name];
}

const recorded = (me: Me) => ({ recordedDate: me.now, recorder: me.who });
const about = (me: Me): Reference => ({ reference: `Patient/${me.patient}` });

function toCondition(before: Condition | null, form: Form, me: Me): Condition {
  const r: Condition = before === null ? { resourceType: "Condition", category: [coded(`${HL7}condition-category`, "problem-list-item")], subject: about(me), ...recorded(me) } : { ...before };
  const changed = changes(form, before);
  if (whatChanged(changed)) r.code = whatConcept(form);
  onset(r, changed("since"));
  const status = changed("status");
  if (status !== undefined) put(r, "clinicalStatus", status === "" ? undefined : coded(`${HL7}condition-clinical`, status));
  const ended = changed("ended");
  if (!OVER.has(form["status"] ?? "") && status !== undefined) abate(r, "");
  else if (ended !== undefined && OVER.has(form["status"] ?? "")) abate(r, ended);
  const certainty = changed("certainty");
  if (certainty !== undefined) put(r, "verificationStatus", certainty === "" ? undefined : coded(`${HL7}condition-ver-status`, certainty));
  const note = changed("note");
  if (note !== undefined) noted(r, notes(before?.note, note, me));
  return r;
}

function noted(r: { note?: Annotation[] }, all: Annotation[]): void {
  if (all.length === 0) delete r.note;
  else r.note = all;
}

const CRITICALITY: Readonly<Record<string, AllergyIntolerance["criticality"]>> = { "life-threatening": "high", harmful: "high", troublesome: "low", unknown: "unable-to-assess" };

function reactions(before: AllergyIntolerance | null, form: Form, changed: Changed): AllergyIntolerance["reaction"] {
  const text = changed("reaction");
  const severity = changed("severity");
  if (text === undefined && severity === undefined) return before?.reaction;
  const [first, ...rest] = before?.reaction ?? [];
  if ((form["reaction"] ?? "").trim() === "") return rest.length === 0 ? undefined : rest;
  const one = { ...first, manifestation: text === undefined ? (first?.manifestation ?? []) : [{ text }] };
  if (severity !== undefined) put(one, "severity", severity as "mild" | "moderate" | "severe" | "");
  return [one, ...rest];
}

function toAllergy(before: AllergyIntolerance | null, form: Form, me: Me): AllergyIntolerance {
  let r: AllergyIntolerance = before === null ? { resourceType: "AllergyIntolerance", clinicalStatus: coded(`${HL7}allergyintolerance-clinical`, "active"), patient: about(me), ...recorded(me) } : { ...before };
  const changed = changes(form, before);
  if (whatChanged(changed)) r.code = whatConcept(form);
  const category = changed("category");
  if (category !== undefined) put(r, "category", category === "" ? undefined : [category as "food"]);
  const type = changed("type");
  if (type !== undefined) put(r, "type", type as "allergy" | "intolerance" | "");
  const degree = changed("degree");
  if (degree !== undefined) {
    r = withDegree(r, degree);
    put(r, "criticality", CRITICALITY[degree]);
  }
  const status = changed("status");
  if (status !== undefined && status !== "") r.clinicalStatus = coded(`${HL7}allergyintolerance-clinical`, status);
  put(r, "reaction", reactions(before, form, changed));
  onset(r, changed("since"));
  const certainty = changed("certainty");
  if (certainty !== undefined) put(r, "verificationStatus", certainty === "" ? undefined : coded(`${HL7}allergyintolerance-verification`, certainty));
  const note = changed("note");
  if (note !== undefined) noted(r, notes(before?.note, note, me));
  return r;
}

function toFlag(before: Flag | null, form: Form, me: Me): Flag {
  let r: Flag = before === null ? { resourceType: "Flag", status: "active", code: {}, subject: about(me), author: me.who } : { ...before };
  const changed = changes(form, before);
  const what = changed("what");
  if (what !== undefined) r.code = { text: what };
  const kind = changed("kind");
  if (kind !== undefined) {
    const rest = (r.category ?? []).filter((one) => codeFrom(one, ALERT_KINDS) === "");
    put(r, "category", [...rest, coded(ALERT_KINDS, kind, KIND_TEXTS[kind] ?? "")]);
  }
  const degree = changed("degree");
  if (degree !== undefined) r = withDegree(r, degree);
  const status = changed("status");
  const again = status === "active";
  if (status === "active" || status === "inactive") r.status = status;
  for (const [name, key] of [["since", "start"], ["ended", "end"]] as const) {
    // What is taken up again does not end when it did.
    const date = changed(name) ?? (again && name === "ended" ? "" : undefined);
    if (date === undefined) continue;
    const period = { ...r.period };
    put(period, key, date);
    put(r, "period", Object.keys(period).length === 0 ? undefined : period);
  }
  const note = changed("note");
  return note === undefined ? r : withExtension(r, REMARK_URL, note === "" ? null : { url: REMARK_URL, valueString: note });
}

function dosed(before: Immunization | null, dose: string): Immunization["protocolApplied"] {
  const [first, ...rest] = before?.protocolApplied ?? [];
  if (dose === "") return rest.length === 0 ? undefined : rest;
  const { doseNumberString: _, ...kept } = first ?? {};
  return [{ ...kept, doseNumberPositiveInt: Number(dose) }, ...rest];
}

function toImmunization(before: Immunization | null, form: Form, me: Me): Immunization {
  const r: Immunization = before === null ? { resourceType: "Immunization", status: "completed", vaccineCode: {}, patient: about(me), recorded: me.now } : { ...before };
  const changed = changes(form, before);
  if (whatChanged(changed)) r.vaccineCode = whatConcept(form);
  const status = changed("status");
  if (status !== undefined) r.status = status === "not-done" ? "not-done" : "completed";
  const since = changed("since");
  if (since !== undefined) {
    put(r, "occurrenceDateTime", since);
    delete r.occurrenceString;
  }
  const reason = changed("reason");
  if (r.status !== "not-done") delete r.statusReason;
  else if (reason !== undefined) put(r, "statusReason", reason === "" ? undefined : { text: reason });
  const dose = changed("dose");
  if (dose !== undefined) put(r, "protocolApplied", dosed(before, dose));
  const lot = changed("lot");
  if (lot !== undefined) put(r, "lotNumber", lot);
  const expires = changed("expires");
  if (expires !== undefined) put(r, "expirationDate", expires);
  const site = changed("site");
  if (site !== undefined) put(r, "site", site === "" ? undefined : coded(`${HL7}v3-ActSite`, site, SITES[site] ?? site));
  const route = changed("route");
  if (route !== undefined) put(r, "route", route === "" ? undefined : coded(`${HL7}v3-RouteOfAdministration`, route, ROUTES[route] ?? route));
  originOf(r, before, changed("origin"), me);
  const note = changed("note");
  if (note !== undefined) noted(r, notes(before?.note, note, me));
  return r;
}

/** Who gave it is known only when it was given here; what is told of another place says who told it. */
function originOf(r: Immunization, before: Immunization | null, origin: string | undefined, me: Me): void {
  if (origin === undefined) return;
  r.primarySource = origin === "";
  put(r, "reportOrigin", origin === "" ? undefined : coded(`${HL7}immunization-origin`, origin, ORIGINS[origin] ?? origin));
  if (before === null && origin === "" && r.status === "completed") r.performer = [{ actor: me.who }];
}

/** The entry as the form says; before: what it is a change of. */
export function entryOf(kind: Kind, before: Entry | null, form: Form, me: Me): Entry {
  const made = kind === "diagnos" ? toCondition(before as Condition | null, form, me) : kind === "overkanslighet" ? toAllergy(before as AllergyIntolerance | null, form, me)
    : kind === "varning" ? toFlag(before as Flag | null, form, me) : toImmunization(before as Immunization | null, form, me);
  return marked(made, me);
}

function endedAllergy(r: AllergyIntolerance, how: string): AllergyIntolerance {
  if (how !== "refuted") return { ...r, clinicalStatus: coded(`${HL7}allergyintolerance-clinical`, how === "resolved" ? "resolved" : "inactive") };
  return { ...r, clinicalStatus: coded(`${HL7}allergyintolerance-clinical`, "inactive"), verificationStatus: coded(`${HL7}allergyintolerance-verification`, "refuted") };
}

/** It is over. A vaccination never is. */
export function endedEntry(entry: Entry, form: Form, me: Me): Entry {
  const why = (form["why"] ?? "").trim();
  const ended = form["ended"] ?? "";
  if (entry.resourceType === "AllergyIntolerance") return marked(endedAllergy(entry, form["how"] ?? ""), me, why);
  if (entry.resourceType === "Flag") return marked({ ...entry, status: "inactive", period: { ...entry.period, end: ended } }, me, why);
  if (entry.resourceType !== "Condition") return entry;
  const r: Condition = { ...entry, clinicalStatus: coded(`${HL7}condition-clinical`, form["how"] ?? "resolved") };
  abate(r, ended);
  return marked(r, me, why);
}

/** It should never have been written: it stays, marked so, and says why. FHIR lets no such entry have a clinical state. */
export function mistaken(entry: Entry, why: string, me: Me): Entry {
  if (entry.resourceType === "Flag" || entry.resourceType === "Immunization") return marked({ ...entry, status: WRONG }, me, why);
  const system = `${HL7}${entry.resourceType === "Condition" ? "condition-ver-status" : "allergyintolerance-verification"}`;
  const copy = { ...entry, verificationStatus: coded(system, WRONG) };
  delete copy.clinicalStatus;
  return marked(copy, me, why);
}

export function isMistaken(entry: Entry): boolean {
  return entry.resourceType === "Flag" || entry.resourceType === "Immunization" ? entry.status === WRONG : hasCode(entry.verificationStatus, WRONG);
}

/** That the patient has been asked and knows of none. */
export function noneKnown(me: Me): AllergyIntolerance {
  return marked<AllergyIntolerance>({
    resourceType: "AllergyIntolerance", clinicalStatus: coded(`${HL7}allergyintolerance-clinical`, "active"), verificationStatus: coded(`${HL7}allergyintolerance-verification`, "confirmed"),
    code: { coding: [NONE_KNOWN], text: "Ingen känd överkänslighet" }, patient: about(me), ...recorded(me),
  }, me);
}

/** Who wrote it down, and when, as the entry itself says. */
export function recordedBy(entry: Entry): { who: Reference | undefined; when: string } {
  if (entry.resourceType === "Flag") return { who: entry.author, when: "" };
  if (entry.resourceType === "Immunization") return { who: entry.performer?.[0]?.actor, when: entry.recorded ?? "" };
  return { who: entry.recorder ?? entry.asserter, when: entry.recordedDate ?? "" };
}
