// SPDX-License-Identifier: Apache-2.0
// Nytta: what each benefit case comes to, what it is most sensitive to, and which of it is a saving and which is not.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate } from "../app/route.ts";
import { decimal } from "../i18n/format.ts";
import { Icon } from "../ui/Icon.tsx";
import { find, idOf, nameOf, one, save } from "./api.ts";
import { FormDialog, type Asked } from "./Asked.tsx";
import type { Write } from "./form/fields.ts";
import { may } from "./may.ts";
import { readWorth } from "./ops/worth.ts";
import { Done, Facts, Head, kronor, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { newBenefit } from "./worth.ts";
import { styrPath } from "./places.ts";
import type { BenefitCase, BenefitCaseBenefit, BenefitCaseCost } from "./types.ts";
import { s, say } from "./words.ts";
import type { Bar, Worth } from "./worth.ts";

export const BenefitScreen = ({ id }: { id: string }) => (id === "" ? <All /> : <One id={id} />);

function All() {
  const w = s.value.benefit;
  const loaded = useLoaded((signal) => find("BenefitCase", [], signal), []);
  const [asked, setAsked] = useState(false);
  const write: Write = async (tree, receipt, key) => { const made = await save(tree as unknown as BenefitCase, receipt, styrPath("nytta"), key); navigate(styrPath("nytta", made.id ?? "")); };
  return (
    <section>
      <Head title={w.heading} about={w.about}>{may("benefit") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.add}</button> : null}<PrintButton /></Head>
      <Ready of={loaded}>{(found) => (
        <>
          <More more={found.more} />
          <Table caption={w.heading} columns={w.columns} none={w.none} rows={found.all.map((b) => ({ key: b.id ?? "", cells: [<a key="a" href={styrPath("nytta", b.id ?? "")} data-row>{b.title ?? (nameOf(b.initiative) || b.id)}</a>, say("benefit-status", b.status), kronor(sum(b.cost)), kronor(sum(b.benefit)), [...new Set((b.benefit ?? []).map((f) => say("benefit-class", f.class)))].join(", ")] }))} />
        </>
      )}</Ready>
      {asked ? <FormDialog form="benefit" of={newBenefit()} link={styrPath("nytta")} write={write} close={() => setAsked(false)} did={() => undefined} /> : null}
    </section>
  );
}

const sum = (flows: readonly { expected: number }[] | undefined) => (flows ?? []).reduce((total, f) => total + f.expected, 0);

function One({ id }: { id: string }) {
  const held = useLoaded((signal) => one("BenefitCase", id, signal), [id]);
  const worth = useLoaded((signal) => readWorth(id, signal), [id]);
  const [done, setDone] = useState("");
  const did = (text: string) => { setDone(text); held.again(); worth.again(); };
  return <><Done text={done} /><Ready of={held}>{(it) => <Shown it={it} did={did}><Ready of={worth}>{(data) => <Computed worth={data} />}</Ready></Shown>}</Ready></>;
}

function Shown({ it, did, children }: { it: BenefitCase; did: (text: string) => void; children: ComponentChildren }) {
  const w = s.value.benefit;
  const [asked, setAsked] = useState<Asked | null>(null);
  const rowOf = (f: BenefitCaseBenefit | BenefitCaseCost, i: number) => ({ key: String(i), cells: [f.title ?? f.code ?? "", "class" in f ? say("benefit-class", f.class) : "", kronor(f.low), kronor(f.expected), kronor(f.high), f.yearCount === undefined || f.yearCount === 0 ? w.atOnce : w.years(f.yearCount), "beneficiary" in f ? (f.beneficiary ?? "") : "", nameOf(f.budgetHolder)] });
  return (
    <section>
      <Head title={it.title ?? nameOf(it.initiative)} about={say("benefit-status", it.status)}>
        {may("benefit") ? <><button type="button" class="button button-main" onClick={() => setAsked({ form: "actual", of: it })}>{w.enter}</button><button type="button" class="button" onClick={() => setAsked({ form: "benefit", of: it })}>{w.change}</button></> : null}
        <PrintButton />
      </Head>
      {it.initiative === undefined ? null : <p><a href={styrPath("initiativ", idOf(it.initiative))}>{it.initiative.display ?? s.value.line.initiative}</a></p>}
      {children}
      <h3>{w.costs}</h3>
      <Table caption={w.costs} columns={w.flowColumns} none={w.noCosts} rows={(it.cost ?? []).map(rowOf)} />
      <h3>{w.benefits}</h3>
      <Table caption={w.benefits} columns={w.flowColumns} none={w.noBenefits} rows={(it.benefit ?? []).map(rowOf)} />
      {asked === null ? null : <FormDialog {...asked} link={styrPath("nytta", it.id ?? "")} close={() => setAsked(null)} did={did} />}
    </section>
  );
}

const percent = (value: number | null) => (value === null ? s.value.benefit.notComputable : `${decimal(String(value))} %`);
const sumOf = (value: number | null) => (value === null ? s.value.benefit.notComputable : kronor(value));

function Computed({ worth }: { worth: Worth }) {
  const w = s.value.benefit;
  return (
    <>
      {worth.warnings.length === 0 ? null : <ul class="styr-warnings">{worth.warnings.map((one) => <li key={one.code} class="box box-warn"><Icon name="warning" />{one.text}</li>)}</ul>}
      <div class="styr-big">
        <div><span>{w.npv(percent(worth.rate))}</span><b class={(worth.npv ?? 0) < 0 ? "styr-minus" : ""} data-npv>{sumOf(worth.npv)}</b></div>
        <div><span>{w.irr}</span><b>{worth.irrCount === "several" ? w.severalIrr : percent(worth.irr)}</b></div>
        <div><span>{w.payback}</span><b>{worth.payback === null ? w.never : w.paybackYears(decimal(worth.payback.toFixed(1)))}</b></div>
        <div><span>{w.tenth}</span><b class={(worth.tenth ?? 0) < 0 ? "styr-minus" : ""}>{sumOf(worth.tenth)}</b></div>
      </div>
      <Facts of={[[w.undiscounted, sumOf(worth.undiscounted)], [w.lowHigh, `${sumOf(worth.npvLow)} – ${sumOf(worth.npvHigh)}`], [w.budgets, sumOf(worth.npvFinancial)], [w.late, sumOf(worth.late)], [w.breakEven, sumOf(worth.breakEven)], [w.followed, worth.npvFollowed === null ? "" : sumOf(worth.npvFollowed)]]} />
      {worth.tornado.length === 0 ? null : <Tornado bars={worth.tornado} middle={worth.npv ?? 0} />}
      <h3>{w.byClass}</h3>
      <p class="hint">{w.byClassAbout}</p>
      <Table caption={w.byClass} columns={w.classColumns} rows={worth.classes.map((c) => ({ key: c.code, cells: [c.code === "cost" ? w.costs : say("benefit-class", c.code), c.amount === null ? w.notCounted : kronor(c.amount), c.count === null ? "" : String(c.count)] }))} />
      {worth.years.length === 0 ? null : <><h3>{w.followUp}</h3><Table caption={w.followUp} columns={w.yearColumns} rows={worth.years.map((y) => ({ key: String(y.year), cells: [String(y.year), kronor(y.planned), y.actual === null ? w.noActual : kronor(y.actual), y.actual === null ? "" : kronor(y.actual - y.planned)] }))} /></>}
    </>
  );
}

const LABEL = 190;
const BARS = 420;
const ROW = 34;

/** What the net present value becomes at the low and the high of each, widest first; the line is where it is as expected. */
function Tornado({ bars, middle }: { bars: readonly Bar[]; middle: number }) {
  const w = s.value.benefit;
  const sorted = [...bars].sort((a, b) => Math.abs(b.high - b.low) - Math.abs(a.high - a.low));
  const least = Math.min(0, middle, ...sorted.flatMap((b) => [b.low, b.high]));
  const most = Math.max(0, middle, ...sorted.flatMap((b) => [b.low, b.high]));
  const x = (value: number) => LABEL + ((value - least) / (most - least || 1)) * BARS;
  const height = sorted.length * ROW + 30;
  const width = LABEL + BARS + 20;
  return (
    <>
      <h3>{w.tornado}</h3>
      <figure class="styr-figure">
        <div class="styr-scroll" tabIndex={0} role="region" aria-label={w.tornado}>
          <svg class="styr-svg" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={w.tornadoSays}>
            {sorted.map((b, i) => (
              <g key={b.name} transform={`translate(0 ${i * ROW})`}>
                <text x={LABEL - 8} y={ROW / 2 + 4} text-anchor="end">{b.name.length > 26 ? `${b.name.slice(0, 25)}…` : b.name}</text>
                <rect class={Math.min(b.low, b.high) < 0 ? "styr-bar styr-under" : "styr-bar"} x={x(Math.min(b.low, b.high))} y="6" width={Math.max(2, Math.abs(x(b.high) - x(b.low)))} height={ROW - 12} rx="2" />
              </g>
            ))}
            <line class="styr-axis" x1={x(0)} x2={x(0)} y1="0" y2={height - 22} />
            <line class="styr-middle" x1={x(middle)} x2={x(middle)} y1="0" y2={height - 22} />
            <text x={x(0)} y={height - 6} text-anchor="middle">0</text>
          </svg>
        </div>
        <figcaption class="hint">{w.tornadoLegend}</figcaption>
      </figure>
      <Table caption={w.tornado} columns={w.tornadoColumns} rows={sorted.map((b) => ({ key: b.name, cells: [b.name, kronor(b.low), kronor(b.high), kronor(Math.abs(b.high - b.low))] }))} />
    </>
  );
}
