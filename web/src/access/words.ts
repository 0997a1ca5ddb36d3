// SPDX-License-Identifier: Apache-2.0
// Times and reasons in the words of the screens about access, and the addresses of their dialogs.
import { patientPath, route } from "../app/route.ts";
import { FhirError } from "../fhir/error.ts";
import { showClock, showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { isOwn } from "../session/session.ts";
import { failureText } from "../ui/FailureBox.tsx";
import type { DeedName } from "./deeds.ts";
import { timeLeft, type Way } from "./explained.ts";

const DAY_MS = 86_400_000;
const dayOf = (ms: number) => new Date(ms).toDateString();

/** "till kl. 08:12 i dag"; until it is ended when there is no end. */
export function showUntil(to: string | undefined): string {
  const a = t.value.access;
  if (to === undefined) return a.noEnd;
  const at = Date.parse(to);
  if (dayOf(at) === dayOf(Date.now())) return a.until(a.today(showClock(to)));
  return a.until(dayOf(at) === dayOf(Date.now() + DAY_MS) ? a.tomorrow(showClock(to)) : showDateTime(to));
}

export function showLeft(to: string, now: number): string {
  const left = timeLeft(to, now);
  return left.hours + left.minutes === 0 ? t.value.access.lastMinute : t.value.access.left(left.hours, left.minutes);
}

/** What a deed is called: to a patient, who does it with one's own record, in other words. */
export function deedWords(deed: DeedName): { link: string; heading: string; confirm: string; what: string; done: string } {
  const own: Partial<Record<DeedName, { link: string; heading: string; confirm: string; what: string; done: string }>> = t.value.access.own.deeds;
  return (isOwn.value ? own[deed] : undefined) ?? t.value.access.deeds[deed];
}

/** The dialog over the part of the chart that is open. */
export function deedPath(id: string, deed: DeedName, about = ""): string {
  const now = route.value;
  return now.screen === "patient" ? patientPath(id, now.section, now.detail, deed, about) : patientPath(id, "oversikt", "", deed, about);
}

/** Blocked records are opened from where they are shown: that is the first of the two steps. */
export function wayPath(id: string, way: Way): string {
  return way === "oppna-sparr" ? patientPath(id, "atkomst", "sparrar") : deedPath(id, way);
}

export function wayText(way: Way): string {
  return way === "oppna-sparr" ? t.value.access.toBlocks : t.value.access.deeds[way].link;
}

/** What went wrong and what to do about it. Where no answer came, nobody knows whether it was done. */
export function advice(error: unknown): { text: string; unsure: boolean } {
  const f = t.value.access.form;
  const kind = error instanceof FhirError ? error.kind : "server";
  const unsure = kind === "network" || kind === "timeout" || kind === "format";
  // The ticket of an emergency opening lasts some minutes; a new one is a step back.
  if (error instanceof FhirError && JSON.stringify(error.outcome ?? "").includes('"ACCESS_TICKET"')) return { text: f.expired, unsure };
  const what = unsure ? f.unsure : kind === "refused" ? f.mayNot : kind === "notFound" || kind === "gone" ? f.gone : f.retry;
  return { text: `${failureText(error)} ${what}`, unsure };
}
