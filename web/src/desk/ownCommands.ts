// SPDX-License-Identifier: Apache-2.0
// The commands that are always there; each screen adds its own beside them.
import { openCharts } from "../app/charts.ts";
import { askSearch, findInChart, keysShown, newNote, otherChart } from "../app/keys.ts";
import { adminPath, itemPath, navigate, PAGES, pagePath, patientPath, route, SECTIONS, type PageName } from "../app/route.ts";
import { language, setLanguage, t } from "../i18n/index.ts";
import { isOwn, logout, rights } from "../session/session.ts";
import { patientName } from "../write/names.ts";
import { closeShown } from "./ChartTabs.tsx";
import { styrPath, TABS } from "../styr/places.ts";
import type { Command } from "./commands.ts";
import { lists, putInList } from "./mine.ts";
import { askReport } from "./StyrFoot.tsx";
import { d } from "./words.ts";

const chartId = () => (route.value.screen === "patient" ? route.value.id : "");
const inChart = () => chartId() !== "";

/** What a page of its own is called: the header's word where it has one, else the palette's. */
const pageWord = (page: PageName) => (t.value.nav as Readonly<Record<string, string>>)[page] ?? d.value.pages[page] ?? page;

/** Those that are about one patient are offered in the chart. */
const OF_A_PATIENT: readonly PageName[] = ["sammanfor"];
const STYR_COMMANDS: readonly Command[] = [
  ...TABS.filter((tab) => tab !== "oversikt").map((tab) => ({ id: `styr-${tab}`, label: () => `${d.value.styr.title}: ${d.value.styr[tab]}`, when: () => !isOwn.value, run: () => navigate(styrPath(tab)) })),
  { id: "styr-report", label: () => d.value.styr.report, words: () => d.value.styr.reportAbout, when: () => !isOwn.value, run: askReport },
];
const PAGE_KEYS: Partial<Record<PageName, string>> = { okand: "Alt+U" };

const PAGE_COMMANDS: readonly Command[] = PAGES.filter((page) => !OF_A_PATIENT.includes(page)).map((page) => ({ id: `page-${page}`, label: () => pageWord(page), ...(PAGE_KEYS[page] === undefined ? {} : { keys: PAGE_KEYS[page] }), when: () => !isOwn.value, run: () => navigate(pagePath(page)) }));

const SECTION_COMMANDS: readonly Command[] = SECTIONS.map((section, i) => ({
  id: `section-${section}`, label: () => t.value.sections[section], keys: `Alt+${i + 1}`, when: inChart, run: () => navigate(patientPath(chartId(), section)),
}));

/** About the patient of the chart that is open, if one is. */
const inInbox = (word: string) => navigate(pagePath("inkorg", inChart() ? `${word}.${chartId()}` : word));

const OTHER: readonly Command[] = [
  { id: "new-message", label: () => d.value.commands.newMessage, when: () => !isOwn.value, run: () => inInbox("nytt") },
  { id: "new-task", label: () => d.value.commands.newTask, when: () => !isOwn.value, run: () => inInbox("uppgift") },
  { id: "search", label: () => t.value.nav.search, keys: "/", when: () => !isOwn.value, run: askSearch },
  { id: "new-note", label: () => d.value.commands.newNote, when: inChart, run: () => navigate(itemPath(chartId(), "anteckningar", "ny")) },
  { id: "find", label: () => t.value.keys.find, keys: "F", when: inChart, run: () => void findInChart() },
  { id: "other-chart", label: () => d.value.commands.otherChart, keys: "Alt+B", when: () => openCharts.value.some((c) => c.id !== chartId()), run: () => void otherChart() },
  { id: "new-note", label: () => t.value.notes.fresh, keys: "N", when: () => inChart() && !isOwn.value, run: () => void newNote() },
  { id: "acute", label: () => d.value.commands.acute, when: () => inChart() && !isOwn.value, run: () => navigate(patientPath(chartId(), "oversikt", "", "akut")) },
  { id: "merge", label: () => d.value.commands.merge, when: () => inChart() && !isOwn.value, run: () => navigate(pagePath("sammanfor", chartId())) },
  { id: "close-chart", label: () => d.value.commands.closeChart, when: inChart, run: () => closeShown(chartId()) },
  { id: "access", label: () => t.value.sections.atkomst, keys: "Alt+0", when: inChart, run: () => navigate(patientPath(chartId(), "atkomst")) },
  { id: "admin", label: () => t.value.nav.admin, when: () => rights.value.has("administrate") || rights.value.has("log"), run: () => navigate(adminPath()) },
  { id: "print", label: () => d.value.commands.print, keys: "Ctrl+P", run: () => print() },
  { id: "keys", label: () => t.value.nav.keys, keys: "?", run: () => (keysShown.value = true) },
  { id: "language", label: () => t.value.nav.language, run: () => void setLanguage(language.value === "sv" ? "en" : "sv") },
  { id: "logout", label: () => t.value.login.logout, run: () => void logout() },
];

/** A patient's place in one's own lists: as many commands as there are lists. */
function listCommands(): Command[] {
  const patient = chartId();
  if (patient === "") return [];
  return lists.value.map((list) => {
    const is = list.patients.includes(patient);
    const words = d.value.commands;
    return { id: `list-${list.id}`, label: () => (is ? words.takeOut(patientName(patient), list.name) : words.putIn(patientName(patient), list.name)), run: () => putInList(list.id, patient, !is) };
  });
}

export function ownCommands(): Command[] {
  return [...SECTION_COMMANDS, ...PAGE_COMMANDS, ...STYR_COMMANDS, ...OTHER, ...listCommands()];
}
