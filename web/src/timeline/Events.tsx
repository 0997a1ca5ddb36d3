// SPDX-License-Identifier: Apache-2.0
// The things that happened, newest first: day by day, or as a table.
import type { ComponentChildren } from "preact";
import { EventBody } from "../chart/EventBody.tsx";
import { groupEvents, type EventResource, type Group, type TimelineEvent } from "../chart/events.ts";
import { useChart } from "../chart/model.ts";
import { showClock, showDate, showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { keyOf, unitOf } from "./entries.ts";
import { unitName } from "./Filters.tsx";
import type { Entry } from "./view.ts";
import { l } from "./words.ts";

interface Props {
  entries: readonly Entry[];
  bodyOf: (key: string) => EventResource | undefined;
  missing: ReadonlySet<string>;
  isNew: (key: string) => boolean;
  table: boolean;
  /** What stands under the event, such as where a search hit it. */
  under?: (resources: readonly EventResource[]) => ComponentChildren;
}

export function Events(props: Props) {
  const events = props.entries.map((entry): TimelineEvent => {
    const body = props.bodyOf(entry.key);
    return { key: entry.key, type: entry.type, date: entry.date, resources: body === undefined ? [] : [body] };
  });
  const groups = groupEvents(events);
  return props.table ? <Table {...props} groups={groups} /> : <Days {...props} groups={groups} />;
}

type Drawn = Props & { groups: readonly Group[] };

function Days({ groups, ...rest }: Drawn) {
  return (
    <>
      {groups.map((group) => (
        <section key={group.day} class="day" aria-labelledby={`dag-${group.day}`}>
          <h3 id={`dag-${group.day}`} class="num">{showDate(group.day)}</h3>
          <ol class="events">
            {group.events.map((event) => (
              <li key={event.key} class={`event event-${event.type}`} tabIndex={-1} data-row>
                <div class="event-head"><span class="event-type">{t.value.timeline.types[event.type]}</span><span class="num">{showClock(event.date)}</span><Fresh event={event} isNew={rest.isNew} /></div>
                <div class="event-what"><Body event={event} {...rest} /><UnitLine event={event} /></div>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function Table({ groups, ...rest }: Drawn) {
  const w = l.value.table;
  return (
    <table class="trend-table tl-events">
      <caption class="sr">{w.caption}</caption>
      <thead><tr><th scope="col">{w.when}</th><th scope="col">{w.kind}</th><th scope="col">{w.what}</th><th scope="col">{w.unit}</th></tr></thead>
      <tbody>
        {groups.flatMap((group) => group.events).map((event) => (
          <tr key={event.key} tabIndex={-1} data-row>
            <th scope="row" class="num">{showDateTime(event.date)}</th>
            <td>{t.value.timeline.types[event.type]} <Fresh event={event} isNew={rest.isNew} /></td>
            <td><Body event={event} {...rest} /></td>
            <td><Units event={event} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const keysOf = (event: TimelineEvent) => (event.resources.length === 0 ? [event.key] : event.resources.map(keyOf));

function Fresh({ event, isNew }: { event: TimelineEvent; isNew: (key: string) => boolean }) {
  return keysOf(event).some(isNew) ? <Badge tone="info" icon="mark" text={l.value.fresh} /> : null;
}

function Body({ event, missing, under }: { event: TimelineEvent } & Pick<Props, "missing" | "under">) {
  if (event.resources.length === 0) return missing.has(event.key) ? <p class="quiet">{l.value.told.gone}</p> : <p class="skeleton quiet">{t.value.common.loading}</p>;
  return <><EventBody event={event} />{under?.(event.resources)}</>;
}

function Units({ event }: { event: TimelineEvent }) {
  const chart = useChart();
  const units = [...new Set(event.resources.map(unitOf).filter((unit) => unit !== ""))];
  return <>{units.map((unit) => unitName(chart, unit.slice(unit.indexOf("/") + 1))).join(", ")}</>;
}

function UnitLine({ event }: { event: TimelineEvent }) {
  if (event.resources.every((one) => unitOf(one) === "")) return null;
  return <p class="event-unit"><Units event={event} /></p>;
}
