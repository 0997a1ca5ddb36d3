// SPDX-License-Identifier: Apache-2.0
// What the checks found, as cards beside the order. Only a stop asks for anything: why the order is signed nevertheless.
import { useId } from "preact/hooks";
import { patientPath } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { Badge } from "../ui/Badge.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { cardText } from "./cards.ts";
import type { Card, Level } from "./checks.ts";
import { offNames } from "./state.ts";
import { sv } from "./words.sv.ts";
import { m } from "./words.ts";

const TONES: Readonly<Record<Level, "danger" | "warn" | "info">> = { stop: "danger", warn: "warn", info: "info" };
const ICONS: Readonly<Record<Level, IconName>> = { stop: "warning", warn: "mark", info: "list" };
const REASON_MAX = 500;

interface Props { cards: readonly Card[]; reasons: Readonly<Record<string, string>>; wrong: string; change: (reasons: Readonly<Record<string, string>>) => void }

export function CheckCards({ cards, reasons, wrong, change }: Props) {
  const off = offNames();
  const count = (level: Level) => cards.filter((card) => card.level === level).length;
  return (
    <section class="med-cards" aria-label={m.value.checks}>
      <p role="status">{m.value.found(count("stop"), count("warn"))}{off === "" ? "" : ` ${m.value.off(off)}`}</p>
      <ul>{cards.map((card) => <CardRow key={card.id} card={card} reason={reasons[card.id] ?? ""} wrong={wrong === card.id} on={(reason) => change({ ...reasons, [card.id]: reason })} />)}</ul>
    </section>
  );
}

function CardRow({ card, reason, wrong, on }: { card: Card; reason: string; wrong: boolean; on: (reason: string) => void }) {
  const chart = useChart();
  const renew = card.kind === "same" && card.about.startsWith("MedicationRequest/") ? card.about.slice("MedicationRequest/".length) : "";
  return (
    <li class={`med-card med-${card.level}`}>
      <Icon name={ICONS[card.level]} />
      <div>
        <p><Badge tone={TONES[card.level]} text={m.value.levels[card.level]} /> <span class="quiet">{m.value.checkNames[card.check]}</span></p>
        <p>{cardText(card, m.value)}</p>
        {renew === "" ? null : <p><a class="button button-small" href={patientPath(chart.id, "lakemedel", "", "fornya", renew)}>{m.value.actions.fornya}</a></p>}
        {card.level === "stop" ? <Override reason={reason} wrong={wrong} on={on} /> : null}
      </div>
    </li>
  );
}

function Override({ reason, wrong, on }: { reason: string; wrong: boolean; on: (reason: string) => void }) {
  const id = useId();
  return (
    <div class="med-override">
      <label class="written"><span>{m.value.overrideReason}</span>
        <input class="field" value={reason} maxLength={REASON_MAX} aria-invalid={wrong} aria-describedby={wrong ? id : undefined} onInput={(e) => on(e.currentTarget.value)} />
      </label>
      <p class="actions">{m.value.overrideUsual.map((text, i) => <button key={text} type="button" class="button button-small" onClick={() => on(sv.overrideUsual[i] ?? text)}>{text}</button>)}</p>
      {wrong ? <p id={id} class="deed-wrong"><Icon name="warning" />{m.value.overrideNeeded}</p> : null}
    </div>
  );
}
