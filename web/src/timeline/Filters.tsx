// SPDX-License-Identifier: Apache-2.0
// What is shown, by kind, unit and what is new; each choice with how many it would show. And what is hidden, told.
import type { Chart } from "../chart/model.ts";
import { useChart } from "../chart/model.ts";
import { t } from "../i18n/index.ts";
import { filterBy } from "./go.ts";
import { EVERYTHING, hiddenCount, KINDS, NO_UNIT, type Hidden, type Kind, type Sifted, type Entry, type View } from "./view.ts";
import { l } from "./words.ts";

interface Props { view: View; sifted: Sifted<Entry>; /** Kinds that the record has something of. */ has: ReadonlySet<Kind>; first: boolean }

export function Filters({ view, sifted, has, first }: Props) {
  const chart = useChart();
  const f = l.value.filter;
  const toggle = (kind: Kind, on: boolean) => {
    const without = new Set(view.without);
    if (on) without.delete(kind);
    else without.add(kind);
    filterBy(chart, { without });
  };
  return (
    <div class="tl-filters">
      <fieldset class="chips">
        <legend>{f.kinds}</legend>
        {KINDS.filter((kind) => has.has(kind) || view.without.has(kind)).map((kind) => (
          <label key={kind} class="chip"><input type="checkbox" checked={!view.without.has(kind)} onChange={(event) => toggle(kind, event.currentTarget.checked)} /><span>{t.value.lists[kind]} <b class="num tl-count">{sifted.perKind.get(kind) ?? 0}</b></span></label>
        ))}
        <button type="button" class="button button-small" onClick={() => filterBy(chart, { without: view.without.size === 0 ? new Set(KINDS) : new Set() })}>{view.without.size === 0 ? f.noKind : f.everyKind}</button>
      </fieldset>
      <div class="tl-line">
        <label class="tl-unit">{f.unit} <select value={view.unit} onChange={(event) => filterBy(chart, { unit: event.currentTarget.value })}>
          <option value="">{f.everyUnit}</option>
          {unitsOf(chart, sifted.perUnit, view.unit).map(({ id, name, count }) => <option key={id} value={id}>{name} ({count})</option>)}
        </select></label>
        {first ? null : <label class="chip"><input type="checkbox" checked={view.fresh} onChange={(event) => filterBy(chart, { fresh: event.currentTarget.checked })} /><span>{f.fresh(sifted.fresh)}</span></label>}
        <fieldset class="chips tl-as">
          <legend>{f.view}</legend>
          {[false, true].map((table) => <label key={String(table)} class="chip"><input type="radio" name="tl-as" checked={view.table === table} onChange={() => filterBy(chart, { table })} /><span>{table ? f.table : f.list}</span></label>)}
        </fieldset>
        <button type="button" class="button button-small" onClick={() => print()}>{f.print}</button>
      </div>
    </div>
  );
}

export function unitName(chart: Chart, id: string): string {
  const f = l.value.filter;
  if (id === NO_UNIT || id === "") return f.noUnit;
  const reference = `Organization/${id}`;
  return chart.nameOf({ reference }) || (chart.awaitsName(reference) ? f.naming : f.unnamed(id));
}

function unitsOf(chart: Chart, perUnit: ReadonlyMap<string, number>, chosen: string): { id: string; name: string; count: number }[] {
  const ids = new Set([...perUnit.keys(), ...(chosen === "" ? [] : [chosen])]);
  return [...ids].map((id) => ({ id, name: unitName(chart, id), count: perUnit.get(id) ?? 0 })).sort((a, b) => a.name.localeCompare(b.name, "sv"));
}

interface ToldProps { shown: number; of: number; hidden: Hidden; drawn: number; reading: boolean; hits: boolean }

/** Always there, read out when it changes, and on paper: nothing is hidden in silence. */
export function Told({ shown, of, hidden, drawn, reading, hits }: ToldProps) {
  const chart = useChart();
  const w = l.value.told;
  const reasons = (["time", "undated", "kinds", "unit", "seen"] as const).filter((one) => hidden[one] > 0).map((one) => w[one](hidden[one]));
  return (
    <p class="tl-told" role="status">
      {reading ? w.atLeast(shown, of) : hits ? w.hits(shown, of) : w.shown(shown, of)}
      {drawn < shown ? ` ${w.drawn(drawn)}` : ""}
      {reasons.length === 0 ? null : <> <b>{w.hidden}</b> {reasons.join(", ")}.</>}
      {hiddenCount(hidden) === 0 ? null : <> <button type="button" class="button button-small" onClick={() => filterBy(chart, { ...EVERYTHING, table: viewTable() })}>{l.value.filter.showAll}</button></>}
    </p>
  );
}

const viewTable = () => new URLSearchParams(location.search).get("vy") === "tabell";
