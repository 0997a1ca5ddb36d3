// SPDX-License-Identifier: Apache-2.0
// A decision case: its headings in order, what it lacks beside them, the bodies that stand behind it, and apart from those the
// decision, which one person with a mandate takes.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate } from "../i18n/format.ts";
import { language, word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { Icon } from "../ui/Icon.tsx";
import { diaryOf, find, idOf, nameOf, one, saveAll, STYR } from "./api.ts";
import { HEADINGS, type Heading } from "./board.ts";
import { FormDialog, type Asked } from "./Asked.tsx";
import { DecideDialog, DispatchDialog, EndorseDialog, StepDialog, WriteDialog } from "./CaseDialogs.tsx";
import { GoLiveDialog } from "./GoLiveDialog.tsx";
import { may } from "./may.ts";
import { readLint, type Remark } from "./ops/lint.ts";
import { Done, Facts, Head, PdfButton, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { BenefitCase, Decision, DecisionCase, GovernanceBody, Initiative, Mandate, Meeting, ProcessDefinition } from "./types.ts";
import { s, say } from "./words.ts";
import { newBenefit } from "./worth.ts";

export interface WholeCase { it: DecisionCase; decisions: Decision[]; mandates: Mandate[]; bodies: GovernanceBody[]; remarks: Remark[]; meetings: Meeting[]; initiative: Initiative | undefined; process: ProcessDefinition | undefined }

async function readCase(id: string, signal: AbortSignal): Promise<WholeCase> {
  const it = await one("DecisionCase", id, signal);
  const [decisions, mandates, bodies, remarks, meetings, initiative, processes] = await Promise.all([find("Decision", [["case", `DecisionCase/${id}`]], signal), find("Mandate", [["status", "active"]], signal), find("GovernanceBody", [], signal), readLint(it, signal), find("Meeting", [], signal), it.initiative === undefined ? undefined : one("Initiative", idOf(it.initiative), signal), find("ProcessDefinition", [], signal)]);
  return { it, decisions: decisions.all.sort((a, b) => (a.decidedOn ?? "").localeCompare(b.decidedOn ?? "")), mandates: mandates.all, bodies: bodies.all, remarks, meetings: meetings.all, initiative, process: processes.all.find((p) => p.id === idOf(initiative?.process)) };
}

export function CaseScreen({ id }: { id: string }) {
  const loaded = useLoaded((signal) => readCase(id, signal), [id]);
  const [done, setDone] = useState("");
  return <><Done text={done} /><Ready of={loaded}>{(whole) => <Shown key={whole.it.meta?.versionId} whole={whole} did={(text) => { setDone(text); loaded.again(); }} />}</Ready></>;
}

export type CaseAsked = { what: "write"; heading: Heading } | { what: "endorse" | "decide" | "step" } | { what: "dispatch"; decision: Decision } | null;

function Shown({ whole, did }: { whole: WholeCase; did: (text: string) => void }) {
  const w = s.value.caseOf;
  const { it, remarks } = whole;
  const [asked, setAsked] = useState<CaseAsked>(null);
  const close = () => setAsked(null);
  const props = { whole, close, did };
  const [form, setForm] = useState<Asked | null>(null);
  const link = styrPath("arende", it.id ?? "");
  return (
    <section>
      <Head title={it.title ?? diaryOf(it)} about={[diaryOf(it) || w.noDiary, say("case-status", it.status), say("record-status", it.recordStatus)].filter((x) => x !== "").join(" · ")}>{it.recordStatus === "arbetsmaterial" ? null : <><a class="button" href={`${STYR}/DecisionCase/${it.id ?? ""}/$package`} download={`${it.id ?? "arende"}.json`}>{w.package}</a><PdfButton about={`DecisionCase/${it.id ?? ""}`} name={`arende-${it.id ?? ""}`} /></>}<PrintButton /></Head>
      {it.recordStatus === "arbetsmaterial" ? <p class="styr-watermark">{say("record-status", "arbetsmaterial")}</p> : null}
      <Facts of={[[w.initiative, it.initiative === undefined ? "" : <a href={styrPath("initiativ", idOf(it.initiative))}>{nameOf(it.initiative)}</a>], [w.gateNumber, it.gateNumber], [w.handler, nameOf(it.handler)], [w.secrecy, (it.secrecy ?? []).map((x) => x.ground).join(", ")]]} />
      <div class="styr-beside">
        <div>{HEADINGS.map((heading) => <Part key={heading} heading={heading} it={it} write={() => setAsked({ what: "write", heading })}>{heading === "benefitCase" && it.benefitCase === undefined ? <Benefit it={it} ask={setForm} /> : null}</Part>)}</div>
        <aside aria-label={w.lint} class="styr-lint">
          <h3>{w.lint}</h3>
          {remarks.length === 0 ? <p class="box box-good"><Icon name="check" />{w.complete}</p> : <ul>{remarks.map((r) => <li key={r.code} class={r.severe ? "box box-warn" : "box styr-soft"}><Icon name={r.severe ? "warning" : "mark"} />{r.text[language.value]}</li>)}</ul>}
          {may("handle") ? <p class="actions print-not"><button type="button" class="button button-small" onClick={() => setAsked({ what: "step" })}>{w.step}</button></p> : null}
        </aside>
      </div>
      <Endorsement it={it} ask={() => setAsked({ what: "endorse" })} />
      <Decisions whole={whole} ask={setAsked} />
      {form === null ? null : <FormDialog {...form} link={link} close={() => setForm(null)} did={did} />}
      {asked === null ? null : asked.what === "write" ? <WriteDialog {...props} heading={asked.heading} /> : asked.what === "endorse" ? <EndorseDialog {...props} /> : asked.what === "decide" ? (it.kind === "go-live" ? <GoLiveDialog {...props} /> : <DecideDialog {...props} />) : asked.what === "dispatch" ? <DispatchDialog {...props} decision={asked.decision} /> : <StepDialog {...props} />}
    </section>
  );
}

/** In these a heading may still be written. */
const WRITABLE = ["draft", "referred-back"];

/** A benefit case that is lacking: made here and attached by the same transaction, or one that exists. */
function Benefit({ it, ask }: { it: DecisionCase; ask: (form: Asked) => void }) {
  const w = s.value.benefit;
  const link = styrPath("arende", it.id ?? "");
  if (!may("benefit")) return null;
  const make = (tree: object, receipt: string, key: string) => {
    const made = tree as BenefitCase;
    const urn = `urn:uuid:${key}`;
    return saveAll([made, { ...it, benefitCase: { reference: urn, display: made.title } }], receipt, link, new Map([[made, urn]]), key);
  };
  const known = { title: `${s.value.benefit.unnamed}: ${it.title ?? diaryOf(it)}`, ...(it.initiative === undefined ? {} : { initiative: it.initiative }) };
  return (
    <>
      <button type="button" class="button button-small" onClick={() => ask({ form: "benefit", of: newBenefit(known), write: make })}>{w.make}</button>
      <button type="button" class="button button-small" onClick={() => ask({ form: "attach", of: it })}>{w.attach}</button>
    </>
  );
}

function Part({ heading, it, write, children }: { heading: Heading; it: DecisionCase; write: () => void; children: ComponentChildren }) {
  const w = s.value.caseOf;
  const name = say("case-section", heading);
  return (
    <section class="styr-part" aria-label={name}>
      <h3>{name}</h3>
      <PartText heading={heading} it={it} />
      {heading !== "coordination" && WRITABLE.includes(it.status ?? "") && may("handle") ? <p class="actions print-not">{children}<button type="button" class="button button-small" onClick={write}>{w.write}<span class="sr"> {name}</span></button></p> : null}
    </section>
  );
}

function PartText({ heading, it }: { heading: Heading; it: DecisionCase }) {
  const w = s.value.caseOf;
  const lacking = <p class="styr-lacks"><Icon name="warning" />{word(s.value.lint, heading)}</p>;
  if (heading === "benefitCase") {
    if (it.benefitCase !== undefined) return <p><a href={styrPath("nytta", idOf(it.benefitCase))}>{nameOf(it.benefitCase)}</a></p>;
    return it.benefitExemption?.motivation === undefined ? lacking : <p class="styr-text">{w.exempt(it.benefitExemption.motivation)}</p>;
  }
  if (heading === "coordination") {
    const all = it.coordination ?? [];
    return all.length === 0 ? lacking : <ul class="styr-bullets">{all.map((c, i) => <li key={i}>{[nameOf(c.body), c.date === undefined ? "" : showDate(c.date)].filter((x) => x !== "").join(", ")}</li>)}</ul>;
  }
  const text = it[heading];
  return text === undefined || text === "" ? lacking : <p class="styr-text">{text}</p>;
}

function Endorsement({ it, ask }: { it: DecisionCase; ask: () => void }) {
  const w = s.value.caseOf;
  return (
    <>
      <h3>{w.endorsement}</h3>
      <p class="hint">{w.endorsementAbout}</p>
      <Table caption={w.endorsement} columns={w.endorsementColumns} none={w.noEndorsement} rows={(it.coordination ?? []).map((c, i) => ({ key: String(i), cells: [nameOf(c.body), c.date === undefined ? "" : showDate(c.date), say("coordination-outcome", c.outcome), c.statement ?? ""] }))} />
      {may("endorse") && it.status !== "draft" && it.status !== "decided" ? <p class="print-not"><button type="button" class="button" onClick={ask}>{w.endorse}</button></p> : null}
    </>
  );
}

function Decisions({ whole, ask }: { whole: WholeCase; ask: (asked: CaseAsked) => void }) {
  const w = s.value.caseOf;
  const ready = whole.it.status === "endorsed" || whole.it.status === "submitted";
  return (
    <>
      <h3>{w.decision}</h3>
      <p class="hint">{w.decisionAbout}</p>
      {whole.decisions.length === 0 ? <p class="empty">{w.noDecision}</p> : null}
      <ul class="admin-cards">{whole.decisions.map((d) => <li key={d.id}><One decision={d} all={whole.decisions} dispatch={() => ask({ what: "dispatch", decision: d })} /></li>)}</ul>
      {may("decide") && ready ? <p class="print-not"><button type="button" class="button button-main" onClick={() => ask({ what: "decide" })}>{w.decide}</button></p> : null}
    </>
  );
}

function One({ decision: d, all, dispatch }: { decision: Decision; all: readonly Decision[]; dispatch: () => void }) {
  const w = s.value.caseOf;
  const replaced = all.some((other) => (other.supersedes ?? []).some((r) => idOf(r) === d.id));
  const name = `${say("decision-kind", d.kind)}: ${say("decision-outcome", d.outcome)}`;
  return (
    <article class="admin-card" aria-label={name} data-decision>
      <header><h4>{name}</h4><Badge text={replaced ? w.replaced : w.final} icon="lock" tone={replaced ? "quiet" : "info"} /></header>
      <Facts of={[
        [w.decider, nameOf(d.decider)], [w.mandate, nameOf(d.mandate)], [w.decidedOn, d.decidedOn === undefined ? "" : showDate(d.decidedOn)], [w.body, [nameOf(d.body), d.paragraph === undefined ? "" : `§ ${d.paragraph}`].filter((x) => x !== "").join(" ")],
        [w.preparedBy, (d.preparedBy ?? []).map(nameOf).join(", ")], [w.motivation, d.motivation], [w.dissent, (d.dissent ?? []).map((x) => `${nameOf(x.who)}: ${x.statement}`).join("; ")],
        [w.dispatch, (d.dispatch ?? []).map((x) => `${nameOf(x.to)} ${x.sentOn === undefined ? "" : showDate(x.sentOn)}`).join("; ")], [w.computed, d.computedVerdict === undefined ? "" : say("verdict", d.computedVerdict)], [w.bundle, d.evidenceBundle?.sha256], [w.wording, d.wording], [w.reviewOn, d.reviewOn === undefined ? "" : showDate(d.reviewOn)],
      ]} />
      <p class="actions print-not">
        <PdfButton about={`Decision/${d.id ?? ""}`} name={`beslut-${d.id ?? ""}`} of={name} />
        {may("register") && !replaced ? <button type="button" class="button button-small" onClick={dispatch}>{w.toDispatch}</button> : null}
      </p>
    </article>
  );
}
