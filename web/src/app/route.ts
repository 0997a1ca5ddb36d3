// SPDX-License-Identifier: Apache-2.0
// Addresses: "/" is the search, "/patient/ID/FLIK" a part of a chart, "/patient/ID/FLIK/SAK" one thing in it. Every screen has an address of its own; none of
// them holds a name or a personal identity number.
import { computed, signal } from "@preact/signals";

export const SECTIONS = ["oversikt", "kontakter", "diagnoser", "varningar", "lakemedel", "provsvar", "anteckningar", "remisser", "tidslinje", "vitalparametrar", "vaccinationer"] as const;
export type Section = (typeof SECTIONS)[number];
/** Parts of a chart that have an address but no tab. */
const PLACES = [...SECTIONS, "atkomst"] as const;
export type Place = (typeof PLACES)[number];

/** item: one thing in the part, as a note ("" for none). dialog: one that is open over the part, and what it is about. */
interface InChart { screen: "patient"; id: string; section: Place; item: string; detail: string; dialog: string; about: string }
/** Parts in which single things have addresses of their own. */
const WITH_ITEMS: readonly Place[] = ["anteckningar"];
export const ADMIN_TABS = ["konton", "enheter", "logg", "flaggor", "stickprov"] as const;
export type AdminTab = (typeof ADMIN_TABS)[number];

/** about: the unit, or whom the log is of ("Patient/x"); tab "": the first one may open. */
interface InAdmin { screen: "admin"; tab: AdminTab | ""; about: string }

/** Screens of their own beside the chart, each one word long: a line here, and one in app/pages.ts. */
export const PAGES = ["kvitton", "ofardiga", "osignerat", "min-logg", "tavla", "inkorg", "okand", "sammanfor", "reserv", "styrning"] as const;
export type PageName = (typeof PAGES)[number];
/** about: what follows the word in the address, such as "publik"; of Styrning a place and perhaps an id, "arende/ID". */
interface InPage { screen: "page"; page: PageName; about: string }
export type Route = { screen: "search" } | InChart | InAdmin | InPage | { screen: "unknown" };

export function isPlace(text: string): text is Place {
  return (PLACES as readonly string[]).includes(text);
}

export function parseRoute(path: string, query: string): Route {
  if (path === "/" || path === "/index.html") return { screen: "search" };
  const admin = /^\/administration(?:\/([a-z]+))?(?:\/((?:[A-Za-z]{1,64}\/)?[A-Za-z0-9.-]{1,64}))?\/?$/.exec(path);
  if (admin !== null) {
    const tab = ADMIN_TABS.find((one) => one === admin[1]);
    return tab === undefined && admin[1] !== undefined ? { screen: "unknown" } : { screen: "admin", tab: tab ?? "", about: admin[2] ?? "" };
  }
  const own = /^\/([a-z-]+)(?:\/((?:[a-z]{1,20}\/)?[A-Za-z0-9.-]{1,80}))?\/?$/.exec(path);
  const page = PAGES.find((one) => one === own?.[1] && (one === "styrning" || own[2]?.includes("/") !== true));
  if (page !== undefined) return { screen: "page", page, about: own?.[2] ?? "" };
  const match = /^\/patient\/([A-Za-z0-9.-]{1,64})(?:\/([a-z]+)(?:\/([A-Za-z0-9.-]{1,64}))?)?\/?$/.exec(path);
  const section = match?.[2] ?? "oversikt";
  if (match?.[1] === undefined || !isPlace(section)) return { screen: "unknown" };
  const item = match[3] ?? "";
  if (item !== "" && !WITH_ITEMS.includes(section)) return { screen: "unknown" };
  const asked = new URLSearchParams(query);
  return { screen: "patient", id: match[1], section, item, detail: asked.get("visa") ?? "", dialog: asked.get("dialog") ?? "", about: asked.get("om") ?? "" };
}

export function patientPath(id: string, section: Place = "oversikt", detail = "", dialog = "", about = ""): string {
  const base = section === "oversikt" ? `/patient/${id}` : `/patient/${id}/${section}`;
  const asked = new URLSearchParams(Object.entries({ visa: detail, dialog, om: about }).filter(([, value]) => value !== ""));
  return asked.size === 0 ? base : `${base}?${asked}`;
}

/** One thing in a part of a chart. */
export function itemPath(id: string, section: Place, item: string, detail = ""): string {
  const base = `/patient/${id}/${section}/${item}`;
  return detail === "" ? base : `${base}?${new URLSearchParams({ visa: detail })}`;
}

export function adminPath(tab: AdminTab | "" = "", about = ""): string {
  return ["/administration", tab, about].filter((part) => part !== "").join("/");
}

export function pagePath(page: PageName, about = ""): string {
  return [`/${page}`, about].filter((part) => part !== "").join("/");
}

const here = () => parseRoute(location.pathname, location.search);
export const route = signal<Route>({ screen: "unknown" });
/** What follows "?" in the address, for parts that keep more there; no free text. */
export const addressQuery = computed(() => (void route.value, location.search));

/** How many steps of ours lie behind in the browser's history: Esc goes back only within the record. */
let depth = 0;

export function navigate(path: string): void {
  if (path === location.pathname + location.search) return;
  depth++;
  history.pushState({ depth }, "", path);
  route.value = here();
}

/** Another address for the screen that is shown: what the one before said is now said better. */
export function replaceWith(path: string): void {
  history.replaceState({ depth }, "", path);
  route.value = here();
}

/** Back to where the user came from, or to `fallback` when the page was opened right here. */
export function goBack(fallback: string): void {
  if (depth > 0) history.back();
  else navigate(fallback);
}

function plainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
}

export function startRouting(): void {
  route.value = here();
  depth = (history.state as { depth?: number } | null)?.depth ?? 0;
  addEventListener("popstate", (event) => {
    depth = (event.state as { depth?: number } | null)?.depth ?? 0;
    route.value = here();
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.hash !== "" || !plainClick(event)) return;
    if (parseRoute(link.pathname, link.search).screen === "unknown") return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}
