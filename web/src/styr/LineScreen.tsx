// SPDX-License-Identifier: Apache-2.0
// Kritisk linje: each unit by each checkpoint. A cell leads to its results, and from there each piece of evidence is one more click.
// Planned dates stand in a table of their own, as they have no part in any verdict.
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate } from "../app/route.ts";
import { showDate } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { idOf } from "./api.ts";
import { FormDialog } from "./Asked.tsx";
import type { Write } from "./form/fields.ts";
import type { Cell, Line, Stop, UnitRow } from "./line.ts";
import { may } from "./may.ts";
import { openCheckpoints } from "./ops/open.ts";
import { readLine, readLined, type Choice } from "./ops/line.ts";
import { Chips, Head, PrintButton, Ready, Table, usePoll, useScreenful, Verdict } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import { s, say } from "./words.ts";

const POLL_MS = 15_000;
/** What was opened a moment ago stands on the line when it has been measured. */
const FRESH_MS = 2_500;

export function LineScreen({ id }: { id: string }) {
  const w = s.value.line;
  const lined = useLoaded((signal) => readLined(signal), []);
  const [asked, setAsked] = useState(false);
  return (
    <section>
      <Head title={w.heading} about={w.about}>{may("define") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{s.value.define.open}</button> : null}<PrintButton /></Head>
      <Ready of={lined}>{(all) => <><Chosen all={all} id={id} />{asked ? <OpenDialog choice={chosenOf(all, id)} close={() => setAsked(false)} /> : null}</>}</Ready>
    </section>
  );
}

const chosenOf = (all: readonly Choice[], id: string) => (id === "" ? all[0] : all.find((one) => one.id === id));

/** A checkpoint is opened for the units chosen, or for those of a wave that is on the line already. */
function OpenDialog({ choice, close }: { choice: Choice | undefined; close: () => void }) {
  const line = useLoaded((signal) => (choice === undefined ? null : readLine(choice, signal)), [choice?.reference]);
  const waves = [...new Set((line.data?.rows ?? []).map((row) => row.wave).filter((wave) => wave !== ""))];
  const offers = waves.map((wave) => ({ text: s.value.define.openWave(wave), put: { wave, unit: (line.data?.rows ?? []).filter((row) => row.wave === wave).map((row) => ({ reference: row.unit, display: row.name })) } }));
  const write: Write = async (tree, receipt, key) => { await openCheckpoints(tree, receipt, key); navigate(styrPath("linje", idOf(tree["initiative"] as { reference?: string }))); };
  return <FormDialog form="open" of={choice === undefined ? {} : { initiative: { reference: choice.reference, display: choice.title } }} link={styrPath("linje")} write={write} offers={offers} close={close} did={() => undefined} />;
}

function Chosen({ all, id }: { all: readonly Choice[]; id: string }) {
  const choice = chosenOf(all, id);
  return choice === undefined ? <p class="empty">{s.value.line.none}</p> : <Of all={all} choice={choice} />;
}

function Of({ all, choice }: { all: readonly Choice[]; choice: Choice }) {
  const w = s.value.line;
  const line = useLoaded((signal) => readLine(choice, signal), [choice.reference]);
  usePoll(line.again, POLL_MS);
  useEffect(() => {
    const timer = setTimeout(line.again, FRESH_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <div class="admin-bar">
        <label><span>{w.initiative}</span>
          <select class="field" value={choice.id} onChange={(e) => navigate(styrPath("linje", e.currentTarget.value))}>
            {all.map((one) => <option key={one.reference} value={one.id} selected={one.id === choice.id}>{one.title}</option>)}
          </select>
        </label>
      </div>
      <Ready of={line}>{(data) => <Shown line={data} />}</Ready>
    </>
  );
}

const VERDICTS = ["alla", "no-go", "incomplete", "go-with-conditions", "go"] as const;
type Wanted = (typeof VERDICTS)[number];

function Shown({ line }: { line: Line }) {
  const w = s.value.line;
  const [wanted, setWanted] = useState<Wanted>("alla");
  const rows = line.rows.filter((row) => wanted === "alla" || row.verdict === wanted);
  return (
    <>
      <div class="styr-sum" role="group" aria-label={w.programme}>
        <span>{w.programme}</span> <Verdict verdict={line.verdict} />
        <span class="quiet">{line.worstUnit === "" ? "" : w.worst(line.worstUnit)}</span>
        <span>{line.earliest === "" ? w.noEarliest : w.earliest(showDate(line.earliest))}</span>
      </div>
      <Chips legend={w.show} name="styr-verdict" all={VERDICTS} now={wanted} choose={setWanted} label={(one) => (one === "alla" ? w.all : say("verdict", one))} />
      <p class="hint" role="status">{w.count(rows.length, line.rows.length - rows.length)}</p>
      <Matrix key={wanted} stops={line.stops} rows={rows} title={line.title} />
      <Overrides line={line} />
      <Planned rows={line.rows} />
    </>
  );
}

function Matrix({ stops, rows, title }: { stops: readonly Stop[]; rows: readonly UnitRow[]; title: string }) {
  const w = s.value.line;
  const { shown, rest } = useScreenful(rows);
  return (
    <>
      <div class="styr-scroll" tabIndex={0} role="region" aria-label={w.matrix(title)}>
        <table class="styr-matrix">
          <caption class="sr">{w.matrix(title)}</caption>
          <thead><tr><th scope="col">{w.unit}</th>{stops.map((stop) => <th key={stop.id} scope="col">{stop.title}<small>{[w.offset(stop.offset), stop.locked === "" ? w.unlocked : w.locked(showDate(stop.locked))].join(" · ")}</small></th>)}<th scope="col">{w.whole}</th></tr></thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.unit}>
                <th scope="row">{row.name}{row.wave === "" ? null : <small>{row.wave}</small>}</th>
                {stops.map((stop) => <td key={stop.id}><InCell cell={row.cells.get(stop.id)} /></td>)}
                <td><Verdict verdict={row.verdict} /><small>{row.earliest === "" ? w.noEarliest : w.earliest(showDate(row.earliest))}</small></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rest}
    </>
  );
}

function InCell({ cell }: { cell: Cell | undefined }) {
  const w = s.value.line;
  if (cell === undefined) return <span class="quiet">{w.notOpened}</span>;
  return (
    <a class="styr-cell" href={styrPath("avstamning", cell.id)} data-row>
      <Verdict verdict={cell.verdict} />
      <small>{[cell.unmet > 0 ? w.unmet(cell.unmet) : "", cell.stale > 0 ? w.stale(cell.stale) : "", cell.earliest === "" ? "" : w.earliest(showDate(cell.earliest)), cell.frozen ? w.frozen : ""].filter((x) => x !== "").join(" · ")}</small>
    </a>
  );
}

function Overrides({ line }: { line: Line }) {
  const w = s.value.line;
  return (
    <>
      <h3>{w.overrides}</h3>
      <p class="hint">{w.overridesAbout}</p>
      <Table caption={w.overrides} columns={w.overrideColumns} none={w.noOverrides} rows={line.overrides.map((o) => ({ key: o.id, cells: [showDate(o.decidedOn), o.decider, <Badge key="b" text={say("decision-outcome", o.outcome)} tone="warn" />, say("verdict", o.computed), o.criteria, o.motivation, o.notified] }))} />
    </>
  );
}

function Planned({ rows }: { rows: readonly UnitRow[] }) {
  const w = s.value.line;
  const planned = rows.filter((row) => row.planned !== "");
  if (planned.length === 0) return null;
  return (
    <details class="admin-places styr-planned">
      <summary>{w.planned}</summary>
      <p class="hint">{w.plannedAbout}</p>
      <Table caption={w.planned} columns={w.plannedColumns} rows={planned.map((row) => ({ key: row.unit, cells: [row.name, row.wave, showDate(row.planned)] }))} />
    </details>
  );
}
