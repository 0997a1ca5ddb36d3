// SPDX-License-Identifier: Apache-2.0
// Scenarier: Go and No-Go side by side, row by row the same questions, so that one cannot be read without the other.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { find, idOf, nameOf, todayText } from "./api.ts";
import { FormDialog } from "./Asked.tsx";
import { may } from "./may.ts";
import { Done, Head, kronor, More, PrintButton, Ready } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Risk, Scenario } from "./types.ts";
import { s, say } from "./words.ts";

export function ScenarioScreen() {
  const w = s.value.scenario;
  const loaded = useLoaded(async (signal) => {
    const [scenarios, risks] = await Promise.all([find("Scenario", [], signal), find("Risk", [], signal)]);
    return { scenarios: scenarios.all, risks: risks.all, more: scenarios.more };
  }, []);
  const [asked, setAsked] = useState<object | null>(null);
  const [done, setDone] = useState("");
  return (
    <section>
      <Head title={w.heading} about={w.about}>{may("scenario") ? <button type="button" class="button button-main" onClick={() => setAsked(begun("go"))}>{w.add}</button> : null}<PrintButton /></Head>
      <Done text={done} />
      <Ready of={loaded}>{(data) => <><More more={data.more} />{data.scenarios.length === 0 ? <p class="empty">{w.none}</p> : groups(data.scenarios).map((group) => <Compared key={group[0]?.id} group={group} risks={data.risks} ask={setAsked} />)}</>}</Ready>
      {asked === null ? null : <FormDialog form="scenario" of={asked} link={styrPath("scenarier")} close={() => setAsked(null)} did={(text) => { setDone(text); loaded.again(); }} />}
    </section>
  );
}

type Kind = NonNullable<Scenario["kind"]>;
/** A scenario that answers the same questions as those beside it. */
const begun = (kind: Kind, beside: readonly Scenario[] = []) => ({
  resourceType: "Scenario", status: "draft", kind, date: todayText(), ...(beside[0]?.initiative === undefined ? {} : { initiative: beside[0].initiative }),
  ...(beside.length === 0 ? {} : { comparedWith: beside.map((one) => ({ reference: `Scenario/${one.id ?? ""}`, display: one.title })) }),
});

/** Those about the same initiative stand side by side. */
function groups(all: readonly Scenario[]): Scenario[][] {
  const by = new Map<string, Scenario[]>();
  for (const one of [...all].sort((a, b) => (a.kind ?? "").localeCompare(b.kind ?? "") || (a.title ?? "").localeCompare(b.title ?? "", "sv"))) by.set(idOf(one.initiative), [...(by.get(idOf(one.initiative)) ?? []), one]);
  return [...by.values()];
}

const Bullets = ({ of }: { of: readonly ComponentChildren[] }) => (of.length === 0 ? <span class="quiet">{s.value.scenario.notSaid}</span> : <ul class="styr-bullets">{of.map((text, i) => <li key={i}>{text}</li>)}</ul>);
const SWOT = ["strength", "weakness", "opportunity", "threat"] as const;

function Compared({ group, risks, ask }: { group: readonly Scenario[]; risks: readonly Risk[]; ask: (of: object) => void }) {
  const w = s.value.scenario;
  const today = todayText();
  const rows: readonly (readonly [string, (one: Scenario) => ComponentChildren])[] = [
    [w.narrative, (one) => <p class="styr-text">{one.narrative}</p>],
    ...SWOT.map((kind) => [say("swot-kind", kind), (one: Scenario) => <Bullets of={(one.swot ?? []).filter((x) => x.kind === kind).map((x) => x.statement)} />] as const),
    [w.recommendation, (one) => <p class="styr-text">{one.recommendation ?? w.notSaid}</p>],
    [w.cost, (one) => <Bullets of={(one.cost ?? []).map((c) => `${c.title}: ${c.low === undefined || c.high === undefined ? kronor(c.expected) : w.between(kronor(c.low), kronor(c.expected), kronor(c.high))}${c.yearCount === undefined ? "" : `, ${w.years(c.yearCount)}`}`)} />],
    [w.assumptions, (one) => <Bullets of={(one.assumption ?? []).map((x) => <>{x.statement} {x.validUntil === undefined ? null : x.validUntil < today ? <Badge text={w.expired(showDate(x.validUntil))} tone="warn" icon="warning" /> : <span class="quiet">{w.holds(showDate(x.validUntil))}</span>}</>)} />],
    [w.risks, (one) => <Bullets of={risks.filter((r) => (r.scenario ?? []).some((ref) => idOf(ref) === one.id) || (one.risk ?? []).some((ref) => idOf(ref) === r.id)).map((r) => `${r.title ?? r.event ?? ""} (${r.likelihood ?? ""} × ${r.consequence ?? ""} = ${r.score ?? ""})`)} />],
    [w.actionPlan, (one) => <Bullets of={(one.actionPlan ?? []).map((x) => [x.description, nameOf(x.responsible), x.due === undefined ? "" : showDate(x.due)].filter((y) => y !== "").join(", "))} />],
    [w.communicationPlan, (one) => <Bullets of={(one.communicationPlan ?? []).map((x) => [x.message, x.audience ?? "", x.channel ?? "", x.date === undefined ? "" : showDate(x.date)].filter((y) => y !== "").join(", "))} />],
    [w.informants, (one) => <Bullets of={(one.informant ?? []).map((x) => w.informant(x.role ?? nameOf(x.organization), x.count, x.referredBy ?? ""))} />],
  ];
  const lacking = (["go", "no-go"] as const).filter((kind) => group.every((one) => one.kind !== kind));
  return (
    <>
      {may("scenario") ? lacking.map((kind) => <p key={kind} class="print-not"><button type="button" class="button" onClick={() => ask(begun(kind, group))}>{w.addKind(say("scenario-kind", kind))}<span class="sr"> {nameOf(group[0]?.initiative)}</span></button></p>) : null}
      <table class="admin-table styr-compared">
        <caption>{nameOf(group[0]?.initiative) || w.heading}</caption>
        <thead><tr><th scope="col"><span class="sr">{w.question}</span></th>{group.map((one) => <th key={one.id} scope="col">{one.title ?? say("scenario-kind", one.kind)} <Badge text={say("scenario-status", one.status)} />{may("rescenario") ? <> <button type="button" class="button button-small print-not" onClick={() => ask(one)}>{w.change}<span class="sr"> {one.title}</span></button></> : null}</th>)}</tr></thead>
        <tbody>{rows.map(([name, cell]) => <tr key={name}><th scope="row">{name}</th>{group.map((one) => <td key={one.id} data-label={one.title ?? say("scenario-kind", one.kind)}>{cell(one)}</td>)}</tr>)}</tbody>
      </table>
    </>
  );
}
