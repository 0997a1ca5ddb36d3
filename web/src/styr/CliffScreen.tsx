// SPDX-License-Identifier: Apache-2.0
// Avtalsklippa: how many contracts end each quarter, and which procurements should already have begun.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate } from "../i18n/format.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
import type { Asset, Cliff, Quarter, Urgency } from "./cliff.ts";
import { AssetDialog } from "./AssetDialog.tsx";
import { may } from "./may.ts";
import { readCliff } from "./ops/cliff.ts";
import { Done, Head, kronor, PrintButton, Ready, Table } from "./Parts.tsx";
import { s, say } from "./words.ts";

const TONES: Record<Urgency, Tone> = { late: "danger", ended: "danger", soon: "warn", ok: "good", unknown: "quiet" };

export function CliffScreen() {
  const w = s.value.cliff;
  const loaded = useLoaded((signal) => readCliff(signal), []);
  const [asked, setAsked] = useState(false);
  const [done, setDone] = useState("");
  return (
    <section>
      <Head title={w.heading} about={w.about}>
        {may("asset") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.add}</button> : null}
        <PrintButton />
      </Head>
      <Done text={done} />
      <Ready of={loaded}>{(cliff) => <Shown cliff={cliff} />}</Ready>
      {asked ? <AssetDialog close={() => setAsked(false)} did={(text) => { setDone(text); loaded.again(); }} /> : null}
    </section>
  );
}

function Shown({ cliff }: { cliff: Cliff }) {
  const w = s.value.cliff;
  const all = [...cliff.quarters.flatMap((q) => q.assets), ...cliff.unknown];
  const late = all.filter((a) => isLate(a)).length;
  if (all.length === 0) return <p class="empty">{w.none}</p>;
  return (
    <>
      <p class={late === 0 ? "box box-good" : "box box-warn"} role="status">{late === 0 ? w.noneLate : w.late(late)}</p>
      {cliff.quarters.length === 0 ? null : <Picture quarters={cliff.quarters} />}
      <h3>{w.quarters}</h3>
      <Table caption={w.quarters} columns={w.quarterColumns} rows={cliff.quarters.filter((q) => q.assets.length > 0).map((q) => ({ key: q.name, cells: [q.name, String(q.assets.length), kronor(q.cost), q.late === 0 ? "" : w.late(q.late)] }))} />
      <h3>{w.systems}</h3>
      <Table caption={w.systems} columns={w.columns} rows={all.map(rowOf)} />
    </>
  );
}

const isLate = (a: Asset) => a.urgency === "late" || a.urgency === "ended";

function rowOf(a: Asset) {
  const w = s.value.cliff;
  return {
    key: a.id,
    cells: [
      <span key="n">{a.name}{a.obsolete ? <> <Badge text={w.obsolete} tone="warn" icon="warning" /></> : null}</span>, a.end === "" ? w.noEnd : showDate(a.end), a.latestStart === "" ? "" : showDate(a.latestStart),
      <Badge key="u" text={w.urgency[a.urgency]} tone={TONES[a.urgency]} {...(isLate(a) ? { icon: "warning" as const } : {})} />, a.criticality === "" ? "" : say("criticality", a.criticality), kronor(a.cost ?? undefined), a.owner, a.replacedBy, a.extension,
    ],
  };
}

const HIGH = 190;
const FOOT = 46;
const WIDE = 46;
const LEFT = 28;

/** One column a quarter, one block a contract; a block that should have been begun is hatched and marked "!". */
function Picture({ quarters }: { quarters: readonly Quarter[] }) {
  const w = s.value.cliff;
  const most = Math.max(1, ...quarters.map((q) => q.assets.length));
  const block = Math.min(26, (HIGH - 20) / most);
  const width = LEFT + quarters.length * WIDE + 4;
  return (
    <figure class="styr-figure">
      <div class="styr-scroll" tabIndex={0} role="region" aria-label={w.picture}>
        <svg class="styr-svg" width={width} height={HIGH + FOOT} viewBox={`0 0 ${width} ${HIGH + FOOT}`} role="img" aria-label={w.pictureSays(quarters.filter((q) => q.assets.length > 0).map((q) => `${q.name}: ${q.assets.length}`).join(", "))}>
          <line x1={LEFT} x2={width} y1={HIGH} y2={HIGH} class="styr-axis" />
          {quarters.map((q, i) => (
            <g key={q.name} transform={`translate(${LEFT + i * WIDE} 0)`}>
              {q.assets.map((a, n) => (
                <g key={a.id} class={`styr-block styr-${isLate(a) ? "late" : a.urgency}`}>
                  <rect x="5" y={HIGH - (n + 1) * block + 1} width={WIDE - 10} height={block - 2} rx="2"><title>{`${a.name} ${a.end}`}</title></rect>
                  {isLate(a) && block > 13 ? <text x={WIDE / 2} y={HIGH - n * block - block / 2 + 5} text-anchor="middle">!</text> : null}
                </g>
              ))}
              {q.assets.length === 0 ? null : <text x={WIDE / 2} y={HIGH - q.assets.length * block - 5} text-anchor="middle" class="styr-number">{q.assets.length}</text>}
              <text x={WIDE / 2} y={HIGH + 16} text-anchor="middle">{q.name.slice(5)}</text>
              {i === 0 || q.name.endsWith("1") ? <text x={WIDE / 2} y={HIGH + 34} text-anchor="middle" class="styr-number">{q.name.slice(0, 4)}</text> : null}
            </g>
          ))}
        </svg>
      </div>
      <figcaption class="hint">{w.legend}</figcaption>
    </figure>
  );
}
