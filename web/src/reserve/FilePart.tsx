// SPDX-License-Identifier: Apache-2.0
// Files of the reserve copy's pages: each entry is shown with its author and time, the patient is checked, and it is
// entered once, by whoever enters it, as what its author wrote.
import { useState } from "preact/hooks";
import type { Patient } from "@fhir";
import { useLoaded } from "../admin/load.ts";
import { patientPath } from "../app/route.ts";
import { read, search, searchPrivately } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { newKey, uuids } from "../ids/key.ts";
import { signer } from "../meds/state.ts";
import { patientQuery } from "../search/query.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { transact } from "../write/write.ts";
import { agrees, authorOf, entriesOf, readFile, together, traceOf, VITALS, type Entry } from "./file.ts";
import { sv } from "./words.sv.ts";
import { r } from "./words.ts";

interface Wrong { readonly name: string; readonly why: string }

export function FilePart() {
  const w = r.value.file;
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [wrong, setWrong] = useState<readonly Wrong[]>([]);
  const open = async (files: FileList | null) => {
    const read_ = await Promise.all([...(files ?? [])].map(async (file) => ({ name: file.name, got: readFile(await file.text()) })));
    setWrong(read_.flatMap(({ name, got }) => ("fault" in got ? [{ name, why: r.value.file.faults[got.fault] }] : [])));
    setEntries((was) => together([...was, ...read_.flatMap(({ got }) => ("entries" in got ? got.entries : []))]));
  };
  return (
    <section aria-labelledby="reserve-file">
      <h2 id="reserve-file">{w.heading}</h2>
      <p class="hint">{w.intro}</p>
      <label class="written"><span>{w.choose}</span><input class="field" type="file" multiple accept=".json,application/json" onChange={(event) => void open(event.currentTarget.files)} /></label>
      <div role="status">
        {wrong.map((one) => <p key={one.name} class="box box-failure"><Icon name="warning" />{w.wrong(one.name, one.why)}</p>)}
        {entries.length === 0 ? null : <p>{w.count(entries.length)}</p>}
      </div>
      <ol class="reserve-list">{entries.map((one) => <EntryRow key={one.id} entry={one} />)}</ol>
    </section>
  );
}

const NUMBERS_MAX = 20;
const numbersOf = (p: Patient) => (p.identifier ?? []).flatMap((i) => i.value ?? []).slice(0, NUMBERS_MAX);
const called = (p: Patient) => [nameText(currentName(p.name)), identityNumber(p)?.text ?? ""].filter((part) => part !== "").join(", ");

interface About { readonly patient: Patient | null; readonly isIn: boolean }

/** Whom the entry names, as the record has it, and whether it has been entered. */
async function about(entry: Entry, chosen: Patient | null, signal: AbortSignal): Promise<About> {
  const trace = traceOf(entry);
  const [patient, found] = await Promise.all([
    chosen !== null || entry.patient === "" ? chosen : read("Patient", entry.patient, signal).catch((error: unknown) => {
      if (error instanceof FhirError && (error.kind === "notFound" || error.kind === "gone" || error.kind === "refused")) return null;
      throw error;
    }),
    search(trace.type, [["identifier", trace.identifier], ["_summary", "count"]], signal),
  ]);
  return { patient, isIn: (found.total ?? 0) > 0 };
}

function content(e: Entry): string {
  const values = VITALS.filter((name) => e.values[name] !== undefined).map((name) => `${r.value.vitals[name]} ${e.values[name]?.replace(".", ",") ?? ""}`).join(", ");
  return [e.kind === "given" ? `${e.medicine}, ${e.dose}` : values, e.text].filter((part) => part !== "").join("\n");
}

function EntryRow({ entry }: { entry: Entry }) {
  const w = r.value.file;
  const [chosen, setChosen] = useState<Patient | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const loaded = useLoaded((signal) => about(entry, chosen, signal), [entry.id, chosen?.id ?? ""]);
  const what = w.kinds[entry.kind];
  const patient = loaded.data?.patient ?? null;
  const sure = patient !== null && (chosen !== null || agrees(entry.who, numbersOf(patient)));
  const put = async () => {
    if (patient?.id === undefined || busy) return;
    setBusy(true);
    setError(null);
    try {
      const who = signer(patient.id);
      const how = { patient: patient.id, by: who.reference, now: who.now, late: sv.file.late(authorOf(entry), showDateTime(entry.made)), uuid: uuids(newKey()) };
      await transact(entriesOf(entry, how), { patient: patient.id, title: w.title(what), link: patientPath(patient.id, entry.kind === "note" ? "anteckningar" : entry.kind === "given" ? "lakemedel" : "tidslinje") });
      loaded.again();
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  return (
    <li class="reserve-item">
      <h3>{what} <span class="num">{showDateTime(entry.made)}</span></h3>
      <p class="quiet">{w.by(authorOf(entry))}</p>
      <p class="reserve-text">{content(entry)}</p>
      <p>{w.asWritten(entry.who)}</p>
      {loaded.error !== null ? <FailureBox text={failureText(loaded.error)} retry={loaded.again} /> : loaded.data === null ? <SectionSkeleton lines={1} /> : null}
      {loaded.data?.isIn === true ? <p role="status"><Icon name="check" />{w.isIn}</p> : loaded.data === null ? null : (
        <>
          {patient === null ? <><p class="box box-warn"><Icon name="warning" />{w.unknown}</p><Find choose={setChosen} /></> : (
            <p class={`box ${sure ? "box-good" : "box-warn"}`}><Icon name={sure ? "check" : "warning"} />{w.patient}: {called(patient)}. {chosen !== null ? "" : sure ? w.match : w.differs}</p>
          )}
          {error === null ? null : <FailureBox text={failureText(error)} />}
          {patient === null ? null : <p><button type="button" class="button button-main" disabled={busy || !sure} onClick={() => void put()}>{busy ? w.busy : w.put(what, called(patient))}</button></p>}
          {patient === null || sure ? null : <Find choose={setChosen} />}
        </>
      )}
    </li>
  );
}

/** The patient by the whole number: one hit or none. */
function Find({ choose }: { choose: (patient: Patient) => void }) {
  const w = r.value.file;
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const find = async () => {
    const query = patientQuery(text, new Date());
    const pages = query === null ? [] : await Promise.all(query.searches.map((params) => searchPrivately("Patient", [...params, ["_count", "2"]], new AbortController().signal))).catch(() => []);
    const hits = new Map(pages.flatMap((page) => page.matches).map((p) => [p.id, p]));
    const only = hits.size === 1 ? [...hits.values()][0] : undefined;
    setSaid(only === undefined ? w.nobody : "");
    if (only !== undefined) choose(only);
  };
  return (
    <form role="search" class="reserve-find" onSubmit={(event) => { event.preventDefault(); void find(); }}>
      <label class="written"><span>{w.search}</span><input class="field" autoComplete="off" maxLength={40} value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
      <button type="submit" class="button">{w.find}</button>
      <span role="status">{said}</span>
    </form>
  );
}
