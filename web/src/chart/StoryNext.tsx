// SPDX-License-Identifier: Apache-2.0
// The storyboard's later cards: what comes next, and what is new since the user was last here.
import type { Appointment, Encounter } from "@fhir";
import { Emptiness } from "../access/AccessLine.tsx";
import { findInChart } from "../app/keys.ts";
import { patientPath } from "../app/route.ts";
import { showDate, showDateTime } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import type { EventType } from "./events.ts";
import { isWaiting } from "./list.ts";
import { useChart, useLists } from "./model.ts";
import { newsOf } from "./news.ts";
import { nextSteps } from "./next.ts";
import { appointmentPlace, appointmentTitle, encounterTitle, encounterUnit } from "./sections/EncountersSection.tsx";
import { referralTitle } from "./sections/ReferralsSection.tsx";
import { Card, HiddenCard } from "./StoryCard.tsx";
import { c } from "./words.ts";

export function NextCard() {
  const chart = useLists("appointments", "encounters", "referrals");
  const { appointments, encounters, referrals } = chart.lists;
  const w = c.value.next;
  const lists = [appointments, encounters, referrals];
  const steps = nextSteps(appointments.items.value, encounters.items.value, referrals.items.value, Date.now());
  const none = steps.now.length + steps.ahead.length + steps.referrals.length === 0;
  if (none && chart.sight.hidden.value) return <HiddenCard heading={w.heading} icon="right" />;
  if (none && (lists.some(isWaiting) || chart.sight.status.value === "loading")) return <Card heading={w.heading} icon="right" tone="plain"><SectionSkeleton lines={1} /></Card>;
  if (none && lists.some((list) => list.status.value === "failed")) return <Card heading={w.heading} icon="right" tone="warn"><p>{t.value.storyboard.notLoaded}</p></Card>;
  const [first, ...later] = steps.ahead;
  const oldest = steps.referrals[0];
  return (
    <Card heading={w.heading} icon="right" tone="plain">
      {none ? <><p class="quiet">{w.none}</p><Emptiness /></> : (
        <ul>
          {steps.now.map((e) => <li key={e.id}>{w.now}: <b>{encounterTitle(e)}</b> {w.since(showDateTime(e.period?.start))}<Where one={e} /></li>)}
          {first === undefined ? null : <Ahead one={first} />}
          {later.length === 0 ? null : <li><a href={patientPath(chart.id, "kontakter")}>{w.later(later.length)}</a></li>}
          {oldest === undefined ? null : <li><a href={patientPath(chart.id, "remisser")}>{w.referrals(steps.referrals.length)}</a>, {w.oldest(referralTitle(oldest), showDate(oldest.authoredOn))}</li>}
        </ul>
      )}
    </Card>
  );
}

function Where({ one }: { one: Appointment | Encounter }) {
  const chart = useChart();
  const place = one.resourceType === "Appointment" ? appointmentPlace(one, chart) : encounterUnit(one, chart);
  return place === "" ? null : <span class="sb-where"> · {place}</span>;
}

function Ahead({ one }: { one: Appointment | Encounter }) {
  const start = one.resourceType === "Appointment" ? one.start : one.period?.start;
  const booked = one.resourceType === "Encounter" || one.status === "booked";
  return (
    <li>
      {c.value.next.ahead}: <b class="num">{start === undefined ? t.value.common.undated : showDateTime(start)}</b> {one.resourceType === "Appointment" ? appointmentTitle(one) : encounterTitle(one)}<Where one={one} />
      {booked ? null : <Badge tone="info" text={word(t.value.appointment.statuses, one.status)} />}
    </li>
  );
}

/** "3 Mätvärde, 1 Anteckning", the most first. */
function kindsText(keys: ReadonlySet<string>): string {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key.slice(0, key.indexOf("/")), (counts.get(key.slice(0, key.indexOf("/"))) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([type, n]) => `${t.value.timeline.types[type as EventType]} ${n}`).join(", ");
}

export function NewsCard() {
  const chart = useChart();
  const news = newsOf(chart);
  const w = c.value.news;
  const since = news.since.value;
  const keys = news.keys.value;
  if (since === null || chart.sight.hidden.value) return null;
  const when = showDateTime(since);
  return (
    <Card heading={w.heading} icon="mark" tone="plain">
      {since === "" ? <p class="quiet">{w.first}</p>
        : news.failed.value ? <p>{w.failed} <button type="button" class="button button-small" onClick={() => void news.read()}>{t.value.common.retry}</button></p>
        : keys === null ? <SectionSkeleton lines={1} />
        : keys.size === 0 ? <p class="quiet">{w.none(when)}</p>
        : <p><a href={`${patientPath(chart.id, "tidslinje")}?nytt=1`}>{news.cut.value ? w.atLeast(keys.size, when) : w.some(keys.size, when)}</a><span class="sb-where"> {kindsText(keys)}</span></p>}
    </Card>
  );
}

export function FindButton() {
  return <p class="sb-find"><button type="button" class="button button-small" aria-keyshortcuts="f" onClick={() => void findInChart()}><Icon name="search" />{c.value.find}</button></p>;
}
