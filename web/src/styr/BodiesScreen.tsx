// SPDX-License-Identifier: Apache-2.0
// Medlemmar: organ with their seats, and who has which mandate. An organ of officials endorses; it does not decide.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showPeriod } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { DIARY, find, nameOf, save, todayText } from "./api.ts";
import { FormDialog, type Asked } from "./Asked.tsx";
import type { Write } from "./form/fields.ts";
import { inKronor, put, valueAt } from "./form/tree.ts";
import { may } from "./may.ts";
import { Chips, Done, Facts, Head, kronor, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { GovernanceBody, Mandate } from "./types.ts";
import { s, say } from "./words.ts";

const LEVELS = ["alla", "strategic", "tactical", "operative"] as const;
type Level = (typeof LEVELS)[number];
type Ask = (asked: Asked) => void;
const LINK = styrPath("medlemmar");

/** A charter is known by its diary number. */
const writeBody: Write = (tree, receipt, key) => save((valueAt(tree, "charter.identifier.value") === undefined ? put(tree, "charter.identifier", undefined) : put(tree, "charter.identifier.system", DIARY)) as unknown as GovernanceBody, receipt, LINK, key);
const writeMandate: Write = (tree, receipt, key) => save(inKronor(tree, "amountLimit") as unknown as Mandate, receipt, LINK, key);
/** Ended on a day to come it holds until then. */
const endMandate = (m: Mandate): Write => (tree, receipt, key) => {
  const end = valueAt(tree, "period.end") as string;
  return save({ ...m, status: end <= todayText() ? "ended" : "active", period: { ...m.period, end } }, receipt, LINK, key);
};

export function BodiesScreen() {
  const w = s.value.bodies;
  const loaded = useLoaded(async (signal) => {
    const [bodies, mandates] = await Promise.all([find("GovernanceBody", [], signal), find("Mandate", [], signal)]);
    return { bodies: bodies.all, mandates: mandates.all, more: bodies.more || mandates.more };
  }, []);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [done, setDone] = useState("");
  return (
    <section>
      <Head title={w.heading} about={w.about}>
        {may("body") ? <button type="button" class="button" onClick={() => setAsked({ form: "body", of: { resourceType: "GovernanceBody", status: "active", decides: false }, write: writeBody })}>{w.addBody}</button> : null}
        {may("mandate") ? <button type="button" class="button" onClick={() => setAsked({ form: "mandate", of: { resourceType: "Mandate", status: "active", period: { start: todayText() } }, write: writeMandate })}>{w.addMandate}</button> : null}
        <PrintButton />
      </Head>
      <Done text={done} />
      <Ready of={loaded}>{(data) => <><More more={data.more} /><Bodies all={data.bodies} ask={setAsked} /><Mandates all={data.mandates} ask={setAsked} /></>}</Ready>
      {asked === null ? null : <FormDialog {...asked} link={LINK} close={() => setAsked(null)} did={(text) => { setDone(text); loaded.again(); }} />}
    </section>
  );
}

function Bodies({ all, ask }: { all: readonly GovernanceBody[]; ask: Ask }) {
  const w = s.value.bodies;
  const [level, setLevel] = useState<Level>("alla");
  const shown = all.filter((b) => level === "alla" || b.level === level).sort((a, b) => a.name.localeCompare(b.name, "sv"));
  return (
    <>
      <h3>{w.bodies}</h3>
      <Chips legend={w.level} name="styr-bodies" all={LEVELS} now={level} choose={setLevel} label={(one) => (one === "alla" ? w.all : say("level", one))} />
      {shown.length === 0 ? <p class="empty">{w.none}</p> : null}
      <ul class="admin-cards">
        {shown.map((b) => (
          <li key={b.id}>
            <article class="admin-card" aria-label={b.name}>
              <header><h4>{b.name}</h4>{b.status === "ended" ? <Badge text={say("body-status", b.status)} tone="quiet" /> : null}<Badge text={b.decides === true ? w.decides : w.endorses} tone={b.decides === true ? "info" : "plain"} /></header>
              <Facts of={[[w.kind, say("body-kind", b.kind)], [w.level, say("level", b.level)], [w.appointer, nameOf(b.appointer)], [w.partOf, nameOf(b.partOf)], [w.charter, [b.charter?.identifier?.value ?? "", b.charter?.summary ?? ""].filter((x) => x !== "").join(": ")]]} />
              <Table caption={w.seatsOf(b.name)} columns={w.seatColumns} none={w.noSeats} rows={(b.seat ?? []).map((seat, i) => ({ key: String(i), cells: [<span key="r">{seat.role}{seat.chair === true ? <> <Badge text={w.chair} /></> : null}</span>, nameOf(seat.organization), seat.holder === undefined ? w.vacant : nameOf(seat.holder)] }))} />
              {may("body") ? <p class="print-not"><button type="button" class="button button-small" onClick={() => ask({ form: "body", of: b, write: writeBody })}>{w.change}<span class="sr"> {b.name}</span></button></p> : null}
            </article>
          </li>
        ))}
      </ul>
    </>
  );
}

function Mandates({ all, ask }: { all: readonly Mandate[]; ask: Ask }) {
  const w = s.value.bodies;
  const today = todayText();
  const holds = (m: Mandate) => m.status === "active" && (m.period.end === undefined || m.period.end >= today);
  return (
    <>
      <h3>{w.mandates}</h3>
      <Table caption={w.mandates} columns={w.mandateColumns} none={w.noMandates} rows={all.map((m) => ({ key: m.id ?? "", cells: [nameOf(m.holder), m.kind.map((k) => say("decision-kind", k)).join(", "), m.allScope === true ? w.everything : (m.scope ?? []).map(nameOf).join(", "), m.amountLimit?.value === undefined ? w.noLimit : kronor(m.amountLimit.value), showPeriod(m.period), m.source, <Badge key="b" text={holds(m) ? w.valid : w.ended} tone={holds(m) ? "good" : "quiet"} />, may("mandate") && m.status === "active" ? <button key="e" type="button" class="button button-small print-not" onClick={() => ask({ form: "end", of: { period: { end: todayText() } }, write: endMandate(m) })}>{w.end}<span class="sr"> {m.title ?? nameOf(m.holder)}</span></button> : ""] }))} />
    </>
  );
}
