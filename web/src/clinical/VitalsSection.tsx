// SPDX-License-Identifier: Apache-2.0
// Vitalparametrar: every set that was measured together, newest first; NEWS2 and growth as charts.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Observation } from "@fhir";
import { navigate, patientPath, route } from "../app/route.ts";
import { Value } from "../chart/LabParts.tsx";
import { analytes } from "../chart/labs.ts";
import { ListFrame, MoreButton } from "../chart/ListFrame.tsx";
import { useChart, useLists } from "../chart/model.ts";
import { Comments } from "../chart/Parts.tsx";
import { addCommands } from "../desk/commands.ts";
import { ageYears, hasCode } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { isOwn } from "../session/session.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
import { lazy } from "../ui/Lazy.tsx";
import { NEWS2_TOTAL, ON_OXYGEN, ROOM_AIR } from "./measures.ts";
import { BegunList, Said } from "./Rows.tsx";
import { newsOfSet, scaleOf, setsOf, type VitalSet } from "./vitals.ts";
import type { Props as PanelProps, VitalDeed } from "./VitalsPanel.tsx";
import { c } from "./words.ts";
import "./clinical.css";

const VitalsPanel = lazy<PanelProps>(() => import("./VitalsPanel.tsx").then((module) => module.VitalsPanel));
const SetHistory = lazy<{ set: VitalSet }>(() => import("./SetHistory.tsx").then((module) => module.SetHistory));
const Charts = lazy<{ observations: readonly Observation[]; sets: readonly VitalSet[] }>(() => import("./Charts.tsx").then((module) => module.Charts));

const STEP = 20;
const KIND = ["matning"];
type Deed = VitalDeed | "historik";
const DEEDS: readonly string[] = ["ny", "andra", "fel", "historik"];

const path = (id: string, deed: Deed | "", about = "") => patientPath(id, "vitalparametrar", "", deed, about);

function usePlace(id: string): { deed: Deed | ""; about: string; draft: string } {
  const now = route.value;
  useEffect(() => {
    VitalsPanel.ahead();
    SetHistory.ahead();
  }, []);
  useLayoutEffect(() => addCommands([{ id: "clinical-matning", label: () => c.value.vital.add, keys: "L", when: () => !isOwn.value, run: () => navigate(path(id, "ny")) }]), [id]);
  if (now.screen !== "patient") return { deed: "", about: "", draft: "" };
  return { deed: DEEDS.includes(now.dialog) ? (now.dialog as Deed) : "", about: now.about, draft: now.dialog === "" ? now.detail : "" };
}

export function VitalsSection() {
  const chart = useLists("vitals");
  const place = usePlace(chart.id);
  const [shown, setShown] = useState(STEP);
  const items = chart.lists.vitals.items.value;
  const sets = setsOf(items);
  const wrong = setsOf(items, true);
  const open = !isOwn.value && (place.deed === "ny" || place.draft !== "");
  return (
    <>
      {isOwn.value || open ? null : <p class="actions clin-tools"><a class="button button-main" href={path(chart.id, "ny")} aria-keyshortcuts="L">{c.value.vital.add} <kbd aria-hidden="true">L</kbd></a></p>}
      <BegunList kinds={KIND} hidden={place.deed !== "" || place.draft !== ""} />
      {open ? <VitalsPanel key={place.draft} deed="ny" about="" draft={place.draft} /> : null}
      <ListFrame names={["vitals"]} empty={c.value.vital.empty}>
        {items.length === 0 ? null : <Charts observations={items} sets={sets} />}
        {items.length === 0 ? null : <h3 class="group">{c.value.vital.sets}</h3>}
        <ul class="rows">{sets.slice(0, shown).map((set) => <SetRow key={set.key} set={set} deed={place.about === set.key ? place.deed : ""} />)}</ul>
        {sets.length > shown ? <p class="more"><button type="button" class="button" onClick={() => setShown(shown + STEP)}>{t.value.common.more}</button></p> : <MoreButton names={["vitals"]} />}
        {wrong.length === 0 ? null : <><h3 class="group">{c.value.mistakes}</h3><ul class="rows">{wrong.slice(0, shown).map((set) => <SetRow key={`wrong-${set.key}`} set={set} mistaken deed={place.about === `fel.${set.key}` ? place.deed : ""} />)}</ul></>}
      </ListFrame>
    </>
  );
}

const RISK_TONES: Readonly<Record<string, Tone>> = { low: "good", lowMedium: "warn", medium: "warn", high: "danger" };

function News({ set }: { set: VitalSet }) {
  const years = ageYears(useChart().patient.value?.birthDate, new Date(set.at));
  const found = newsOfSet(set, years);
  const v = c.value.vital;
  if (found === null) return null;
  const { news } = found;
  if (news.missing.length > 0) return news.risk === "high" ? <Badge tone="danger" text={v.newsLeast(news.score, news.missing.map((one) => v.missing[one] ?? one).join(", "))} /> : null;
  return <Badge tone={RISK_TONES[news.risk ?? ""] ?? "plain"} text={`${v.news(news.score, v.risks[news.risk ?? ""] ?? "")}${found.scale === 2 ? `, ${v.newsScale2}` : ""}`} />;
}

/** Every value of the set with its unit; the sum of NEWS2 is told as a badge, and its parts as themselves. */
function Values({ set, mistaken }: { set: VitalSet; mistaken: boolean }) {
  const shown = set.observations.map((o): Observation => (mistaken ? { ...o, status: "final" } : o));
  const rows = analytes(shown).filter((row) => row.values.some((value) => !hasCode(value.observation.code, NEWS2_TOTAL.code) || row.name !== NEWS2_TOTAL.text));
  const scale = scaleOf(set);
  const v = c.value.vital;
  return (
    <dl class="vital-set">
      {rows.filter((row) => !row.key.includes("news2-spo2-scale") && row.values.some((value) => value.text !== "")).map((row) => <div key={row.key}><dt>{row.name}</dt><dd>{row.values.map((value, i) => <Value key={i} value={value} unit />)}</dd></div>)}
      <Oxygen set={set} />
      {scale === "2" ? <div><dt>{v.measures.scale}</dt><dd>{v.scale["2"]}</dd></div> : null}
    </dl>
  );
}

/** "Breathing air" is a yes, which has no number to show. */
function Oxygen({ set }: { set: VitalSet }) {
  const parts = set.observations.flatMap((o) => [o, ...(o.component ?? [])]);
  const said = parts.find((part) => hasCode(part.code, ROOM_AIR.code, ON_OXYGEN.code));
  if (said === undefined) return null;
  const air = hasCode(said.code, ROOM_AIR.code) === (said.valueBoolean !== false);
  const v = c.value.vital;
  return <div><dt>{v.measures.oxygen}</dt><dd>{air ? v.oxygen["luft"] : v.oxygen["syrgas"]}</dd></div>;
}

function SetRow({ set, deed, mistaken = false }: { set: VitalSet; deed: Deed | ""; mistaken?: boolean }) {
  const chart = useChart();
  const v = c.value.vital;
  const who = [...new Set(set.observations.flatMap((o) => o.performer ?? []).map((one) => chart.nameOf(one)))].filter((name) => name !== "").join(", ");
  const latest = [...set.observations].sort((a, b) => (b.meta?.lastUpdated ?? "").localeCompare(a.meta?.lastUpdated ?? ""))[0]!;
  const time = showDateTime(set.time);
  const key = mistaken ? `fel.${set.key}` : set.key;
  const actions = mistaken ? (["historik"] as const) : (["andra", "fel", "historik"] as const);
  const notes = set.observations.flatMap((o) => o.note ?? []);
  return (
    <li class={`row ${mistaken ? "clin-mistake" : ""}`} tabIndex={-1} data-row id={`entry-${key}`}>
      <div class="row-when num">{time}</div>
      <div class="row-what">
        <h4>{v.saved}{mistaken ? null : <News set={set} />}</h4>
        <Values set={set} mistaken={mistaken} />
        <Comments notes={notes.length === 0 ? undefined : notes} />
        <Said first={c.value.measuredBy(who)} entry={latest} when={latest.issued ?? ""} />
        {deed !== "" || isOwn.value ? null : (
          <p class="actions" role="group" aria-label={c.value.actionsFor(`${v.saved} ${time}`)}>
            {actions.map((one) => <a key={one} class="button button-small" href={path(chart.id, one, key)} aria-label={`${c.value.deeds[one]}: ${v.saved} ${time}`}>{c.value.deeds[one]}</a>)}
          </p>
        )}
        {deed === "historik" ? <SetHistory set={set} /> : null}
        {(deed === "andra" || deed === "fel") && !mistaken && !isOwn.value ? <VitalsPanel key={deed} deed={deed} about={set.key} draft="" /> : null}
      </div>
    </li>
  );
}
