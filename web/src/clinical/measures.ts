// SPDX-License-Identifier: Apache-2.0
// What a set of vital signs can hold, as data: codes, units and what is likely. A value outside what is likely is asked
// about and never forbidden: the patient decides what is possible. Pure.
import type { CodeableConcept } from "@fhir";

export const LOINC = "http://loinc.org";
export const SNOMED = "http://snomed.info/sct";

export const NUMBERS = ["respiration", "saturation", "flow", "systolic", "diastolic", "pulse", "temperature", "weight", "height", "head", "pain"] as const;
export type NumberName = (typeof NUMBERS)[number];
export type MeasureName = NumberName | "oxygen" | "scale" | "consciousness" | "at";
export type Doubt = "unlikely" | "pressure" | "halfPressure" | "weight" | "height";

export interface Measure {
  readonly code: string;
  readonly display: string;
  /** Stored in the record, so Swedish whoever writes. */
  readonly text: string;
  readonly unit: string;
  readonly ucum: string;
  readonly likely: readonly [number, number];
  /** Other codes that say the same: LOINC's and SNOMED CT's. */
  readonly also?: readonly string[];
}

export const MEASURES: Readonly<Record<NumberName, Measure>> = {
  respiration: { code: "9279-1", display: "Respiratory rate", text: "Andningsfrekvens", unit: "andetag/min", ucum: "/min", likely: [6, 60], also: ["86290005"] },
  saturation: { code: "59408-5", display: "Oxygen saturation in Arterial blood by Pulse oximetry", text: "Saturation (SpO₂)", unit: "%", ucum: "%", likely: [60, 100], also: ["2708-6", "431314004"] },
  flow: { code: "3151-8", display: "Inhaled oxygen flow rate", text: "Syrgasflöde", unit: "l/min", ucum: "L/min", likely: [0.1, 60] },
  systolic: { code: "8480-6", display: "Systolic blood pressure", text: "Systoliskt", unit: "mmHg", ucum: "mm[Hg]", likely: [60, 250], also: ["271649006"] },
  diastolic: { code: "8462-4", display: "Diastolic blood pressure", text: "Diastoliskt", unit: "mmHg", ucum: "mm[Hg]", likely: [30, 150], also: ["271650006"] },
  pulse: { code: "8867-4", display: "Heart rate", text: "Puls", unit: "slag/min", ucum: "/min", likely: [30, 220], also: ["364075005", "78564009"] },
  temperature: { code: "8310-5", display: "Body temperature", text: "Kroppstemperatur", unit: "°C", ucum: "Cel", likely: [32, 42], also: ["386725007"] },
  weight: { code: "29463-7", display: "Body weight", text: "Vikt", unit: "kg", ucum: "kg", likely: [0.4, 300], also: ["3141-9", "27113001"] },
  height: { code: "8302-2", display: "Body height", text: "Längd", unit: "cm", ucum: "cm", likely: [25, 220], also: ["3137-7", "50373000"] },
  head: { code: "9843-4", display: "Head Occipital-frontal circumference", text: "Huvudomfång", unit: "cm", ucum: "cm", likely: [20, 65], also: ["363812007"] },
  pain: { code: "72514-3", display: "Pain severity - 0-10 verbal numeric rating [Score] - Reported", text: "Smärta (NRS)", unit: "av 10", ucum: "{score}", likely: [0, 10] },
};

export const PRESSURE = { code: "85354-9", display: "Blood pressure panel with all children optional", text: "Blodtryck" } as const;
export const ROOM_AIR = { code: "722742002", display: "Breathing room air", text: "Andas luft" } as const;
export const ON_OXYGEN = { code: "371825009", display: "Patient on oxygen", text: "Får syrgas" } as const;
export const RESPONSE = { code: "1104441000000107", display: "ACVPU (Alert Confusion Voice Pain Unresponsive) scale score", text: "Medvetande (ACVPU)" } as const;
export const NEWS2_TOTAL = { code: "1104051000000101", display: "Royal College of Physicians NEWS2 (National Early Warning Score 2) total score", text: "NEWS2" } as const;

/** SNOMED CT, as the board reads them. */
export const ACVPU: Readonly<Record<string, { code: string; text: string }>> = {
  A: { code: "248234008", text: "Alert" },
  C: { code: "130987000", text: "Nytillkommen förvirring" },
  V: { code: "300202002", text: "Reagerar på tilltal" },
  P: { code: "450847001", text: "Reagerar på smärta" },
  U: { code: "422107003", text: "Reagerar inte" },
};

export const loinc = (one: { code: string; display: string; text: string }): CodeableConcept => ({ coding: [{ system: LOINC, code: one.code, display: one.display }], text: one.text });
export const snomed = (one: { code: string; display?: string; text: string }): CodeableConcept => ({ coding: [{ system: SNOMED, code: one.code, ...(one.display === undefined ? {} : { display: one.display }) }], text: one.text });
