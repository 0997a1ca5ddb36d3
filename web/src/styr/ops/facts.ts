// SPDX-License-Identifier: Apache-2.0
// The facts of a report's section: what its query finds, each as one line that leads to what it is of.
import type { Bundle } from "@fhir";
import { get } from "../../fhir/client.ts";
import { diaryOf, nameOf, STYR } from "../api.ts";
import { styrPath } from "../places.ts";
import type { Styr } from "../types.ts";
import { say } from "../words.ts";

export interface Fact { text: string; link: string }

const LINES_MAX = "50";

function lineOf(one: Styr): Fact {
  switch (one.resourceType) {
    case "Decision": return { text: [one.title ?? nameOf(one.case), say("decision-kind", one.kind), say("decision-outcome", one.outcome), one.decidedOn ?? ""].filter((x) => x !== "").join(", "), link: one.case?.reference === undefined ? styrPath("beslut") : styrPath("arende", one.case.reference.split("/").at(-1)) };
    case "DecisionCase": return { text: [one.title, diaryOf(one), say("case-status", one.status)].filter((x) => x !== "").join(", "), link: styrPath("arende", one.id ?? "") };
    case "ReadinessCheckpoint": return { text: [nameOf(one.unit), nameOf(one.definition), say("verdict", one.verdict)].filter((x) => x !== "").join(", "), link: styrPath("avstamning", one.id ?? "") };
    case "Initiative": return { text: [one.title, diaryOf(one), say("initiative-status", one.status)].filter((x) => x !== "").join(", "), link: styrPath("initiativ", one.id ?? "") };
    case "Question": return { text: one.question, link: styrPath("fragor") };
    case "Risk": return { text: `${one.title} (${one.likelihood} × ${one.consequence} = ${one.score})`, link: styrPath("risker") };
    case "Incident": return { text: [one.title, say("incident-severity", one.severity), say("incident-status", one.status)].join(", "), link: styrPath("linje") };
    default: return { text: "title" in one && one.title !== undefined ? one.title : "name" in one && one.name !== undefined ? one.name : `${one.resourceType}/${one.id ?? ""}`, link: styrPath("oversikt") };
  }
}

/** query: a search on /styr as it follows the base, "Decision?kind=go-live". */
export async function readFacts(query: string, signal: AbortSignal): Promise<Fact[]> {
  const path = query.replace(/^\/?(styr\/)?/, "");
  const bundle = (await get(`${STYR}/${path}${path.includes("?") ? "&" : "?"}_count=${LINES_MAX}`, signal)) as Bundle;
  return (bundle.entry ?? []).flatMap((entry) => (entry.resource === undefined ? [] : [lineOf(entry.resource as unknown as Styr)]));
}
