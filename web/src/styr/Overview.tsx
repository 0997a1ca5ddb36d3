// SPDX-License-Identifier: Apache-2.0
// The first screen of Steering: what needs somebody, and the way to every other.
import { useLoaded } from "../admin/load.ts";
import { d } from "../desk/words.ts";
import { find, todayText } from "./api.ts";
import { lacks } from "./board.ts";
import { readBoard } from "./ops/board.ts";
import { readCliff } from "./ops/cliff.ts";
import { Head, Ready } from "./Parts.tsx";
import { styrPath, TABS, type Tab } from "./places.ts";
import { s } from "./words.ts";

interface Sum { place: Tab; n: number; what: string; bad: boolean }
const OPEN = ["draft", "submitted", "endorsed", "referred-back"];
const SEVERE = 8;

async function readSums(signal: AbortSignal): Promise<Sum[]> {
  const w = s.peek().overview;
  const today = todayText();
  const [cases, board, questions, cliff, risks] = await Promise.all([
    find("DecisionCase", [], signal), readBoard(signal),
    find("Question", [["status", "open"]], signal), readCliff(signal), find("Risk", [["score", `ge${SEVERE}`], ["_elements", "status"]], signal),
  ]);
  const noBenefit = cases.all.filter((c) => OPEN.includes(c.status) && lacks(c).includes("benefitCase")).length;
  const noGo = board.item.reduce((n, one) => n + (one.byVerdict?.["no-go"] ?? 0), 0);
  const late = cliff.quarters.reduce((n, q) => n + q.late, 0);
  const overdue = questions.all.filter((q) => q.due !== undefined && q.due < today).length;
  return [
    { place: "tavla", n: board.item.filter((one) => one.reference.startsWith("Initiative/")).length, what: w.initiatives, bad: false }, { place: "beslut", n: noBenefit, what: w.noBenefit, bad: noBenefit > 0 }, { place: "linje", n: noGo, what: w.noGo, bad: noGo > 0 },
    { place: "risker", n: risks.all.filter((r) => r.status !== "closed").length, what: w.severe, bad: false }, { place: "avtal", n: late, what: w.late, bad: late > 0 },
    { place: "fragor", n: questions.all.length, what: overdue === 0 ? w.unanswered : w.overdue(overdue), bad: overdue > 0 },
  ];
}

export function Overview() {
  const w = s.value.overview;
  const loaded = useLoaded((signal) => readSums(signal), []);
  return (
    <section>
      <Head title={w.heading} about={w.about} />
      <Ready of={loaded}>{(sums) => <ul class="styr-sums">{sums.map((one) => <li key={one.what}><a class={one.bad ? "styr-card styr-bad" : "styr-card"} href={styrPath(one.place)} data-row><b>{one.n}</b><span>{one.what}</span></a></li>)}</ul>}</Ready>
      <ul class="admin-list">{TABS.filter((tab) => tab !== "oversikt").map((tab) => <li key={tab}><a href={styrPath(tab)} data-row><b>{d.value.styr[tab]}</b><br /><span class="quiet">{w.places[tab]}</span></a></li>)}</ul>
    </section>
  );
}
