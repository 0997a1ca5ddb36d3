// SPDX-License-Identifier: Apache-2.0
// One checkpoint of one unit: each criterion with its result, how long it holds and what it rests on. Results and the verdict are
// the system's; a person can only waive what is soft, with an owner, a workaround and an end.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { read } from "../fhir/client.ts";
import { decimal, showDate, showDateTime } from "../i18n/format.ts";
import { language, word } from "../i18n/index.ts";
import { newKey } from "../ids/key.ts";
import { Badge } from "../ui/Badge.tsx";
import { Conflict } from "../write/write.ts";
import { nameOf, one, save, todayText } from "./api.ts";
import { FormDialog } from "./Asked.tsx";
import type { Write } from "./form/fields.ts";
import { LookAhead } from "./LookAhead.tsx";
import { may, myself } from "./may.ts";
import { readEvidence, type Evidence } from "./ops/evidence.ts";
import { freeze, verify } from "./ops/freeze.ts";
import { Dialog, Done, Facts, Form, Head, PrintButton, Ready, StateBadge, Table, usePoll, Verdict } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { ReadinessCheckpoint, ReadinessCheckpointCriterion as Criterion, ReadinessCheckpointResult as Result } from "./types.ts";
import { s, say } from "./words.ts";

const POLL_MS = 10_000;

export function CheckpointScreen({ id }: { id: string }) {
  const loaded = useLoaded((signal) => readCheckpoint(id, signal), [id]);
  usePoll(loaded.again, POLL_MS);
  const [done, setDone] = useState("");
  return <><Done text={done} /><Ready of={loaded}>{({ it, name }) => <Shown it={it} name={name} did={(text) => { setDone(text); loaded.again(); }} />}</Ready></>;
}

/** Beside the checkpoint what it is called: one that a program has opened has references without names, and those are read. */
async function readCheckpoint(id: string, signal: AbortSignal): Promise<{ it: ReadinessCheckpoint; name: string }> {
  const it = await one("ReadinessCheckpoint", id, signal);
  const names = await Promise.all([
    it.unit.display ?? read("Organization", nameOf(it.unit), signal).then((o) => o.name ?? nameOf(it.unit), () => nameOf(it.unit)),
    it.definition.display ?? one("CheckpointDefinition", nameOf(it.definition), signal).then((d) => d.title ?? d.name, () => nameOf(it.definition)),
  ]);
  return { it, name: names.filter((x) => x !== "").join(" · ") };
}

type Asked = { what: "waive" | "withdraw" | "evidence"; code: string } | { what: "freeze" } | null;

function Shown({ it, name, did }: { it: ReadinessCheckpoint; name: string; did: (text: string) => void }) {
  const w = s.value.checkpoint;
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const frozen = it.status === "frozen";
  const criteria = (it.criterion ?? []).map((criterion) => ({ criterion, result: (it.result ?? []).find((r) => r.code === criterion.code) }));
  return (
    <section>
      <Head title={name}>
        {!frozen && may("freeze") ? <button type="button" class="button" onClick={() => setAsked({ what: "freeze" })}>{w.freeze}</button> : null}
        <PrintButton />
      </Head>
      <div class="styr-sum"><Verdict verdict={it.verdict} /> {frozen ? <Badge text={w.frozen} tone="info" icon="lock" /> : null} <span>{it.earliest === undefined ? s.value.line.noEarliest : s.value.line.earliest(showDate(it.earliest))}</span></div>
      <p class="hint">{w.computed}</p>
      {frozen ? <Sum id={it.id ?? ""} /> : null}
      <Facts of={[[w.initiative, it.initiative === undefined ? "" : <a href={styrPath("linje", it.initiative.reference?.split("/").at(-1) ?? "")}>{nameOf(it.initiative)}</a>], [w.release, it.release], [w.wave, it.wave], [w.asOf, it.asOf === undefined ? "" : showDate(it.asOf)], [w.evaluated, it.evaluatedAt === undefined ? "" : showDateTime(it.evaluatedAt)]]} />
      <ul class="admin-cards">
        {criteria.map(({ criterion, result }) => <li key={criterion.code}><One criterion={criterion} result={result} frozen={frozen} ask={setAsked} /></li>)}
      </ul>
      {frozen ? null : <LookAhead id={it.id ?? ""} today={todayText()} />}
      {asked === null ? null : asked.what === "freeze" ? <FreezeDialog it={it} close={close} did={did} /> : asked.what === "waive" ? <WaiveDialog it={it} code={asked.code} close={close} did={did} /> : asked.what === "withdraw" ? <WithdrawDialog it={it} code={asked.code} close={close} did={did} /> : <EvidenceDialog it={it} code={asked.code} close={close} />}
    </section>
  );
}

/** The service writes a note in both languages, "svenska / English". */
const saidOf = (note: string | undefined) => (note === undefined ? "" : (note.split(" / ")[language.value === "sv" ? 0 : 1] ?? note));

/** Whether what was frozen is still what it was. */
function Sum({ id }: { id: string }) {
  const w = s.value.checkpoint;
  const [asked, setAsked] = useState(false);
  const found = useLoaded((signal) => (asked ? verify(id, signal) : null), [asked]);
  if (!asked) return <p class="print-not"><button type="button" class="button button-small" onClick={() => setAsked(true)}>{w.verify}</button></p>;
  return <Ready of={found}>{(sum) => <p class={sum.holds ? "box box-good" : "box box-failure"} role="status"><span>{sum.holds ? w.holds : w.broken} <code class="styr-sha">{sum.sha256}</code></span></p>}</Ready>;
}

/** The value, and of how many where it is a share. What has nobody to be divided by has no figure that says anything. */
function measured(result: Result | undefined, unit: string | undefined): string {
  if (result?.denominator === 0) return s.value.checkpoint.notCountable;
  const share = result?.denominator !== undefined && (result.numerator ?? 0) <= result.denominator;
  return [number(result?.value, unit), share ? s.value.checkpoint.outOf(result.numerator ?? 0, result.denominator ?? 0) : ""].filter((x) => x !== "").join(" · ");
}

const number = (value: number | undefined, unit: string | undefined) => (value === undefined ? "" : `${decimal(String(value))} ${unit ?? ""}`.trim());

function One({ criterion, result, frozen, ask }: { criterion: Criterion; result: Result | undefined; frozen: boolean; ask: (asked: Asked) => void }) {
  const w = s.value.checkpoint;
  const code = criterion.code ?? "";
  const state = result?.state ?? "missing";
  const name = `${code} ${criterion.title ?? criterion.area ?? ""}`.trim();
  const waivable = !frozen && criterion.severity === "soft" && state !== "met" && may("waive");
  return (
    <article class={state === "met" || result?.waiver !== undefined ? "admin-card" : "admin-card unfit"} aria-label={name}>
      <header><h3>{name}</h3><StateBadge state={state} /><Badge text={say("severity", criterion.severity)} />{result?.waiver === undefined ? null : <Badge text={w.waived} tone="warn" />}</header>
      {criterion.measure === undefined ? null : <p class="hint">{word(w.measures, criterion.measure)}</p>}
      <Facts of={[
        [w.value, measured(result, criterion.unit)],
        [w.target, [say("comparator", criterion.comparator), number(result?.target ?? criterion.target, criterion.unit)].join(" ").trim()],
        [w.measuredOn, result?.measuredOn === undefined ? "" : showDate(result.measuredOn)], [w.validUntil, result?.validUntil === undefined ? "" : showDate(result.validUntil)],
        [w.kind, say("evidence-kind", result?.evidenceKind ?? criterion.evidenceKind)], [w.note, saidOf(result?.note)], [w.earliest, result?.earliest === undefined ? "" : showDate(result.earliest)],
        [w.waiverOf, result?.waiver === undefined ? "" : w.waiverText(nameOf(result.waiver.owner), result.waiver.workaround ?? "", showDate(result.waiver.expires))],
      ]} />
      {(result?.part ?? []).length === 0 ? null : <Table caption={w.partsOf} columns={w.partColumns} rows={(result?.part ?? []).map((p) => ({ key: p.name, cells: [word(w.roles, p.name), p.denominator === undefined ? "" : w.outOf(p.numerator ?? 0, p.denominator), number(p.value, criterion.unit), number(p.firstValue, criterion.unit), p.state === undefined ? "" : <StateBadge key="s" state={p.state} />] }))} />}
      <p class="actions print-not">
        <button type="button" class="button button-small" onClick={() => ask({ what: "evidence", code })}>{w.evidence}<span class="sr"> {name}</span></button>
        {waivable ? <button type="button" class="button button-small" onClick={() => ask({ what: "waive", code })}>{result?.waiver === undefined ? w.waive : w.waiveChange}<span class="sr"> {name}</span></button> : null}
        {waivable && result?.waiver !== undefined ? <button type="button" class="button button-small" onClick={() => ask({ what: "withdraw", code })}>{w.withdraw}<span class="sr"> {name}</span></button> : null}
      </p>
    </article>
  );
}

function EvidenceDialog({ it, code, close }: { it: ReadinessCheckpoint; code: string; close: () => void }) {
  const w = s.value.checkpoint;
  const loaded = useLoaded((signal) => readEvidence(it.id ?? "", code, signal), [code]);
  return (
    <Dialog heading={w.evidenceOf(code)} close={close}>
      <Ready of={loaded}>{(found) => <Found found={found} />}</Ready>
      <p class="actions"><button type="button" class="button" onClick={close}>{s.value.close}</button></p>
    </Dialog>
  );
}

function Found({ found }: { found: Evidence }) {
  const w = s.value.checkpoint;
  const pieces = found.evidence ?? [];
  const people = found.people ?? [];
  return (
    <>
      {found.note === undefined ? null : <p>{saidOf(found.note)}</p>}
      {pieces.length + people.length === 0 ? <p class="empty">{w.noEvidence}</p> : null}
      {pieces.length === 0 ? null : <ul class="styr-pieces">{pieces.map((one) => <li key={one.reference}><b>{one.name === "" ? one.reference : one.name}</b> <small class="quiet">{one.reference}</small></li>)}</ul>}
      {found.people === undefined ? null : <>{found.peopleShown === false ? <p class="hint">{w.onlySelf}</p> : null}<Table caption={w.evidenceOf("")} columns={w.personColumns} none={w.noEvidence} rows={people.map((p, i) => ({ key: String(i), cells: [p.name || p.person || "", word(w.roles, p.code), p.done ? w.passed : w.notPassed, p.firstDone === undefined ? "" : p.firstDone ? w.passed : w.notPassed, p.tries === undefined ? "" : String(p.tries)] }))} /></>}
    </>
  );
}

interface DeedProps { it: ReadinessCheckpoint; close: () => void; did: (text: string) => void }

/** What the results give, as invariant rc-1 has it: a waiver comes with the verdict that follows, or it is refused. */
function verdictOf(results: readonly Result[]): ReadinessCheckpoint["verdict"] {
  const unmet = results.filter((r) => r.state !== "met");
  if (unmet.some((r) => r.severity === "hard")) return "no-go";
  return unmet.some((r) => r.waiver === undefined) ? "incomplete" : unmet.length > 0 ? "go-with-conditions" : "go";
}

/** A waiver is put to the result, or taken from it, as it stands: what the system has measured meanwhile is no conflict. */
async function putWaiver(it: ReadinessCheckpoint, code: string, waiver: Result["waiver"], receipt: string, key?: string) {
  const put = (to: ReadinessCheckpoint, under?: string) => {
    const result = (to.result ?? []).map((r) => {
      const { waiver: _before, ...bare } = r;
      return r.code !== code ? r : waiver === undefined ? bare : { ...bare, waiver };
    });
    return save({ ...to, result, verdict: verdictOf(result) }, receipt, styrPath("avstamning", it.id ?? ""), under);
  };
  // The newest: what was measured since it was shown would be taken for the sender's own words, and refused.
  const newest = await one("ReadinessCheckpoint", it.id ?? "", new AbortController().signal);
  return put(newest, newest.meta?.versionId === it.meta?.versionId ? key : undefined).catch((error: unknown) => {
    if (error instanceof Conflict && error.theirs !== null) return put(error.theirs as unknown as ReadinessCheckpoint);
    throw error;
  });
}

function WaiveDialog({ it, code, close, did }: DeedProps & { code: string }) {
  const w = s.value.checkpoint;
  const me = myself();
  const write: Write = (waiver, _receipt, key) => putWaiver(it, code, waiver as unknown as Result["waiver"], w.waiveReceipt(code), key);
  const held = (it.result ?? []).find((r) => r.code === code)?.waiver;
  return <FormDialog form="waiver" of={held ?? (me === undefined ? {} : { owner: me })} link={styrPath("avstamning", it.id ?? "")} close={close} did={() => did(w.waiveReceipt(code))} write={write} before={<p><b>{w.waiveOf(code)}</b></p>} />;
}

function WithdrawDialog({ it, code, close, did }: DeedProps & { code: string }) {
  const w = s.value.checkpoint;
  const [key] = useState(newKey);
  return (
    <Dialog heading={w.withdrawOf(code)} close={close}>
      <p>{w.withdrawAbout}</p>
      <Form button={w.withdraw} cancel={close} run={async () => { await putWaiver(it, code, undefined, w.withdrawReceipt(code), key); close(); did(w.withdrawReceipt(code)); }} />
    </Dialog>
  );
}

function FreezeDialog({ it, close, did }: DeedProps) {
  const w = s.value.checkpoint;
  return (
    <Dialog heading={w.freeze} close={close}>
      <p>{w.freezeAbout}</p>
      <Form button={w.freeze} cancel={close} run={async () => { await freeze(it.id ?? "", w.freezeReceipt); close(); did(w.freezeReceipt); }} />
    </Dialog>
  );
}
