// SPDX-License-Identifier: Apache-2.0
// Steering (/styrning/...): a tab for each screen, each of them a file of its own.
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { d } from "../desk/words.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { current, isOwn, session } from "../session/session.ts";
import { lazy } from "../ui/Lazy.tsx";
import { placeIn, styrPath, TABS, tabOf, type Place } from "./places.ts";
import { s } from "./words.ts";
import "../styles/admin.css";
import "./styr.css";

export interface StyrProps { id: string }

const SCREENS: Record<Place, ComponentType<StyrProps>> = {
  oversikt: lazy<StyrProps>(() => import("./Overview.tsx").then((m) => m.Overview)),
  tavla: lazy<StyrProps>(() => import("./BoardScreen.tsx").then((m) => m.BoardScreen)),
  initiativ: lazy<StyrProps>(() => import("./InitiativeScreen.tsx").then((m) => m.InitiativeScreen)),
  linje: lazy<StyrProps>(() => import("./LineScreen.tsx").then((m) => m.LineScreen)),
  kriterier: lazy<StyrProps>(() => import("./DefinitionScreen.tsx").then((m) => m.DefinitionScreen)),
  avstamning: lazy<StyrProps>(() => import("./CheckpointScreen.tsx").then((m) => m.CheckpointScreen)),
  arende: lazy<StyrProps>(() => import("./CaseScreen.tsx").then((m) => m.CaseScreen)),
  beslut: lazy<StyrProps>(() => import("./DecisionsScreen.tsx").then((m) => m.DecisionsScreen)),
  risker: lazy<StyrProps>(() => import("./RiskScreen.tsx").then((m) => m.RiskScreen)),
  scenarier: lazy<StyrProps>(() => import("./ScenarioScreen.tsx").then((m) => m.ScenarioScreen)),
  nytta: lazy<StyrProps>(() => import("./BenefitScreen.tsx").then((m) => m.BenefitScreen)),
  avtal: lazy<StyrProps>(() => import("./CliffScreen.tsx").then((m) => m.CliffScreen)),
  forandring: lazy<StyrProps>(() => import("./ChangeScreen.tsx").then((m) => m.ChangeScreen)),
  erfarenheter: lazy<StyrProps>(() => import("./ExperienceScreen.tsx").then((m) => m.ExperienceScreen)),
  fragor: lazy<StyrProps>(() => import("./QuestionScreen.tsx").then((m) => m.QuestionScreen)),
  rapporter: lazy<StyrProps>(() => import("./ReportsScreen.tsx").then((m) => m.ReportsScreen)),
  rapport: lazy<StyrProps>(() => import("./ReportScreen.tsx").then((m) => m.ReportScreen)),
  moten: lazy<StyrProps>(() => import("./MeetingsScreen.tsx").then((m) => m.MeetingsScreen)),
  mote: lazy<StyrProps>(() => import("./MeetingScreen.tsx").then((m) => m.MeetingScreen)),
  medlemmar: lazy<StyrProps>(() => import("./BodiesScreen.tsx").then((m) => m.BodiesScreen)),
};

/** On each page of paper: what it is, who printed it and when. What is folded on the screen is open on paper. */
function PrintHead() {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    let opened: HTMLDetailsElement[] = [];
    const fill = () => {
      const who = [session.value?.user?.display ?? "", current.value?.title ?? ""].filter((x) => x !== "").join(", ");
      if (line.current !== null) line.current.textContent = [t.value.common.printedFrom, document.title, who, showDateTime(new Date().toISOString())].filter((x) => x !== "").join(" · ");
    };
    const before = () => {
      fill();
      opened = [...document.querySelectorAll<HTMLDetailsElement>(".styr details:not([open])")];
      for (const one of opened) one.open = true;
    };
    const after = () => {
      for (const one of opened) one.open = false;
      opened = [];
    };
    fill();
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => { removeEventListener("beforeprint", before); removeEventListener("afterprint", after); };
  }, []);
  return <div class="styr-print-head" aria-hidden="true"><p ref={line} /></div>;
}

export function StyrScreen({ about }: { about: string }) {
  const now = placeIn(about);
  const words = s.value;
  useEffect(() => {
    if (now === null || isOwn.value) document.title = t.value.title([words.title]);
  }, [about]);
  const Screen = now === null ? null : SCREENS[now.place];
  return (
    <div class="page admin styr">
      <PrintHead />
      <h1 tabIndex={-1}>{words.title}</h1>
      {isOwn.value ? <p class="box box-warn">{words.refused}</p> : (
        <>
          <nav class="admin-tabs print-not" aria-label={words.parts}>
            {TABS.map((tab) => <a key={tab} href={styrPath(tab)} aria-current={now !== null && tabOf(now.place) === tab ? "page" : undefined}>{d.value.styr[tab]}</a>)}
          </nav>
          {Screen === null || now === null ? <p class="box box-warn">{t.value.failure.page}</p> : <Screen key={about} id={now.id} />}
        </>
      )}
    </div>
  );
}
