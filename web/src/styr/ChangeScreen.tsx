// SPDX-License-Identifier: Apache-2.0
// Förändring: the five phases with their activities by unit, which of them can go on during a pause, and the effect goals.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { decimal, showDate, showPeriod } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { find, idOf, nameOf, todayText } from "./api.ts";
import { FormDialog, type Asked } from "./Asked.tsx";
import { may } from "./may.ts";
import { PHASES, readPulse, savePulse, type Pulse } from "./ops/pulse.ts";
import { Chips, Done, Head, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { ChangeActivity, EffectGoal } from "./types.ts";
import { s, say } from "./words.ts";

const WANTED = ["alla", "paus"] as const;
type Wanted = (typeof WANTED)[number];
interface All { activities: ChangeActivity[]; goals: EffectGoal[]; pulse: Pulse[]; more: boolean }
type Ask = (asked: Asked) => void;

export function ChangeScreen() {
  const w = s.value.change;
  const loaded = useLoaded(async (signal): Promise<All> => {
    const [activities, goals, pulse] = await Promise.all([find("ChangeActivity", [], signal), find("EffectGoal", [], signal), readPulse(signal)]);
    return { activities: activities.all, goals: goals.all.sort((a, b) => (a.number ?? 0) - (b.number ?? 0)), pulse, more: activities.more };
  }, []);
  const [asked, setAsked] = useState<Asked | null>(null);
  const link = styrPath("forandring");
  const [done, setDone] = useState("");
  return (
    <section>
      <Head title={w.heading} about={w.about}>{may("change") ? <button type="button" class="button button-main" onClick={() => setAsked({ form: "activity", of: { resourceType: "ChangeActivity", status: "planned", phase: "discover", duringPause: false } })}>{w.add}</button> : null}<PrintButton /></Head>
      <Done text={done} />
      <Ready of={loaded}>{(all) => <><More more={all.more} /><Phases all={all.activities} ask={setAsked} /><Goals goals={all.goals} ask={setAsked} /><PulseTable all={all.pulse} ask={setAsked} /></>}</Ready>
      {asked === null ? null : <FormDialog {...asked} link={link} close={() => setAsked(null)} did={(text) => { setDone(text); loaded.again(); }} />}
    </section>
  );
}

function Phases({ all, ask }: { all: readonly ChangeActivity[]; ask: Ask }) {
  const w = s.value.change;
  const [wanted, setWanted] = useState<Wanted>("alla");
  const [unit, setUnit] = useState("");
  const units = [...new Map(all.flatMap((a) => (a.unit ?? []).map((u) => [idOf(u), nameOf(u)] as const)))].sort((a, b) => a[1].localeCompare(b[1], "sv"));
  const shown = all.filter((a) => (wanted === "alla" || a.duringPause) && (unit === "" || (a.unit ?? []).length === 0 || (a.unit ?? []).some((u) => idOf(u) === unit)));
  return (
    <>
      <Chips legend={w.show} name="styr-pause" all={WANTED} now={wanted} choose={setWanted} label={(one) => w.wanted[one]} />
      {units.length === 0 ? null : <div class="admin-bar"><label><span>{w.unit}</span><select class="field" value={unit} onChange={(e) => setUnit(e.currentTarget.value)}><option value="">{w.allUnits}</option>{units.map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select></label></div>}
      <p class="hint" role="status">{w.count(shown.length, all.length - shown.length)}</p>
      <div class="styr-board styr-phases">
        {PHASES.map((phase, i) => {
          const own = shown.filter((a) => a.phase === phase);
          return (
            <section key={phase} class="styr-column" aria-labelledby={`styr-change-${phase}`}>
              <h3 id={`styr-change-${phase}`}>{i + 1}. {say("change-phase", phase)}</h3>
              {own.length === 0 ? <p class="hint">{w.emptyPhase}</p> : <ul>{own.map((a) => <li key={a.id} class="styr-card"><Activity a={a} ask={ask} /></li>)}</ul>}
            </section>
          );
        })}
      </div>
    </>
  );
}

function Activity({ a, ask }: { a: ChangeActivity; ask: Ask }) {
  const w = s.value.change;
  return (
    <>
      <b>{a.title}</b>
      <span class="quiet">{[say("activity-status", a.status), say("change-area", a.area), (a.unit ?? []).map(nameOf).join(", "), (a.audience ?? []).join(", "), a.period === undefined ? "" : showPeriod(a.period)].filter((x) => x !== "").join(" · ")}</span>
      {a.duringPause ? <Badge text={w.duringPause} tone="info" /> : null}
      {a.completionMeasure === undefined ? null : <span class="quiet">{w.measure(a.completionMeasure, a.completionValue === undefined ? "" : decimal(String(a.completionValue)), a.completionTarget === undefined ? "" : decimal(String(a.completionTarget)))}</span>}
      {a.checkpoint === undefined ? null : <span class="quiet">{w.checkpoint(nameOf(a.checkpoint))}</span>}
      {a.effectCheckedOn === undefined ? null : <span class="quiet">{w.effect(showDate(a.effectCheckedOn))}</span>}
      {may("change") ? <button type="button" class="button button-small print-not" onClick={() => ask({ form: "activity", of: a })}>{w.edit}<span class="sr"> {a.title}</span></button> : null}
    </>
  );
}

function Goals({ goals, ask }: { goals: readonly EffectGoal[]; ask: Ask }) {
  const w = s.value.change;
  const value = (n: number | undefined, g: EffectGoal) => (n === undefined ? "" : `${decimal(String(n))}\u00a0${g.unit ?? ""}`.trim());
  return (
    <>
      <h3>{w.goals}</h3>
      {may("goal") ? <p class="print-not"><button type="button" class="button" onClick={() => ask({ form: "goal", of: { resourceType: "EffectGoal", status: "proposed", comparator: "ge" } })}>{w.addGoal}</button></p> : null}
      <Table caption={w.goals} columns={w.goalColumns} none={w.noGoals} rows={goals.map((g) => {
        const last = [...(g.measurement ?? [])].sort((a, b) => a.date.localeCompare(b.date)).at(-1);
        return { key: g.id ?? "", cells: [`${g.number === undefined ? "" : `${g.number}. `}${g.title}`, say("change-area", g.area), g.measure ?? "", value(g.baseline, g), `${say("comparator", g.comparator)} ${value(g.target, g)}`.trim(), last === undefined ? w.notMeasured : `${value(last.value, g)} (${showDate(last.date)})`, nameOf(g.owner), may("goal") || may("measure") ? <button key="b" type="button" class="button button-small print-not" onClick={() => ask({ form: "goal", of: g })}>{w.edit}<span class="sr"> {g.title}</span></button> : ""] };
      })} />
    </>
  );
}

function PulseTable({ all, ask }: { all: readonly Pulse[]; ask: Ask }) {
  const w = s.value.change;
  const today = todayText();
  return (
    <>
      <h3>{w.pulse}</h3>
      <p class="hint">{w.pulseAbout}</p>
      {may("pulse") ? <p class="print-not"><button type="button" class="button" onClick={() => ask({ form: "pulse", of: { period: { start: today, end: today } }, write: (tree, receipt, key) => savePulse(tree, receipt, styrPath("forandring"), key) })}>{w.addPulse}</button></p> : null}
      <Table caption={w.pulse} columns={w.pulseColumns} none={w.noPulse} rows={all.map((one) => ({ key: one.unit?.reference ?? "", cells: [nameOf(one.unit), one.until === "" ? "" : showDate(one.until), ...PHASES.map((phase) => { const value = one.phases.get(phase); return value === undefined ? "" : `${decimal(String(value))} %`; })] }))} />
    </>
  );
}
