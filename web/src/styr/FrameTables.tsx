// SPDX-License-Identifier: Apache-2.0
// What the board rests on: the portfolios with what is in them, and the processes whose phases are its columns. Both are data.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { Badge } from "../ui/Badge.tsx";
import { find, idOf, nameOf, one, saveAll } from "./api.ts";
import { FormDialog, type Asked } from "./Asked.tsx";
import type { Write } from "./form/fields.ts";
import { inKronor } from "./form/tree.ts";
import { may } from "./may.ts";
import { Done, kronor, More, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Initiative, Portfolio, ProcessDefinition, Project, Reference, Styr } from "./types.ts";
import { s, say } from "./words.ts";

const LINK = styrPath("tavla");
const never = new AbortController().signal;

/** What has come into the portfolio or gone from it says so itself, as a mandate's scope is read there. */
async function moved(was: readonly Reference[], will: readonly Reference[], portfolio: Reference): Promise<Styr[]> {
  const has = (all: readonly Reference[], one: Reference) => all.some((r) => r.reference === one.reference);
  const read = (ref: Reference): Promise<Initiative | Project> => (ref.reference?.startsWith("Project/") === true ? one("Project", idOf(ref), never) : one("Initiative", idOf(ref), never));
  const come = await Promise.all(will.filter((r) => !has(was, r)).map(read));
  const left = await Promise.all(was.filter((r) => !has(will, r)).map(read));
  return [...come.map((held) => ({ ...held, portfolio })), ...left.filter((held) => idOf(held.portfolio) === idOf(portfolio)).map(({ portfolio: _gone, ...held }) => held as Styr)];
}

const writePortfolio = (was: readonly Reference[]): Write => async (tree, receipt, key) => {
  const made = inKronor(tree, "budget") as unknown as Portfolio;
  const urn = made.id === undefined ? `urn:uuid:${key}` : `Portfolio/${made.id}`;
  const others = may("move") ? await moved(was, made.member ?? [], { reference: urn, display: made.name }) : [];
  await saveAll([made, ...others], receipt, LINK, new Map(made.id === undefined ? [[made, urn]] : []), key);
};

export function Frame({ what }: { what: "portfoljer" | "processer" }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [done, setDone] = useState("");
  const [turn, setTurn] = useState(0);
  const Shown = what === "portfoljer" ? Portfolios : Processes;
  return (
    <>
      <Done text={done} />
      <Shown turn={turn} ask={setAsked} />
      {asked === null ? null : <FormDialog {...asked} link={LINK} close={() => setAsked(null)} did={(text) => { setDone(text); setTurn(turn + 1); }} />}
    </>
  );
}

interface ShownProps { turn: number; ask: (asked: Asked) => void }
const Ask = ({ text, name, run }: { text: string; name: string; run: () => void }) => <button type="button" class="button button-small print-not" onClick={run}>{text}<span class="sr"> {name}</span></button>;

function Portfolios({ turn, ask }: ShownProps) {
  const w = s.value.board;
  const loaded = useLoaded((signal) => find("Portfolio", [], signal), [turn]);
  return (
    <>
      {may("portfolio") ? <p class="print-not"><button type="button" class="button" onClick={() => ask({ form: "portfolio", of: { resourceType: "Portfolio", status: "active", level: "strategic" }, write: writePortfolio([]) })}>{w.addPortfolio}</button></p> : null}
      <Ready of={loaded}>{(found) => <><More more={found.more} /><Table caption={w.shapes.portfoljer} columns={w.portfolioColumns} none={w.noPortfolios} rows={found.all.map((p) => ({ key: p.id ?? "", cells: [
        p.name, say("portfolio-status", p.status), say("level", p.level), nameOf(p.owner), (p.member ?? []).length === 0 ? "" : <ul key="m" class="styr-bullets">{(p.member ?? []).map((m) => <li key={m.reference}>{m.reference?.startsWith("Initiative/") === true ? <a href={styrPath("initiativ", idOf(m))}>{nameOf(m)}</a> : nameOf(m)}</li>)}</ul>,
        kronor(p.budget?.value), (p.capacity ?? []).map((c) => `${c.role}: ${c.amount} ${c.unit ?? ""}`.trim()).join(", "), may("portfolio") ? <Ask key="a" text={w.change} name={p.name} run={() => ask({ form: "portfolio", of: p, write: writePortfolio(p.member ?? []) })} /> : "",
      ] }))} /></>}</Ready>
    </>
  );
}

function Processes({ turn, ask }: ShownProps) {
  const w = s.value.board;
  const loaded = useLoaded((signal) => find("ProcessDefinition", [], signal), [turn]);
  return (
    <>
      {may("process") ? <p class="print-not"><button type="button" class="button" onClick={() => ask({ form: "process", of: { resourceType: "ProcessDefinition", status: "draft" } })}>{w.addProcess}</button></p> : null}
      <Ready of={loaded}>{(found) => <><More more={found.more} />{found.all.length === 0 ? <p class="empty">{w.noProcesses}</p> : null}{found.all.map((p) => <Process key={p.id} of={p} ask={ask} />)}</>}</Ready>
    </>
  );
}

function Process({ of: p, ask }: { of: ProcessDefinition; ask: (asked: Asked) => void }) {
  const w = s.value.board;
  return (
    <>
      <h3>{[p.name, p.version ?? ""].join(" ").trim()} <Badge text={say("process-status", p.status)} /> {may("process") ? <Ask text={w.change} name={p.name} run={() => ask({ form: "process", of: p })} /> : null}</h3>
      <Table caption={p.name} columns={w.processColumns} none={s.value.none} rows={[...(p.phase ?? [])].sort((a, b) => a.number - b.number).map((phase) => {
        const gate = (p.gate ?? []).find((g) => g.number === phase.gate);
        return { key: String(phase.number), cells: [`${phase.number}. ${phase.name}`, gate === undefined ? "" : [`${gate.number}. ${gate.name}`, say("decision-kind", gate.kind)].filter((x) => x !== "").join(", "), (gate?.endorsedBy ?? []).map(nameOf).join(", "), (phase.requiredSection ?? []).map((code) => say("case-section", code)).join(", ")] };
      })} />
    </>
  );
}
