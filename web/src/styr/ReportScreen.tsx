// SPDX-License-Identifier: Apache-2.0
// One report: its sections in the definition's order, facts queried and narratives typed. A required chapter that is empty keeps it
// from being final. It is kept as a FHIR Composition.
import type { Composition } from "@fhir";
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { search } from "../fhir/client.ts";
import { showDate, showDateTime } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { Icon } from "../ui/Icon.tsx";
import { create, update } from "../write/write.ts";
import { nameOf, one } from "./api.ts";
import { may, myself } from "./may.ts";
import { readFacts, type Fact } from "./ops/facts.ts";
import { Done, Facts, Form, Head, PrintButton, Ready } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import { chaptersOf, compositionOf, emptyOf, REPORT, writtenIn, type Chapter, type Written } from "./reports.ts";
import type { ReportDefinition } from "./types.ts";
import { s, say } from "./words.ts";

interface Whole { definition: ReportDefinition; kept: Composition[]; facts: Readonly<Record<string, Fact[]>> }

async function readReport(id: string, signal: AbortSignal): Promise<Whole> {
  const definition = await one("ReportDefinition", id, signal);
  const queries = chaptersOf(definition.section ?? []).filter((c) => c.section.kind === "query" && c.section.query !== undefined);
  const [kept, ...found] = await Promise.all([search("Composition", [["identifier", `${REPORT}|${id}`], ["_sort", "-date"], ["_count", "50"]], signal), ...queries.map((c) => readFacts(c.section.query ?? "", signal).catch(() => []))]);
  return { definition, kept: kept.matches, facts: Object.fromEntries(queries.map((c, i) => [c.section.code, found[i] ?? []])) };
}

export function ReportScreen({ id }: { id: string }) {
  const loaded = useLoaded((signal) => readReport(id, signal), [id]);
  const [done, setDone] = useState("");
  return <><Done text={done} /><Ready of={loaded}>{(whole) => <Shown key={whole.kept.map((c) => `${c.id}/${c.meta?.versionId}`).join()} whole={whole} did={(text) => { setDone(text); loaded.again(); }} />}</Ready></>;
}

function Shown({ whole, did }: { whole: Whole; did: (text: string) => void }) {
  const w = s.value.reports;
  const { definition, kept, facts } = whole;
  const draft = kept.find((c) => c.status === "preliminary");
  const [shown, setShown] = useState<string>(draft?.id ?? "");
  const old = kept.find((c) => c.id === shown && c.status === "final");
  const fixed = draft === undefined ? {} : writtenIn(draft);
  return (
    <section class="styr-report">
      <Head title={definition.title} about={[say("report-kind", definition.kind), say("cadence", definition.cadence)].filter((x) => x !== "").join(" · ")}><PrintButton /></Head>
      {kept.length === 0 ? null : (
        <div class="admin-bar print-not"><label><span>{w.which}</span><select class="field" value={shown} onChange={(e) => setShown(e.currentTarget.value)}><option value={draft?.id ?? ""} selected={shown === (draft?.id ?? "")}>{draft === undefined ? w.fresh : w.draftOf(showDateTime(draft.date))}</option>{kept.filter((c) => c.status === "final").map((c) => <option key={c.id} value={c.id} selected={shown === c.id}>{w.finalOf(showDateTime(c.date))}</option>)}</select></label></div>
      )}
      {old === undefined ? <Write key="write" definition={definition} before={draft} written={fixed} facts={facts} did={did} /> : <Read definition={definition} kept={old} />}
      <Facts of={[[w.compiler, nameOf(definition.compiler)], [w.commissioner, nameOf(definition.commissioner)], [w.spokesperson, nameOf(definition.spokesperson)], [w.recipients, (definition.recipient ?? []).map((r) => r.name).join(", ")]]} />
    </section>
  );
}

function Heading({ chapter }: { chapter: Chapter }) {
  return chapter.depth === 0 ? <h3>{chapter.name}</h3> : <h4>{chapter.name}</h4>;
}

/** One that is final: as it was kept. */
function Read({ definition, kept }: { definition: ReportDefinition; kept: Composition }) {
  const w = s.value.reports;
  const written = writtenIn(kept);
  return (
    <>
      <p>{w.compiled(showDateTime(kept.date))} <Badge text={w.final} tone="good" icon="lock" /></p>
      {chaptersOf(definition.section ?? []).map((chapter) => <section key={chapter.section.code} class="styr-part"><Heading chapter={chapter} />{written[chapter.section.code] === undefined ? null : <p class="styr-text">{written[chapter.section.code]}</p>}</section>)}
    </>
  );
}

interface WriteProps { definition: ReportDefinition; before: Composition | undefined; written: Written; facts: Readonly<Record<string, Fact[]>>; did: (text: string) => void }

function Write({ definition, before, written, facts, did }: WriteProps) {
  const w = s.value.reports;
  const [text, setText] = useState<Written>({ ...Object.fromEntries(Object.entries(facts).map(([code, lines]) => [code, lines.map((l) => l.text).join("\n")])), ...Object.fromEntries(Object.entries(written).filter(([code]) => facts[code] === undefined)) });
  const [isFinal, setFinal] = useState(false);
  const sections = definition.section ?? [];
  const empty = emptyOf(sections, text);
  const able = may("report");
  const run = async () => {
    const me = myself();
    const author = me !== undefined ? [me] : definition.compiler !== undefined ? [definition.compiler] : [{ display: w.unknownAuthor }];
    const made = compositionOf(definition, text, new Date().toISOString(), isFinal, author, before);
    const how = { patient: "", title: isFinal ? w.madeFinal : w.saved, link: styrPath("rapport", definition.id ?? "") };
    await (before === undefined ? create(made, how) : update(made, how));
    did(how.title);
  };
  return (
    <Form button={isFinal ? w.makeFinal : w.saveDraft} run={run} hidden={!able}>
      <p>{w.compiled(showDate(new Date().toISOString()))}</p>
      {empty.length === 0 ? null : <div class="box box-warn" role="status" data-empty><Icon name="warning" /><div><b>{w.notFinal}</b><ul>{empty.map((c) => <li key={c.section.code}>{c.name}</li>)}</ul></div></div>}
      {chaptersOf(sections).map((chapter) => <Part key={chapter.section.code} chapter={chapter} text={text[chapter.section.code] ?? ""} facts={facts[chapter.section.code]} able={able} set={(value) => setText({ ...text, [chapter.section.code]: value })} />)}
      {able ? <label class="check print-not"><input type="checkbox" checked={isFinal} disabled={empty.length > 0} onChange={(e) => setFinal(e.currentTarget.checked)} /><span>{w.isFinal}<small>{w.isFinalAbout}</small></span></label> : null}
    </Form>
  );
}

function Part({ chapter, text, facts, able, set }: { chapter: Chapter; text: string; facts: Fact[] | undefined; able: boolean; set: (text: string) => void }) {
  const w = s.value.reports;
  const { section } = chapter;
  const LINE = 90;
  return (
    <section class="styr-part">
      <Heading chapter={chapter} />
      {section.kind === "fixed" ? <p class="styr-text">{section.content}</p> : null}
      {section.kind === "query" ? ((facts ?? []).length === 0 ? <p class="hint">{w.noFacts}</p> : <ul class="styr-bullets">{(facts ?? []).map((f, i) => <li key={i}><a href={f.link}>{f.text}</a></li>)}</ul>) : null}
      {section.kind !== "narrative" ? null : able ? <><textarea class="field print-not" aria-label={chapter.name} rows={Math.min(14, Math.max(3, Math.ceil(text.length / LINE) + text.split("\n").length))} value={text} placeholder={section.hint ?? ""} onInput={(e) => set(e.currentTarget.value)} /><p class="styr-text styr-printed">{text}</p></> : <p class="styr-text">{text}</p>}
      {section.required === true && section.kind !== "group" && section.kind !== "fixed" && text.trim() === "" ? <p class="styr-lacks"><Icon name="warning" />{w.required}</p> : null}
    </section>
  );
}
