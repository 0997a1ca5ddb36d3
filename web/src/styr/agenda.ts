// SPDX-License-Identifier: Apache-2.0
// The clock of a meeting: what was planned, what has been, and when the rest comes. An overrun shifts the rest. Pure.
import type { MeetingAgenda } from "./types.ts";

export interface Slot { planned: number | null; expected: number | null; ends: number | null; late: number; state: "done" | "now" | "waits" }

const MS_A_MINUTE = 60_000;
const DAY = 1440;

/** Minutes since midnight. */
export function minuteOf(clock: string | undefined): number | null {
  const match = /^(\d{1,2}):(\d{2})/.exec(clock ?? "");
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

export function clockOf(minute: number | null): string {
  if (minute === null) return "";
  const at = ((Math.round(minute) % DAY) + DAY) % DAY;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}

const minuteAt = (moment: string | undefined): number | null => {
  if (moment === undefined) return null;
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? null : at.getHours() * 60 + at.getMinutes() + Math.floor(at.getSeconds() / 60);
};

/** How long an item is to take: as told, else until the next one's time, else until the meeting ends. */
export function lengthsOf(agenda: readonly MeetingAgenda[], start: number | null, end: number | null): (number | null)[] {
  const times = plannedOf(agenda, start);
  return agenda.map((item, i) => {
    if (item.lengthMinutes !== undefined) return item.lengthMinutes;
    const from = times[i] ?? null;
    const to = i + 1 < agenda.length ? (times[i + 1] ?? null) : end;
    return from === null || to === null || to < from ? null : to - from;
  });
}

function plannedOf(agenda: readonly MeetingAgenda[], start: number | null): (number | null)[] {
  let at = start;
  return agenda.map((item) => {
    const planned = minuteOf(item.time) ?? at;
    at = planned === null || item.lengthMinutes === undefined ? null : planned + item.lengthMinutes;
    return planned;
  });
}

/** now: minutes since midnight while the meeting goes on, null otherwise. */
export function slotsOf(agenda: readonly MeetingAgenda[], start: number | null, end: number | null, now: number | null): Slot[] {
  const planned = plannedOf(agenda, start);
  const lengths = lengthsOf(agenda, start, end);
  let free: number | null = null;
  return agenda.map((item, i) => {
    const began = minuteAt(item.startedAt);
    const ended = minuteAt(item.endedAt);
    const wanted = planned[i] ?? null;
    const expected = began ?? (wanted === null ? free : free === null ? wanted : Math.max(wanted, free));
    const length = lengths[i] ?? null;
    const due = expected === null || length === null ? null : expected + length;
    const ends = ended ?? (began !== null && now !== null && due !== null ? Math.max(due, now) : due);
    free = ends ?? free;
    return { planned: wanted, expected, ends, late: wanted === null || expected === null ? 0 : Math.max(0, expected - wanted), state: ended !== null ? "done" : began !== null ? "now" : "waits" };
  });
}

export const minuteNow = (ms: number) => { const at = new Date(Math.floor(ms / MS_A_MINUTE) * MS_A_MINUTE); return at.getHours() * 60 + at.getMinutes(); };
