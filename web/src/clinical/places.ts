// SPDX-License-Identifier: Apache-2.0
// The addresses of what is done here: /patient/ID/diagnoser?dialog=andra&om=ID; a draft is ?visa=ID, as the list of what
// is unfinished writes it. In the part with two lists the kind goes along: ?dialog=ny-varning.
import { patientPath, type Place, type Route } from "../app/route.ts";
import type { Chart, ListName } from "../chart/model.ts";
import type { Deed, Kind } from "./fields.ts";
import type { Entry } from "./records.ts";

export const PLACE_OF: Readonly<Record<Kind, Place>> = { diagnos: "diagnoser", overkanslighet: "varningar", varning: "varningar", vaccination: "vaccinationer" };
export const LIST_OF = { diagnos: "conditions", overkanslighet: "allergies", varning: "flags", vaccination: "immunizations" } as const satisfies Readonly<Record<Kind, ListName>>;
export const TYPE_OF = { Condition: "diagnos", AllergyIntolerance: "overkanslighet", Flag: "varning", Immunization: "vaccination" } as const satisfies Readonly<Record<Entry["resourceType"], Kind>>;

const DEEDS: readonly string[] = ["ny", "andra", "avsluta", "fel"];
export const kindOf = (entry: Entry): Kind => TYPE_OF[entry.resourceType];

export function entriesOf(chart: Chart, kind: Kind): readonly Entry[] {
  return chart.lists[LIST_OF[kind]].items.value;
}

export function listPath(chart: Chart, kind: Kind): string {
  return patientPath(chart.id, PLACE_OF[kind]);
}

export function deedPath(chart: Chart, kind: Kind, deed: Deed | "historik" | "inga", about = ""): string {
  return patientPath(chart.id, PLACE_OF[kind], "", `${deed}-${kind}`, about);
}

/** What the address asks for; deed "historik" shows the versions of one entry, "inga" says that none are known. */
export interface Asked { readonly kind: Kind | ""; readonly deed: Deed | "historik" | "inga" | ""; readonly about: string; readonly draft: string }
const NOTHING: Asked = { kind: "", deed: "", about: "", draft: "" };

export function askedFor(now: Route, kinds: readonly Kind[]): Asked {
  if (now.screen !== "patient") return NOTHING;
  if (now.dialog === "") return { ...NOTHING, draft: now.detail };
  const at = now.dialog.indexOf("-");
  const deed = now.dialog.slice(0, at < 0 ? undefined : at);
  const named = at < 0 ? kinds[0] : kinds.find((kind) => kind === now.dialog.slice(at + 1));
  if (named === undefined || !(DEEDS.includes(deed) || deed === "historik" || deed === "inga")) return NOTHING;
  return { kind: named, deed: deed as Asked["deed"], about: now.about, draft: "" };
}
