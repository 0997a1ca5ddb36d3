// SPDX-License-Identifier: Apache-2.0
// What the order comes to: in words, per day, in the substance, per kilogram, in all. What is rounded is marked so.
import { useChart } from "../chart/model.ts";
import { showDate } from "../i18n/format.ts";
import { quotientText } from "./checks.ts";
import { compareRatios } from "./decimal.ts";
import { daysBetween, perDay, perKilogram, substancePerDay, type Line, type Quotient } from "./dose.ts";
import { totalOf, type Order } from "./order.ts";
import { amountText, lineText, swedish } from "./say.ts";
import { m } from "./words.ts";
import { weightOf } from "./weight.ts";

function inForm(lines: readonly Line[]): string {
  const days = lines.map(perDay);
  const first = days[0];
  return lines.length === 1 && first != null ? quotientText(first) : "";
}

/** Said once where dose and substance are counted alike. */
function perDayText(order: Order, day: Quotient | null): string {
  const form = inForm(order.lines);
  const substance = day === null ? "" : quotientText(day);
  const own = order.lines.length === 1 ? perDay(order.lines[0] as Line) : null;
  const same = own !== null && day !== null && own.unit === day.unit && compareRatios(own.value, day.value) === 0;
  return [form, same ? "" : substance].filter((text) => text !== "").join(" = ");
}

export function Reckoning({ order, whole }: { order: Order; whole: boolean }) {
  const weight = weightOf(useChart().lists.vitals.items.value);
  const day = whole ? substancePerDay(order.lines, order.drug.strength) : null;
  const kg = day === null || weight === null ? null : perKilogram(day, weight.kilograms);
  const total = whole ? totalOf(order) : null;
  const days = order.end === "" ? null : daysBetween(order.start, order.end);
  const per = whole ? perDayText(order, day) : "";
  return (
    <section class="med-sum" aria-label={m.value.summary}>
      <p class="med-said"><b>{whole ? order.lines.map(lineText).join("; ") : m.value.notReckoned}</b></p>
      <dl class="facts">
        {whole ? <div class="fact"><dt>{m.value.length}</dt><dd class="num">{order.end === "" ? m.value.from(showDate(order.start)) : `${showDate(order.start)} – ${showDate(order.end)}`}</dd></div> : null}
        {per === "" ? null : <div class="fact"><dt>{m.value.perDay}</dt><dd class="num">{order.lines.some((l) => l.asNeeded || l.high !== null) ? `${m.value.most} ` : ""}{per}</dd></div>}
        {kg === null || weight === null ? null : <div class="fact"><dt>{m.value.perKg}</dt><dd class="num">{quotientText(kg, 2)} <span class="quiet">({m.value.weight(swedish(weight.kilograms), showDate(weight.date))})</span></dd></div>}
        {total === null || days === null ? null : <div class="fact"><dt>{m.value.inAll}</dt><dd class="num">{amountText(total)}, {m.value.cure(days)}</dd></div>}
      </dl>
    </section>
  );
}
