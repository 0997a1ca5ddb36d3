// SPDX-License-Identifier: Apache-2.0
// Förändring: the five phases with their activities by unit, which of them can go on during a pause, and the effect goals.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { decimal, showDate, showPeriod } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { find, idOf, nameOf, save } from "./api.ts";
import { may } from "./may.ts";
import { Area, Check, Chips, Dialog, Done, Form, Head, Input, More, PrintButton, Ready, Select, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { ChangeActivity, EffectGoal } from "./types.ts";
import { choices, s, say } from "./words.ts";

const PHASES = ["discover", "explore", "experience", "execute", "use"] as const;
const WANTED = ["alla", "paus"] as const;
type Wanted = (typeof WANTED)[number];
interface All { activities: ChangeActivity[]; goals: EffectGoal[]; more: boolean }

export function ChangeScreen() {
  const w = s.value.change;
  const loaded = useLoaded(async (signal): Promise<All> => {
    const [activities, goals] = await Promise.all([find("ChangeActivity", [], signal), find("EffectGoal", [], signal)]);
    return { activities: activities.all, goals: goals.all.sort((a, b) => (a.number ?? 0) - (b.number ?? 0)), more: activities.more };
  }, []);
  const [asked, setAsked] = useState(false);
  const [done, setDone] = useState("");
  return (
    <section>
      <Head title={w.heading} about={w.about}>{may("change") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.add}</button> : null}<PrintButton /></Head>
      <Done text={done} />
      <Ready of={loaded}>{(all) => <><More more={all.more} /><Phases all={all.activities} /><Goals goals={all.goals} /></>}</Ready>
      {asked ? <AddDialog close={() => setAsked(false)} did={(text) => { setAsked(false); setDone(text); loaded.again(); }} /> : null}
    </section>
  );
}

function Phases({ all }: { all: readonly ChangeActivity[] }) {
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
              {own.length === 0 ? <p class="hint">{w.emptyPhase}</p> : <ul>{own.map((a) => <li key={a.id} class="styr-card"><Activity a={a} /></li>)}</ul>}
            </section>
          );
        })}
      </div>
    </>
  );
}

function Activity({ a }: { a: ChangeActivity }) {
  const w = s.value.change;
  return (
    <>
      <b>{a.title}</b>
      <span class="quiet">{[say("activity-status", a.status), say("change-area", a.area), (a.unit ?? []).map(nameOf).join(", "), (a.audience ?? []).join(", "), a.period === undefined ? "" : showPeriod(a.period)].filter((x) => x !== "").join(" · ")}</span>
      {a.duringPause ? <Badge text={w.duringPause} tone="info" /> : null}
      {a.completionMeasure === undefined ? null : <span class="quiet">{w.measure(a.completionMeasure, a.completionValue === undefined ? "" : decimal(String(a.completionValue)), a.completionTarget === undefined ? "" : decimal(String(a.completionTarget)))}</span>}
      {a.checkpoint === undefined ? null : <span class="quiet">{w.checkpoint(nameOf(a.checkpoint))}</span>}
    </>
  );
}

function Goals({ goals }: { goals: readonly EffectGoal[] }) {
  const w = s.value.change;
  const value = (n: number | undefined, g: EffectGoal) => (n === undefined ? "" : `${decimal(String(n))}\u00a0${g.unit ?? ""}`.trim());
  return (
    <>
      <h3>{w.goals}</h3>
      <Table caption={w.goals} columns={w.goalColumns} none={w.noGoals} rows={goals.map((g) => {
        const last = [...(g.measurement ?? [])].sort((a, b) => a.date.localeCompare(b.date)).at(-1);
        return { key: g.id ?? "", cells: [`${g.number === undefined ? "" : `${g.number}. `}${g.title}`, say("change-area", g.area), g.measure ?? "", value(g.baseline, g), `${say("comparator", g.comparator)} ${value(g.target, g)}`.trim(), last === undefined ? w.notMeasured : `${value(last.value, g)} (${showDate(last.date)})`, nameOf(g.owner)] };
      })} />
    </>
  );
}

function AddDialog({ close, did }: { close: () => void; did: (text: string) => void }) {
  const w = s.value.change;
  return (
    <Dialog heading={w.add} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        await save({ resourceType: "ChangeActivity", status: "planned", title: value("title"), phase: value("phase"), area: value("area"), duringPause: value("pause") === "yes", ...(value("audience") === "" ? {} : { audience: [value("audience")] }), ...(value("measure") === "" ? {} : { completionMeasure: value("measure") }), ...(value("description") === "" ? {} : { description: value("description") }) }, w.receipt, styrPath("forandring"));
        did(w.receipt);
      }}>
        <Input label={w.title} name="title" required />
        <Select label={w.phase} name="phase" all={choices("change-phase")} />
        <Select label={w.area} name="area" all={choices("change-area")} />
        <Input label={w.audience} name="audience" />
        <Input label={w.completion} name="measure" />
        <Area label={w.description} name="description" />
        <Check label={w.duringPause} name="pause" />
      </Form>
    </Dialog>
  );
}
