// SPDX-License-Identifier: Apache-2.0
// Risker: likelihood by consequence, four by four, with an arrow from where each risk was to where it is left; a cell lists its risks.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate } from "../i18n/format.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
import { find, nameOf, todayText } from "./api.ts";
import { may } from "./may.ts";
import { Done, Head, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { RiskDialog } from "./RiskDialog.tsx";
import type { Risk } from "./types.ts";
import { s, say } from "./words.ts";

const STEPS = [1, 2, 3, 4] as const;
interface At { likelihood: number; consequence: number }

export const toneOf = (score: number): Tone => (score >= 12 ? "danger" : score >= 8 ? "warn" : score >= 4 ? "info" : "good");
const startOf = (r: Risk): At => ({ likelihood: r.likelihood ?? 0, consequence: r.consequence ?? 0 });
const endOf = (r: Risk): At => ({ likelihood: r.residual?.likelihood ?? r.likelihood ?? 0, consequence: r.residual?.consequence ?? r.consequence ?? 0 });
const isAt = (a: At, b: At) => a.likelihood === b.likelihood && a.consequence === b.consequence;

export function RiskScreen() {
  const w = s.value.risk;
  const loaded = useLoaded((signal) => find("Risk", [], signal), []);
  const [asked, setAsked] = useState<Risk | "new" | null>(null);
  const [done, setDone] = useState("");
  return (
    <section>
      <Head title={w.heading} about={w.about}>
        {may("risk") ? <button type="button" class="button button-main" onClick={() => setAsked("new")}>{w.add}</button> : null}
        <PrintButton />
      </Head>
      <Done text={done} />
      <Ready of={loaded}>{(found) => <><More more={found.more} /><Shown risks={found.all} change={setAsked} /></>}</Ready>
      {asked === null ? null : <RiskDialog risk={asked === "new" ? null : asked} close={() => setAsked(null)} did={(text) => { setDone(text); loaded.again(); }} />}
    </section>
  );
}

function Shown({ risks, change }: { risks: readonly Risk[]; change: (risk: Risk) => void }) {
  const w = s.value.risk;
  const [cell, setCell] = useState<At | null>(null);
  const alive = risks.filter((r) => r.status !== "closed");
  const shown = cell === null ? alive : alive.filter((r) => isAt(endOf(r), cell));
  const today = todayText();
  if (risks.length === 0) return <p class="empty">{w.none}</p>;
  return (
    <>
      <Heat risks={alive} cell={cell} choose={(at) => setCell(cell !== null && isAt(at, cell) ? null : at)} />
      <h3>{cell === null ? w.all : w.cellOf(cell.likelihood, cell.consequence)}</h3>
      <p class="hint" role="status">{w.count(shown.length, risks.length - shown.length)}</p>
      {cell === null ? null : <p class="print-not"><button type="button" class="button button-small" onClick={() => setCell(null)}>{w.showAll}</button></p>}
      <Table caption={w.heading} columns={w.columns} none={w.noneHere} rows={[...shown].sort((a, b) => score(endOf(b)) - score(endOf(a))).map((r) => ({ key: r.id ?? "", cells: [
        <span key="t">{r.title ?? r.event ?? ""}{r.cause === undefined ? null : <small>{w.because(r.cause)}</small>}{r.effect === undefined ? null : <small>{w.leadsTo(r.effect)}</small>}</span>,
        <Score key="s" at={startOf(r)} />, r.residual === undefined ? w.noResidual : <Score key="r" at={endOf(r)} />, say("risk-status", r.status), nameOf(r.owner), (r.treatment ?? []).map(nameOf).join(", "),
        <span key="e">{(r.eliminationAttempt ?? []).map((e) => e.text ?? "").join("; ")}{r.consequence === 4 && (r.eliminationAttempt ?? []).length === 0 ? <Badge text={w.mustEliminate} tone="warn" icon="warning" /> : null}</span>,
        <span key="d">{r.nextReview === undefined ? "" : showDate(r.nextReview)}{r.nextReview !== undefined && r.nextReview < today ? <Badge text={w.overdue} tone="warn" icon="warning" /> : null}</span>,
        may("risk") ? <button key="c" type="button" class="button button-small print-not" onClick={() => change(r)}>{w.change}<span class="sr"> {r.title ?? r.event ?? ""}</span></button> : "",
      ] }))} />
    </>
  );
}

const score = (at: At) => at.likelihood * at.consequence;
const Score = ({ at }: { at: At }) => <Badge text={`${at.likelihood} × ${at.consequence} = ${score(at)}`} tone={toneOf(score(at))} />;

const SIDE = 92;
const LEFT = 40;
const GRID = SIDE * STEPS.length;

/** The cells are buttons laid over the picture; arrows show where a risk was and where it is left. */
function Heat({ risks, cell, choose }: { risks: readonly Risk[]; cell: At | null; choose: (at: At) => void }) {
  const w = s.value.risk;
  const moved = risks.filter((r) => r.residual !== undefined && !isAt(startOf(r), endOf(r)));
  const cx = (at: At) => LEFT + (at.consequence - 0.5) * SIDE;
  const cy = (at: At) => (STEPS.length - at.likelihood + 0.5) * SIDE;
  return (
    <figure class="styr-figure">
      <div class="styr-scroll" tabIndex={0} role="region" aria-label={w.map}>
        <div class="styr-heat">
          <svg class="styr-svg" width={LEFT + GRID + 2} height={GRID + 44} viewBox={`0 0 ${LEFT + GRID + 2} ${GRID + 44}`} aria-hidden="true">
            <defs><marker id="styr-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" class="styr-tip" /></marker></defs>
            {STEPS.map((l) => STEPS.map((c) => <rect key={`${l}${c}`} class={`styr-heat-${toneOf(l * c)}`} x={LEFT + (c - 1) * SIDE} y={(STEPS.length - l) * SIDE} width={SIDE} height={SIDE} />))}
            {STEPS.map((n) => <text key={`l${n}`} x={LEFT - 8} y={(STEPS.length - n + 0.5) * SIDE + 4} text-anchor="end">{n}</text>)}
            {STEPS.map((n) => <text key={`c${n}`} x={LEFT + (n - 0.5) * SIDE} y={GRID + 16} text-anchor="middle">{n}</text>)}
            <text x={LEFT + GRID / 2} y={GRID + 36} text-anchor="middle" class="styr-number">{w.consequence}</text>
            <text x="10" y={GRID / 2} text-anchor="middle" class="styr-number" transform={`rotate(-90 10 ${GRID / 2})`}>{w.likelihood}</text>
            {moved.map((r, i) => { const shift = ((i % 5) - 2) * 7; return <line key={r.id} class="styr-arrow" marker-end="url(#styr-arrow)" x1={cx(startOf(r)) + shift} y1={cy(startOf(r)) + shift} x2={cx(endOf(r)) + shift} y2={cy(endOf(r)) + shift} />; })}
          </svg>
          {STEPS.map((l) => STEPS.map((c) => {
            const at = { likelihood: l, consequence: c };
            const n = risks.filter((r) => isAt(endOf(r), at)).length;
            return <button key={`${l}${c}`} type="button" class={`styr-spot styr-l${l} styr-c${c}`} aria-pressed={cell !== null && isAt(cell, at)} aria-label={w.spot(l, c, n)} onClick={() => choose(at)}>{n === 0 ? "" : n}</button>;
          }))}
        </div>
      </div>
      <figcaption class="hint">{w.legend(moved.length)}</figcaption>
    </figure>
  );
}
