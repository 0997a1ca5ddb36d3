// SPDX-License-Identifier: Apache-2.0
// One report: its sections in the definition's order, facts queried and narratives typed. What the service says it lacks keeps it
// from being final; a final one is shown as it stands, with its checksum.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import type { Both } from "../fhir/translation.ts";
import { language } from "../i18n/index.ts";
import { showDateTime, showPeriod } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { nameOf, one, save, STYR } from "./api.ts";
import type { Then } from "./form.ts";
import { may } from "./may.ts";
import { finalizeReport, readGaps, refreshReport } from "./ops/reports.ts";
import { Done, Facts, Head, PdfButton, PrintButton, Ready } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Report, ReportSection } from "./types.ts";
import { s, say } from "./words.ts";

export function ReportScreen({ id }: { id: string }) {
  const loaded = useLoaded(async (signal) => {
    const report = await one("Report", id, signal);
    return { report, gaps: report.status === "draft" ? await readGaps(id, signal) : [] };
  }, [id]);
  const [done, setDone] = useState("");
  return <><Done text={done} /><Ready of={loaded}>{({ report, gaps }) => <Shown key={report.meta?.versionId} report={report} gaps={gaps} did={(text) => { setDone(text); loaded.again(); }} />}</Ready></>;
}

function Shown({ report, gaps, did }: { report: Report; gaps: readonly Both[]; did: (text: string) => void }) {
  const w = s.value.reports;
  const [sections, setSections] = useState(report.section ?? []);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const able = report.status === "draft" && may("report");
  const id = report.id ?? "";
  const put = (at: number, change: Partial<ReportSection>) => setSections(sections.map((x, i) => (i === at ? { ...x, ...change } : x)));
  /** What is written is kept before anything else is done with the report. */
  const run = (text: string, then?: Then) => {
    setBusy(true);
    setWrong("");
    const kept = sections === report.section ? Promise.resolve() : save({ ...report, section: sections.map(withoutEmpty) }, w.saved, styrPath("rapport", id)).then(() => undefined);
    kept.then(then).then(() => did(text), (error: unknown) => setWrong(failureText(error))).finally(() => setBusy(false));
  };
  return (
    <section class="styr-report" aria-busy={busy}>
      <Head title={report.title} about={[report.period === undefined ? "" : showPeriod(report.period), say("report-state", report.status)].filter((x) => x !== "").join(" · ")}>
        <a class="button" href={`${STYR}/Report/${id}/$page`} target="_blank" rel="noopener">{w.page}</a>
        <PdfButton about={`Report/${id}`} name={`rapport-${id}`} />
        <PrintButton />
      </Head>
      <p>{report.date === undefined ? w.notCompiled : w.compiled(showDateTime(report.date))} {report.status === "final" ? <Badge text={say("report-state", "final")} tone="good" icon="lock" /> : null}</p>
      {gaps.length === 0 || !able ? null : <div class="box box-warn print-not" role="status" data-gaps><Icon name="warning" /><div><b>{w.notFinal}</b><ul>{gaps.map((text) => <li key={text.sv}>{text[language.value]}</li>)}</ul></div></div>}
      {sections.map((section, i) => <Part key={section.code} section={section} able={able} put={(change) => put(i, change)} />)}
      <Facts of={[[w.compiler, nameOf(report.compiler)], [w.commissioner, nameOf(report.commissioner)], [w.spokesperson, nameOf(report.spokesperson)], [w.recipients, (report.recipient ?? []).map((r) => r.name).join(", ")], [w.sum, report.sum]]} />
      {wrong === "" ? null : <FailureBox text={wrong} />}
      {able ? (
        <p class="actions print-not">
          <button type="button" class="button button-main" disabled={busy} onClick={() => run(w.saved)}>{w.saveDraft}</button>
          <button type="button" class="button" disabled={busy} onClick={() => run(w.refreshed, () => refreshReport(id, w.refreshed))}>{w.refresh}</button>
          <button type="button" class="button" disabled={busy || gaps.length > 0} onClick={() => run(w.madeFinal, () => finalizeReport(id, w.madeFinal))}>{w.makeFinal}</button>
        </p>
      ) : null}
    </section>
  );
}

/** A text that has been emptied is not there. */
function withoutEmpty(section: ReportSection): ReportSection {
  const { title, statement, ...rest } = section;
  return { ...rest, ...(title === undefined || title.trim() === "" ? {} : { title }), ...(statement === undefined || statement.trim() === "" ? {} : { statement }) };
}

const LINE = 90;
const ROWS_MAX = 14;
const rowsFor = (text: string) => Math.min(ROWS_MAX, Math.max(3, Math.ceil(text.length / LINE) + text.split("\n").length));

function Part({ section, able, put }: { section: ReportSection; able: boolean; put: (change: Partial<ReportSection>) => void }) {
  const w = s.value.reports;
  const [untitled] = useState(section.title === undefined || section.title.endsWith("?"));
  const name = [section.number ?? "", section.title ?? ""].filter((x) => x !== "").join(" ");
  const text = section.statement ?? "";
  const Heading = (section.number ?? "").includes(".") ? "h4" : "h3";
  return (
    <section class="styr-part">
      <Heading>{name === "" ? w.untitled : name}</Heading>
      {able && untitled && section.kind === "narrative" ? <label class="print-not"><span>{w.titleOf(section.number ?? section.code)}</span><input class="field" value={section.title ?? ""} onInput={(e) => put({ title: e.currentTarget.value })} /></label> : null}
      {section.hint === undefined || !able ? null : <p class="hint print-not">{section.hint}</p>}
      {section.count === undefined ? null : <p class="hint">{w.found(section.count)}</p>}
      {(section.item ?? []).length === 0 ? null : <ul class="styr-bullets">{(section.item ?? []).map((item, i) => <li key={i}>{[item.date ?? "", item.title].filter((x) => x !== "").join(": ")}</li>)}</ul>}
      {section.kind === "narrative" && able ? <textarea class="field print-not" aria-label={name === "" ? section.code : name} rows={rowsFor(text)} value={text} onInput={(e) => put({ statement: e.currentTarget.value })} /> : null}
      {text === "" ? null : <p class={able && section.kind === "narrative" ? "styr-text styr-printed" : "styr-text"}>{text}</p>}
      {section.required === true && section.kind === "narrative" && text.trim() === "" ? <p class="styr-lacks"><Icon name="warning" />{w.required}</p> : null}
    </section>
  );
}
