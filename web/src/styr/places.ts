// SPDX-License-Identifier: Apache-2.0
// The addresses of Steering: /styrning/PLACE or /styrning/PLACE/ID.
import { pagePath, route } from "../app/route.ts";

export const TABS = ["oversikt", "tavla", "linje", "kriterier", "beslut", "risker", "scenarier", "nytta", "avtal", "forandring", "erfarenheter", "fragor", "rapporter", "moten", "medlemmar"] as const;
export type Tab = (typeof TABS)[number];
const SINGLE = { initiativ: "tavla", arende: "beslut", avstamning: "linje", rapport: "rapporter", mote: "moten" } as const;
export type Place = Tab | keyof typeof SINGLE;

export const isTab = (word: string): word is Tab => (TABS as readonly string[]).includes(word);
const isSingle = (word: string): word is keyof typeof SINGLE => Object.hasOwn(SINGLE, word);
/** The tab that a place belongs to. */
export const tabOf = (place: Place): Tab => (isSingle(place) ? SINGLE[place] : place);

export function placeIn(about: string): { place: Place; id: string } | null {
  const [word = "", id = ""] = about === "" ? ["oversikt"] : about.split("/");
  return isTab(word) || (isSingle(word) && id !== "") ? { place: word, id } : null;
}

export const styrPath = (place: Place, id = "") => pagePath("styrning", id === "" ? place : `${place}/${id}`);

/** The name of the screen that is shown: its words in the address without any id, and never what is asked for. */
export function screenName(): string {
  const now = route.value;
  if (now.screen === "patient") return `patient/${now.section}`;
  if (now.screen === "admin") return `administration/${now.tab}`;
  if (now.screen !== "page") return now.screen === "search" ? "sok" : "okand-adress";
  return now.page === "styrning" ? `styrning/${placeIn(now.about)?.place ?? ""}` : now.page;
}
