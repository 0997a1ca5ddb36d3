// SPDX-License-Identifier: Apache-2.0
// What a corrected note said before: each earlier signed wording whole, what was changed, by whom, when and why.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Composition } from "@fhir";
import { SectionBody } from "../chart/Note.tsx";
import { useChart } from "../chart/model.ts";
import { nextPage } from "../fhir/client.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { Differences } from "./Differences.tsx";
import { corrector, corrects, isSigned, reasonOf, signatures, withdrawn } from "./marks.ts";
import { pairs } from "./merge.ts";
import { noteOf } from "./note.ts";
import { n } from "./words.ts";

const VERSIONS_MAX = 100;

/** Signed versions, newest first. A countersignature changes no text and is no version of its own here. */
function wordings(history: readonly Composition[]): Composition[] {
  const all = history.filter(isSigned);
  return all.filter((c, i) => {
    const newer = all[i - 1];
    return newer === undefined || JSON.stringify(newer.section) !== JSON.stringify(c.section) || newer.title !== c.title;
  });
}

export function Versions({ note }: { note: Composition }) {
  const history = useSignal<readonly Composition[] | null>(null);
  const failure = useSignal<unknown>(null);
  const turn = useSignal(0);
  useEffect(() => {
    const stop = new AbortController();
    failure.value = null;
    nextPage("Composition", `/fhir/Composition/${note.id ?? ""}/_history?_count=${VERSIONS_MAX}`, stop.signal).then((page) => (history.value = page.matches), (error: unknown) => { if (!stop.signal.aborted) failure.value = error; });
    return () => stop.abort();
  }, [note.id, note.meta?.versionId, turn.value]);
  if (failure.value !== null) return <FailureBox heading={n.value.versions} text={failureText(failure.value)} retry={() => turn.value++} />;
  if (history.value === null) return note.status === "final" ? null : <SectionSkeleton lines={2} />;
  const signed = wordings(history.value);
  const gone = note.status === "entered-in-error";
  // A withdrawn note holds no wording that stands: each signed one is an earlier one.
  const all = gone && signed.length > 0 ? [note, ...signed] : signed;
  if (all.length < 2) return note.status === "final" ? null : <p class="hint">{n.value.versionsNone}</p>;
  return (
    <section class="note-versions" aria-labelledby="versions-heading">
      <h3 id="versions-heading">{n.value.versions}</h3>
      <p class="hint">{n.value.versionsHint}</p>
      {all.slice(1).map((before, i) => <Wording key={before.meta?.versionId} before={before} after={all[i]!} />)}
    </section>
  );
}

function Wording({ before, after }: { before: Composition; after: Composition }) {
  const chart = useChart();
  const w = t.value.notes;
  const made = corrects(after);
  const by = chart.nameOf(corrector(after));
  const first = signatures(before, "legal").at(-1);
  const changed = pairs(noteOf(after), noteOf(before)).filter((pair) => (pair.mine?.text ?? "") !== (pair.theirs?.text ?? ""));
  const why = reasonOf(after);
  const gone = withdrawn(after);
  return (
    <article class="note note-wording">
      <header>
        <h4>{n.value.version(before.meta?.versionId ?? "", showDateTime(before.meta?.lastUpdated))}</h4>
        <p class="note-by">{first === undefined ? null : <>{w.signedBy} {chart.nameOf(first.party)} {showDateTime(first.time)} · </>}{gone === null ? w.correctedBy(by, showDateTime(made?.at ?? after.meta?.lastUpdated)) : w.withdrawnBy(chart.nameOf(gone.by), showDateTime(gone.at))}{why === "" ? null : <> · {w.correctedWhy}: {why}</>}</p>
      </header>
      {changed.length === 0 ? null : <h5>{n.value.changes}</h5>}
      {changed.map((pair) => <div key={pair.key} class="note-change"><b>{pair.title}</b><Differences before={pair.theirs?.text ?? ""} after={pair.mine?.text ?? ""} /></div>)}
      <h5>{n.value.whole}</h5>
      {(before.section ?? []).map((section, i) => <SectionBody key={i} section={section} level={6} patient={chart.id} />)}
    </article>
  );
}
