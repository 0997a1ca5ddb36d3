// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { EmergencyBanner, EmergencyMark, Gate, ReceiptStrip } from "../access/AccessLine.tsx";
import { BeforeOpening } from "../access/NearWarning.tsx";
import { isDeed, type DeedName } from "../access/deeds.ts";
import { chartsElsewhere, openCharts } from "../app/charts.ts";
import { navigate, patientPath, route, SECTIONS, type Place, type Section } from "../app/route.ts";
import { turn } from "../app/turns.ts";
import { NoRoom } from "../desk/NoRoom.tsx";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { showAge } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { isOwn } from "../session/session.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { lazy, type Lazy } from "../ui/Lazy.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { LedNotice } from "../unknown/LedNotice.tsx";
import { Chart, ChartContext, useChart } from "./model.ts";
import { watchChart } from "./live.ts";
import { newsOf } from "./news.ts";
import { leaveChart, takeChart } from "./open.ts";
import { SoughtLine } from "./SoughtLine.tsx";
import { activeAllergies, activeFlags, allergyText, flagText } from "./state.ts";
import { Storyboard } from "./Storyboard.tsx";
import { EncountersSection } from "./sections/EncountersSection.tsx";
import { NotesSection } from "./sections/NotesSection.tsx";
import { OverviewSection } from "./sections/OverviewSection.tsx";
import { ReferralsSection } from "./sections/ReferralsSection.tsx";
import { c } from "./words.ts";
import "../styles/chart.css";
import "../styles/access.css";
import "../styles/print.css";

const SCREENS: Record<Section, ComponentType> = {
  oversikt: OverviewSection,
  kontakter: EncountersSection,
  diagnoser: lazy(() => import("../clinical/ConditionsSection.tsx").then((module) => module.ConditionsSection)),
  varningar: lazy(() => import("../clinical/WarningsSection.tsx").then((module) => module.WarningsSection)),
  lakemedel: lazy(() => import("../meds/MedsSection.tsx").then((module) => module.MedsSection)),
  provsvar: lazy(() => import("../results/LabsSection.tsx").then((module) => module.LabsSection)),
  anteckningar: NotesSection,
  remisser: ReferralsSection,
  tidslinje: lazy(() => import("../timeline/TimelineSection.tsx").then((module) => module.TimelineSection)),
  vitalparametrar: lazy(() => import("../clinical/VitalsSection.tsx").then((module) => module.VitalsSection)),
  vaccinationer: lazy(() => import("../clinical/VaccinationsSection.tsx").then((module) => module.VaccinationsSection)),
};

const AHEAD_MS = 1500;

function fetchAhead(screen: ComponentType | Lazy<object>): void {
  if ("ahead" in screen) screen.ahead();
}

/** The dialogs and the part about access: a file of its own, fetched at once after the chart, so that no dialog waits. */
interface AccessParts { AccessSection: ComponentType; AccessDialog: ComponentType<{ deed: DeedName; about: string }> }
const access = signal<AccessParts | null>(null);
const accessFailed = signal(false);

function fetchAccess(): void {
  accessFailed.value = false;
  Promise.all([import("../access/AccessSection.tsx"), import("../access/AccessDialog.tsx")]).then(
    ([section, dialog]) => (access.value = { AccessSection: section.AccessSection, AccessDialog: dialog.AccessDialog }),
    () => (accessFailed.value = true),
  );
}

/** The held chart; null when two with unsaved work are open. Closed while it is shown, it gives way to the search. */
function useOpenChart(id: string): Chart | null | "opening" {
  const [chart, setChart] = useState<Chart | null | "opening">("opening");
  const open = openCharts.value.some((c) => c.id === id);
  const asked = useRef<"no" | "yes" | "gone">("no");
  useEffect(() => () => { asked.current = "gone"; }, []);
  const all = [...openCharts.value, ...chartsElsewhere.value].map((c) => c.id).join();
  useLayoutEffect(() => {
    // First the key that opened it has its answer.
    if (chart !== "opening") {
      if (chart !== null && !open) navigate("/");
    } else if (asked.current === "no") {
      asked.current = "yes";
      void turn().then(() => { if (asked.current === "yes") setChart(takeChart(id)); });
    }
  }, [id, open]);
  useEffect(() => (chart instanceof Chart ? watchChart(chart) : undefined), [chart]);
  useEffect(() => (chart instanceof Chart ? newsOf(chart).stay() : undefined), [chart]);
  useEffect(() => { if (chart === null) setChart(takeChart(id)); }, [all]);
  useEffect(() => () => { if (chart instanceof Chart) leaveChart(chart); }, [chart]);
  return chart;
}

export function ChartScreen({ id }: { id: string }) {
  return <BeforeOpening id={id}><OpenChart id={id} /></BeforeOpening>;
}

function OpenChart({ id }: { id: string }) {
  useEffect(() => {
    // Its file is on its way while the chart is opened; then those of the other parts, so that no key waits for one.
    const now = route.peek();
    const first = now.screen === "patient" && now.section !== "atkomst" ? SCREENS[now.section] : null;
    if (first !== null) fetchAhead(first);
    const rest = setTimeout(() => Object.values(SCREENS).forEach((screen) => void turn().then(() => fetchAhead(screen))), AHEAD_MS);
    return () => clearTimeout(rest);
  }, []);
  useEffect(() => { if (access.value === null) void turn().then(turn).then(fetchAccess); }, []);
  const chart = useOpenChart(id);
  const [over, setOver] = useState(false);
  if (chart === null) return <NoRoom />;
  if (chart === "opening") return <SectionSkeleton />;
  if (chart.failure.value !== null) {
    return <div class="page"><FailureBox heading={t.value.failure.patient} text={failureText(chart.failure.value)} retry={() => void chart.readPatient()} /></div>;
  }
  return (
    <ChartContext.Provider value={chart}>
      <div class="chart">
        <PrintHead />
        <Storyboard over={over} />
        <div class="chart-main">
          <WhoBar over={over} setOver={setOver} />
          <EmergencyBanner />
          <LedNotice />
          <SectionTabs id={id} />
          <Acute />
          <ReceiptStrip />
          <CurrentSection />
        </div>
        <CurrentDialog />
      </div>
    </ChartContext.Provider>
  );
}

const AcutePanel = lazy(() => import("../unknown/AcutePanel.tsx").then((module) => module.AcutePanel));

/** What is ordered at once, over whatever part of the chart is shown. */
function Acute() {
  const now = route.value;
  return now.screen === "patient" && now.dialog === "akut" && !isOwn.value ? <AcutePanel /> : null;
}

function CurrentDialog() {
  const now = route.value;
  const Dialog = access.value?.AccessDialog;
  if (now.screen !== "patient" || !isDeed(now.dialog)) return null;
  if (accessFailed.value) return <FailureBox text={t.value.failure.network} retry={fetchAccess} />;
  return Dialog === undefined ? null : <Dialog key={now.dialog + now.about} deed={now.dialog} about={now.about} />;
}

/** Repeated by the browser at the top of every printed page. */
function PrintHead() {
  const patient = useChart().patient.value;
  if (patient === null) return null;
  const number = identityNumber(patient);
  return (
    <div class="print-head" aria-hidden="true">
      <div><b>{nameText(currentName(patient.name))}</b> <span class="num">{number?.text ?? t.value.search.noNumber}</span><span class="print-from">{t.value.common.printedFrom}</span></div>
    </div>
  );
}

/** Where the storyboard scrolls away with the page this line does not: who it is and what to beware of, and the rest one press away. */
function WhoBar({ over, setOver }: { over: boolean; setOver: (on: boolean) => void }) {
  const chart = useChart();
  const button = useRef<HTMLButtonElement>(null);
  const patient = chart.patient.value;
  if (patient === null) return null;
  const flags = activeFlags(chart.lists.flags.items.value);
  const allergies = activeAllergies(chart.lists.allergies.items.value);
  return (
    <div class="who-bar" onKeyDown={(event) => { if (event.key === "Escape" && over) { event.preventDefault(); setOver(false); button.current?.focus(); } }}>
      <span class="who-line" aria-hidden="true">
        <b>{nameText(currentName(patient.name))}</b> <span class="num">{identityNumber(patient)?.text ?? ""}</span> <span>{showAge(patient)}</span>
        {flags.length === 0 ? null : <span class="who-warn"><Icon name="warning" />{flags.map(flagText).join(", ")}</span>}
        {allergies.length === 0 ? null : <span class="who-danger"><Icon name="allergy" />{allergies.map(allergyText).join(", ")}</span>}
        {chart.sight.hidden.value ? <span class="who-warn"><Icon name="lock" />{c.value.hidden}</span> : null}
      </span>
      <EmergencyMark />
      <button ref={button} type="button" class="who-more" aria-expanded={over} aria-controls="storyboard" onClick={() => setOver(!over)}>{c.value.sheet}</button>
    </div>
  );
}

/** Parts beyond these have no digit of their own. */
const DIGITS = 9;

function SectionTabs({ id }: { id: string }) {
  const now = route.value;
  const current = now.screen === "patient" ? now.section : "oversikt";
  return (
    <nav class="tabs" aria-label={t.value.sections.label}>
      <ol>
        {SECTIONS.map((section, i) => (
          <li key={section}>
            <a href={patientPath(id, section)} aria-current={section === current ? "page" : undefined} aria-keyshortcuts={i < DIGITS ? `Alt+${i + 1}` : undefined}>
              {t.value.sections[section]}{i < DIGITS ? <kbd aria-hidden="true">{i + 1}</kbd> : null}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function AccessPart() {
  const Part = access.value?.AccessSection;
  if (accessFailed.value) return <FailureBox text={t.value.failure.network} retry={fetchAccess} />;
  return Part === undefined ? <SectionSkeleton /> : <Part />;
}

function CurrentSection() {
  const chart = useChart();
  const heading = useRef<HTMLHeadingElement>(null);
  const now = route.value;
  const section: Place = now.screen === "patient" ? now.section : "oversikt";
  const patient = chart.patient.value;
  const name = patient === null ? "" : nameText(currentName(patient.name)) || t.value.search.noName;
  const o = t.value.access.own;
  const own = section === "atkomst" && chart.sight.status.value === "own";
  const title = own ? `${o.blocks} · ${o.log}` : section === "varningar" ? t.value.headings.varningar : t.value.sections[section];
  useEffect(() => {
    document.title = t.value.title([t.value.sections[section], name].filter((part) => part !== ""));
  });
  // Not from where somebody has begun to write.
  useLayoutEffect(() => {
    if (document.activeElement?.matches("input, textarea, select") !== true) heading.current?.focus({ preventScroll: true });
  }, [section]);
  useEffect(() => scrollTo(0, 0), [section]);
  // First the tab, the heading and their paint, then what can be long: no key waits for a whole list.
  const [drawn, setDrawn] = useState<Place | "">("");
  useEffect(() => {
    let gone = false;
    void turn().then(() => { if (!gone) setDrawn(section); });
    return () => { gone = true; };
  }, [section]);
  const Screen = section === "atkomst" ? AccessPart : chart.sight.hidden.value ? Gate : SCREENS[section];
  return (
    <section class={`section section-${section}`} aria-labelledby="section-heading">
      <h2 id="section-heading" ref={heading} tabIndex={-1}>{title}</h2>
      <SoughtLine />
      {drawn === section ? <Screen /> : <SectionSkeleton />}
    </section>
  );
}
