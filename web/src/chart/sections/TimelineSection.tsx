// SPDX-License-Identifier: Apache-2.0
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { showClock, showDate } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { FailureBox } from "../../ui/FailureBox.tsx";
import { SectionSkeleton } from "../../ui/Skeleton.tsx";
import { groupEvents, type Group, type TimelineEvent } from "../events.ts";
import { useLists, type Chart, type ListName } from "../model.ts";
import { mergeTimeline, type TimedList } from "../timeline.ts";
import { timedEvents } from "../events.ts";
import { EventBody } from "../EventBody.tsx";

export const TIMELINE_LISTS = [
  "encounters", "appointments", "conditions", "measurements", "prescriptions", "statements", "documents", "compositions", "reports", "referrals", "procedures", "immunizations", "carePlans", "allergies", "flags",
] as const satisfies readonly ListName[];
type TimelineList = (typeof TIMELINE_LISTS)[number];

const STEP = 50;

/** A list that has not answered yet still has more to give; one that failed has not, and is told of. */
function timed(chart: Chart, name: TimelineList): TimedList<TimelineEvent> {
  const list = chart.lists[name];
  const waiting = list.status.value === "idle" || (list.status.value === "loading" && list.items.value.length === 0);
  return { items: timedEvents(list.items.value), more: list.status.value !== "failed" && (list.more.value || waiting) };
}

export function TimelineSection() {
  const chart = useLists(...TIMELINE_LISTS);
  const hidden = useSignal<ReadonlySet<TimelineList>>(new Set());
  const count = useSignal(STEP);
  const names = TIMELINE_LISTS.filter((name) => !hidden.value.has(name));
  const merged = mergeTimeline(names.map((name) => timed(chart, name)), count.value);
  const wanted = merged.wanted.map((i) => names[i]).filter((name) => name !== undefined);
  useEffect(() => {
    for (const name of wanted) if (chart.lists[name].status.peek() === "ready") void chart.lists[name].load();
  }, [wanted.join()]);
  const failed = TIMELINE_LISTS.filter((name) => chart.lists[name].status.value === "failed");
  const toggle = (name: TimelineList) => {
    const next = new Set(hidden.value);
    if (!next.delete(name)) next.add(name);
    hidden.value = next;
  };
  return (
    <>
      <Filter hidden={hidden.value} toggle={toggle} />
      {failed.length === 0 ? null : <FailureBox text={t.value.timeline.incomplete(failed.map((name) => t.value.lists[name]).join(", "))} retry={() => failed.forEach((name) => void chart.lists[name].load())} />}
      {merged.events.length === 0 && wanted.length === 0 ? <p class="empty">{t.value.empty.tidslinje}</p> : null}
      <Days groups={groupEvents(merged.events.map((e) => e.item))} />
      {wanted.length > 0 ? <SectionSkeleton lines={3} /> : null}
      {merged.events.length >= count.value ? <p class="more"><button type="button" class="button" onClick={() => (count.value += STEP)}>{t.value.common.more}</button></p> : null}
    </>
  );
}

function Filter({ hidden, toggle }: { hidden: ReadonlySet<TimelineList>; toggle: (name: TimelineList) => void }) {
  return (
    <fieldset class="chips">
      <legend>{t.value.timeline.filter}</legend>
      {TIMELINE_LISTS.map((name) => (
        <label key={name} class="chip"><input type="checkbox" checked={!hidden.has(name)} onChange={() => toggle(name)} /><span>{t.value.lists[name]}</span></label>
      ))}
    </fieldset>
  );
}

function Days({ groups }: { groups: readonly Group[] }) {
  return (
    <>
      {groups.map((group) => (
        <section key={group.day} class="day" aria-labelledby={`dag-${group.day}`}>
          <h3 id={`dag-${group.day}`} class="num">{showDate(group.day)}</h3>
          <ol class="events">
            {group.events.map((event) => (
              <li key={event.key} class={`event event-${event.type}`} tabIndex={-1} data-row>
                <div class="event-head"><span class="event-type">{t.value.timeline.types[event.type]}</span><span class="num">{showClock(event.date)}</span></div>
                <EventBody event={event} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}
