// SPDX-License-Identifier: Apache-2.0
// Growth: a curve each for height, weight, BMI and head circumference by age, with the values as a table underneath.
// There are no reference curves, and the screen says so.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Observation } from "@fhir";
import { useChart } from "../chart/model.ts";
import { ageYears } from "../fhir/text.ts";
import { decimal, showDate } from "../i18n/format.ts";
import { ageParts, allYoung, CURVES, CURVE_UNITS, growthOf, ticks, type Curve, type Point } from "./growth.ts";
import { c } from "./words.ts";

const CHILD_YEARS = 20;
const HEIGHT = 220;
const LEFT = 46;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 30;
const WIDTH_MIN = 260;
const POINTS_MAX = 400;

export function GrowthChart({ observations }: { observations: readonly Observation[] }) {
  const patient = useChart().patient.value;
  const birth = patient?.birthDate ?? "";
  const years = ageYears(birth, new Date());
  const g = c.value.growth;
  const { curves, left } = growthOf(observations, birth);
  const drawn = CURVES.filter((curve) => curves[curve].length > 1);
  const inMonths = allYoung(curves);
  const child = years !== null && years < CHILD_YEARS;
  if (birth === "" || (!child && drawn.length === 0)) return null;
  return (
    <section aria-labelledby="growth-heading">
      <h3 class="group" id="growth-heading">{child ? g.heading : g.headingAdult}</h3>
      {child ? <p class="hint">{g.noReference}</p> : null}
      {drawn.length === 0 ? <p class="empty">{g.none}</p> : <div class="growth">{drawn.map((curve) => <OneCurve key={curve} curve={curve} points={curves[curve].slice(-POINTS_MAX)} inMonths={inMonths} />)}</div>}
      {left === 0 ? null : <p class="hint">{g.otherUnit(left)}</p>}
      {drawn.length === 0 ? null : <Table curves={curves} />}
    </section>
  );
}

/** As wide as its box, so that its letters keep their size. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(WIDTH_MIN);
  useLayoutEffect(() => {
    if (box.current === null) return;
    const watch = new ResizeObserver(() => setWidth(Math.max(WIDTH_MIN, Math.floor(box.current?.clientWidth ?? 0) - 2)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}

export function ageText(age: number): string {
  const { years, months } = ageParts(age);
  return years < 2 ? c.value.growth.ageMonths(years * 12 + months) : c.value.growth.ageYears(years, months);
}

function OneCurve({ curve, points, inMonths }: { curve: Curve; points: readonly Point[]; inMonths: boolean }) {
  const { box, width } = useWidth();
  const g = c.value.growth;
  const values = points.map((p) => p.value);
  const ages = points.map((p) => p.age);
  const factor = inMonths ? 12 : 1;
  const ys = ticks(Math.min(...values), Math.max(...values), 5);
  const xs = ticks(Math.min(...ages) * factor, Math.max(...ages) * factor, Math.max(3, Math.floor(width / 90)));
  const [x0 = 0, x1 = 1] = [xs[0], xs.at(-1)];
  const [y0 = 0, y1 = 1] = [ys[0], ys.at(-1)];
  const x = (age: number) => LEFT + ((age * factor - x0) / (x1 - x0 || 1)) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - y0) / (y1 - y0 || 1)) * (HEIGHT - TOP - BOTTOM);
  const name = `${g.rows[curve] ?? curve} (${CURVE_UNITS[curve]})`;
  return (
    <figure>
      <figcaption>{name}</figcaption>
      <div class="chart-box" ref={box}>
        <svg role="img" width={width} height={HEIGHT} aria-label={g.label(name, points.length, showDate(points[0]?.date), showDate(points.at(-1)?.date))}>
          {ys.map((tick) => <g key={tick}><line class="cb-grid" x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} /><text class="cb-soft" x={LEFT - 6} y={y(tick) + 4} text-anchor="end">{decimal(String(tick))}</text></g>)}
          {xs.map((tick) => <g key={tick}><line class="cb-grid" x1={x(tick / factor)} x2={x(tick / factor)} y1={TOP} y2={HEIGHT - BOTTOM} /><text class="cb-soft" x={x(tick / factor)} y={HEIGHT - BOTTOM + 14} text-anchor="middle">{decimal(String(tick))}</text></g>)}
          <text class="cb-soft" x={width - RIGHT} y={HEIGHT - 3} text-anchor="end">{g.age}, {inMonths ? g.months : g.years}</text>
          <polyline class="cb-line" points={points.map((p) => `${x(p.age).toFixed(1)},${y(p.value).toFixed(1)}`).join(" ")} />
          {points.map((p, i) => <circle key={`${p.time}-${i}`} class="cb-dot" cx={x(p.age)} cy={y(p.value)} r="4"><title>{`${ageText(p.age)}: ${decimal(p.text)} ${CURVE_UNITS[curve]}`}</title></circle>)}
        </svg>
      </div>
    </figure>
  );
}

const SHOWN_MAX = 200;

function Table({ curves }: { curves: Readonly<Record<Curve, readonly Point[]>> }) {
  const g = c.value.growth;
  const has = CURVES.filter((curve) => curves[curve].length > 0);
  const days = new Map<string, { point: Point; texts: Partial<Record<Curve, string>> }>();
  for (const curve of has) {
    for (const point of curves[curve]) {
      const day = point.date.slice(0, 10);
      const row = days.get(day) ?? { point, texts: {} };
      days.set(day, { point, texts: { ...row.texts, [curve]: `${decimal(point.text)} ${CURVE_UNITS[curve]}` } });
    }
  }
  const rows = [...days.values()].sort((a, b) => b.point.time - a.point.time).slice(0, SHOWN_MAX);
  return (
    <details class="chart-details">
      <summary>{g.table}</summary>
      <div class="chart-box" tabIndex={0} role="region" aria-label={g.caption}>
        <table class="chart-table">
          <caption class="sr">{g.caption}</caption>
          <thead><tr><th scope="col">{g.age}</th><th scope="col">{g.date}</th>{has.map((curve) => <th key={curve} scope="col">{g.rows[curve]}</th>)}</tr></thead>
          <tbody>{rows.map(({ point, texts }) => <tr key={point.date}><th scope="row">{ageText(point.age)}</th><td class="num">{showDate(point.date)}</td>{has.map((curve) => <td key={curve} class="num">{texts[curve] ?? "–"}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </details>
  );
}
