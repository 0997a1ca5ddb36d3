// SPDX-License-Identifier: Apache-2.0
// The steady parts of an open chart that tell what is seen and what is withheld: the line in the storyboard, the banner
// of an emergency opening, the receipt of what was just done, and what stands in place of a record that is not shown.
import { patientPath } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { isProtected } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { rules, type Rule, type Way } from "./explained.ts";
import type { Sight } from "./sight.ts";
import { deedPath, deedWords, showLeft, showUntil, wayPath, wayText } from "./words.ts";

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const names = (list: readonly Rule[]) => sentence(list.map((rule) => t.value.access.rules[rule.name][rule.seen ? "seen" : "short"]).join(", "));

export function Ways({ ways }: { ways: readonly Way[] }) {
  const chart = useChart();
  return (
    <p class="ways">
      {ways.map((way) => <a key={way} class={`button button-small${way === "nodoppning" ? " button-danger" : ""}`} href={wayPath(chart.id, way)}>{wayText(way)}</a>)}
    </p>
  );
}

function Told({ sight }: { sight: Sight }) {
  const chart = useChart();
  const a = t.value.access;
  if (sight.status.value === "refused") return <p>{a.refused}</p>;
  if (sight.status.value === "failed") {
    return <><p>{a.failed} {failureText(sight.error.value)}</p><button type="button" class="button button-small" onClick={() => void sight.load()}>{t.value.common.retry}</button></>;
  }
  const explained = sight.explained.value;
  if (explained === null) return <SectionSkeleton lines={2} />;
  const patient = chart.patient.value;
  const all = rules(explained, patient !== null && isProtected(patient));
  const seen = all.filter((rule) => rule.seen);
  const hidden = all.filter((rule) => !rule.seen);
  const ways = [...new Set(hidden.flatMap((rule) => rule.ways))].sort((x, y) => Number(x === "nodoppning") - Number(y === "nodoppning"));
  return (
    <>
      {seen.length === 0 ? null : <p><b>{a.see}:</b> {names(seen)}</p>}
      {hidden.length === 0 ? null : <p><Icon name="lock" /><b>{a.hidden}:</b> {names(hidden)}</p>}
      <p><a href={patientPath(chart.id, "atkomst")}>{a.why}</a></p>
      {ways.length === 0 ? null : <Ways ways={ways} />}
    </>
  );
}

/** What is seen, what is not and by which rule, and what one can do next: always in view beside the chart. */
export function AccessLine() {
  const { sight } = useChart();
  const status = sight.status.value;
  if (status === "open" || status === "own") return null;
  return (
    <section class={`sb-card sb-access ${status === "ready" && !sight.hidden.value ? "sb-plain" : "sb-warn"}`} aria-busy={status === "loading"}>
      <h2><Icon name="shield" />{t.value.access.title}</h2>
      <Told sight={sight} />
    </section>
  );
}

/** In place of a record that nothing is seen of: it must never look empty. */
export function Gate() {
  const { sight } = useChart();
  const a = t.value.access;
  const explained = sight.explained.value;
  const ways = explained === null ? [] : (rules(explained, false)[0]?.ways ?? []);
  return (
    <div class="box box-warn gate">
      <Icon name="lock" />
      <div>
        <h3>{a.gateHeading}</h3>
        <p>{a.gateText}</p>
        <p>{ways.length === 0 ? a.gateNone : a.gateNext}</p>
        <Ways ways={ways} />
      </div>
    </div>
  );
}

/** The emergency opening of one's own that lasts longest. */
function opening(sight: Sight) {
  const mine = (sight.explained.value?.grants ?? []).filter((g) => g.kind === "emergency" && g.to !== undefined);
  return mine.sort((x, y) => Date.parse(y.to ?? "") - Date.parse(x.to ?? ""))[0] ?? null;
}

export function EmergencyBanner() {
  const { sight, id } = useChart();
  const a = t.value.access;
  const now = opening(sight);
  if (now?.to === undefined) return null;
  return (
    <section class="emergency" aria-labelledby="emergency-heading">
      <Icon name="warning" />
      <div>
        <h2 id="emergency-heading">{a.emergencyHeading}</h2>
        <p>{a.emergencyText(showLeft(now.to, sight.now.value), showUntil(now.to))}</p>
      </div>
      <a class="button button-small" href={deedPath(id, "avsluta", now.id)}>{a.end}</a>
    </section>
  );
}

/** The same in a few words, for the line that follows on small screens. */
export function EmergencyMark() {
  const now = opening(useChart().sight);
  return now === null ? null : <span class="who-danger"><Icon name="warning" />{t.value.access.emergencyShort(showUntil(now.to))}</span>;
}

/** Always in the page, so that screen readers hear it. Stays until it is closed. */
export function ReceiptStrip() {
  const { sight, id } = useChart();
  const a = t.value.access;
  const made = sight.receipt.value;
  return (
    <div class="receipts" role="status">
      {sight.ended.value ? <p class="box box-warn"><Icon name="lock" />{a.ended}</p> : null}
      {made === null ? null : (
        <div class="box receipt">
          <Icon name="check" />
          <div>
            <p><b>{deedWords(made.deed).done}</b> {made.until === undefined ? "" : `${sentence(showUntil(made.until))}.`}</p>
            <p>{a.receipt.who(showDateTime(made.at), made.who)}</p>
            <p class="ways">
              <a class="button button-small" href={patientPath(id, "atkomst", made.id)}>{a.receipt.open}</a>
              <button type="button" class="button button-small" onClick={() => (sight.receipt.value = null)}>{a.receipt.close}</button>
            </p>
          </div>
        </div>
      )}
    </div>
  );
}

/** Under a sentence that says something is not recorded: recorded where? With the way on, unless that stands beside. */
export function Emptiness({ link = false }: { link?: boolean }) {
  const { sight, id } = useChart();
  const a = t.value.access;
  const status = sight.status.value;
  if (status === "open") return null;
  if (status === "own") return <p class="hint">{a.emptyOwn}</p>;
  return <p class="hint">{status === "ready" || status === "loading" ? a.emptySome : a.failed}{link ? <> <a href={patientPath(id, "atkomst")}>{a.why}</a></> : null}</p>;
}
