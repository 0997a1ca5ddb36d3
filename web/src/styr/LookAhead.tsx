// SPDX-License-Identifier: Apache-2.0
// What a checkpoint would be on a day to come, if nothing else happens: evidence grows old by itself. A look, and nothing is saved.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate } from "../i18n/format.ts";
import { evaluate, type Ahead } from "./ops/evaluate.ts";
import { Ready, StateBadge, Table, Verdict } from "./Parts.tsx";
import { s } from "./words.ts";

/** As the service: a trend is believed for three years. */
const DAYS_AHEAD = 1096;
const DAY_MS = 86_400_000;
const dayAfter = (day: string, n: number) => new Date(Date.parse(day) + n * DAY_MS).toISOString().slice(0, 10);

export function LookAhead({ id, today }: { id: string; today: string }) {
  const w = s.value.checkpoint.ahead;
  const [day, setDay] = useState("");
  const last = dayAfter(today, DAYS_AHEAD);
  const fits = day >= today && day <= last;
  const found = useLoaded((signal) => (fits ? evaluate(id, day, signal) : null), [id, day]);
  return (
    <section class="styr-ahead print-not" aria-label={w.heading}>
      <h3>{w.heading}</h3>
      <p class="hint">{w.about}</p>
      <div class="admin-bar"><label><span>{w.day}</span><input class="field" type="date" min={today} max={last} value={day} onChange={(e) => setDay(e.currentTarget.value)} /></label></div>
      {day === "" ? null : fits ? <Ready of={found}>{(ahead) => <Shown ahead={ahead} />}</Ready> : <p class="box box-warn" role="alert">{w.unfit(showDate(today), showDate(last))}</p>}
    </section>
  );
}

function Shown({ ahead }: { ahead: Ahead }) {
  const w = s.value.checkpoint.ahead;
  return (
    <div role="status">
      <p class="box box-warn"><span>{w.notSaved(showDate(ahead.asOf))}</span></p>
      <div class="styr-sum"><Verdict verdict={ahead.verdict} /> <span>{ahead.verdict === ahead.verdictToday ? w.same : w.other}</span> <span>{ahead.earliest === undefined ? s.value.line.noEarliest : s.value.line.earliest(showDate(ahead.earliest))}</span></div>
      <Table caption={w.heading} columns={w.columns} rows={ahead.result.map((r) => ({ key: r.code, cells: [r.code, r.stateToday === undefined ? "" : <StateBadge key="t" state={r.stateToday} />, <StateBadge key="s" state={r.state} />, r.validUntil === undefined ? "" : showDate(r.validUntil)] }))} />
    </div>
  );
}
