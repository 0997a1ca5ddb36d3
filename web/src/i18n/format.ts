// SPDX-License-Identifier: Apache-2.0
// Dates, numbers and ages in the language in use. English here means Swedish habits in English: 24 hours, day first.
import type { Patient, Period, Quantity } from "@fhir";
import { decimalText } from "../fhir/decimal.ts";
import { ageMonths, ageYears } from "../fhir/text.ts";
import { language, t } from "./index.ts";

/** Swedish and British names of months as Intl has them; making one Intl.DateTimeFormat costs more than drawing a screen. */
const MONTHS = {
  sv: { short: ["jan.", "feb.", "mars", "apr.", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."], long: ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"] },
  en: { short: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"], long: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"] },
};
const two = (n: number) => String(n).padStart(2, "0");

/** A FHIR date or dateTime with the precision it has: year, month or day. */
export function showDate(date: string | undefined): string {
  if (date === undefined || date === "") return t.value.common.undated;
  if (/^\d{4}$/.test(date)) return date;
  const local = /^\d{4}-\d{2}(-\d{2})?$/.test(date);
  const parsed = new Date(local ? `${date}${date.length === 7 ? "-01" : ""}T00:00:00` : date);
  if (Number.isNaN(parsed.getTime())) return date;
  const names = MONTHS[language.value];
  const month = parsed.getMonth();
  return date.length === 7 ? `${names.long[month] ?? ""} ${parsed.getFullYear()}` : `${parsed.getDate()} ${names.short[month] ?? ""} ${parsed.getFullYear()}`;
}

/** The clock, when the date says one. */
export function showClock(date: string | undefined): string {
  if (date === undefined || !date.includes("T")) return "";
  const parsed = new Date(date);
  return Number.isNaN(parsed.getTime()) ? "" : `${two(parsed.getHours())}:${two(parsed.getMinutes())}`;
}

export function showDateTime(date: string | undefined): string {
  return [showDate(date), showClock(date)].filter((part) => part !== "").join(" ");
}

export function showPeriod(period: Period | undefined): string {
  if (period?.start === undefined) return period?.end === undefined ? t.value.common.undated : t.value.common.until(showDateTime(period.end));
  const start = showDateTime(period.start);
  if (period.end === undefined) return start;
  const sameDay = showDate(period.start) === showDate(period.end);
  const end = sameDay ? showClock(period.end) : showDateTime(period.end);
  return end === "" || end === showClock(period.start) ? start : `${start}–${end}`;
}

/** Decimal comma in Swedish, decimals as written. */
export function decimal(text: string): string {
  return (language.value === "sv" ? text.replace(".", ",") : text).replace(/^-/, "−");
}

/** The same for every number in a text of numbers, such as an interval. */
export function decimals(text: string): string {
  return language.value === "sv" ? text.replace(/(\d)\.(\d)/g, "$1,$2") : text;
}

export function heldDecimal(holder: object, key: string, value: number): string {
  return decimal(decimalText(holder, key, value));
}

export function showQuantity(quantity: Quantity | undefined): string {
  if (quantity?.value === undefined) return "";
  return `${quantity.comparator ?? ""}${heldDecimal(quantity, "value", quantity.value)} ${quantity.unit ?? quantity.code ?? ""}`.trim();
}

const MONTHS_BELOW_YEARS = 2;

export function showAge(patient: Patient): string {
  const end = patient.deceasedDateTime === undefined ? new Date() : new Date(patient.deceasedDateTime);
  const years = ageYears(patient.birthDate, end);
  if (years === null) return t.value.identity.ageUnknown;
  const exact = /^\d{4}-\d{2}-\d{2}$/.test(patient.birthDate ?? "");
  return years < MONTHS_BELOW_YEARS && exact ? t.value.identity.months(ageMonths(patient.birthDate ?? "", end)) : t.value.identity.years(years);
}
