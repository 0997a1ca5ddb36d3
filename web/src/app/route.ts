// SPDX-License-Identifier: Apache-2.0
// Addresses: "/" is the search, "/patient/ID/FLIK" a part of a chart. Every screen has an address of its own; none of
// them holds a name or a personal identity number.
import { signal } from "@preact/signals";

export const SECTIONS = ["oversikt", "kontakter", "diagnoser", "varningar", "lakemedel", "provsvar", "anteckningar", "remisser", "tidslinje"] as const;
export type Section = (typeof SECTIONS)[number];

export type Route = { screen: "search" } | { screen: "patient"; id: string; section: Section; detail: string } | { screen: "unknown" };

export function isSection(text: string): text is Section {
  return (SECTIONS as readonly string[]).includes(text);
}

export function parseRoute(path: string, query: string): Route {
  if (path === "/" || path === "/index.html") return { screen: "search" };
  const match = /^\/patient\/([A-Za-z0-9.-]{1,64})(?:\/([a-z]+))?\/?$/.exec(path);
  const section = match?.[2] ?? "oversikt";
  if (match?.[1] === undefined || !isSection(section)) return { screen: "unknown" };
  return { screen: "patient", id: match[1], section, detail: new URLSearchParams(query).get("visa") ?? "" };
}

export function patientPath(id: string, section: Section = "oversikt", detail = ""): string {
  const base = section === "oversikt" ? `/patient/${id}` : `/patient/${id}/${section}`;
  return detail === "" ? base : `${base}?${new URLSearchParams({ visa: detail })}`;
}

const here = () => parseRoute(location.pathname, location.search);
export const route = signal<Route>({ screen: "unknown" });

/** How many steps of ours lie behind in the browser's history: Esc goes back only within the record. */
let depth = 0;

export function navigate(path: string): void {
  if (path === location.pathname + location.search) return;
  depth++;
  history.pushState({ depth }, "", path);
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
