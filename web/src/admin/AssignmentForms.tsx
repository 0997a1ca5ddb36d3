// SPDX-License-Identifier: Apache-2.0
// A new assignment, the end of one, and the analysis that it rests on.
import { useRef, useState } from "preact/hooks";
import type { Reference } from "@fhir";
import { read, searchPrivately } from "../fhir/client.ts";
import { showDate } from "../i18n/format.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { findStaff } from "./AccountsScreen.tsx";
import { assignmentOf, saveAssignment, withAnalysis } from "./calls.ts";
import { fieldValue, useLoaded, type Choice } from "./load.ts";
import { DeedForm, Dialog, Picker, Told } from "./Parts.tsx";
import type { Row } from "./report.ts";
import { a } from "./words.ts";

interface Form { done: (receipt: string) => void; close: () => void }

const LIBRARY_TYPE = "https://helhet.example/fhir/CodeSystem/library-type|needs-and-risk-analysis";
const today = () => new Date().toLocaleDateString("sv-SE");
const idOf = (reference: string | undefined) => reference?.split("/").at(-1) ?? "";
const never = new AbortController().signal;

async function analyses(signal: AbortSignal): Promise<Choice[]> {
  const page = await searchPrivately("Library", [["type", LIBRARY_TYPE], ["status", "active"], ["_count", "100"]], signal);
  return page.matches.map((one) => ({ id: `Library/${one.id ?? ""}`, title: one.title ?? one.name ?? one.id ?? "", line: one.effectivePeriod?.end === undefined ? "" : a.value.units.analysisTo(showDate(one.effectivePeriod.end)) }));
}

function Analyses({ chosen, choose }: { chosen: string; choose: (id: string) => void }) {
  const w = a.value.units;
  const list = useLoaded(analyses, []);
  if (list.error !== null) return <FailureBox text={failureText(list.error)} retry={list.again} />;
  if (list.data === null) return <SectionSkeleton lines={2} />;
  return (
    <fieldset class="admin-radios">
      <legend>{w.analysis}</legend>
      {list.data.length === 0 ? <p>{w.linkNone}</p> : null}
      {list.data.map((one) => (
        <label key={one.id}><input type="radio" name="analysis" value={one.id} checked={chosen === one.id} onChange={() => choose(one.id)} /><span><b>{one.title}</b> <small>{one.line}</small></span></label>
      ))}
    </fieldset>
  );
}

export function LinkAnalysis({ row, done, close }: Form & { row: Row }) {
  const w = a.value.units;
  const [chosen, setChosen] = useState(row.analysis.reference?.reference ?? "");
  const name = row.person.display ?? "";
  const run = async () => {
    const role = await read("PractitionerRole", idOf(row.assignment.reference), never);
    await saveAssignment(withAnalysis(role, chosen));
    done(w.linked(name));
  };
  return (
    <Dialog heading={w.linkHeading(name)} close={close}>
      <DeedForm button={w.link} run={run} cancel={close}><Analyses chosen={chosen} choose={setChosen} /></DeedForm>
    </Dialog>
  );
}

export function EndAssignment({ row, done, close }: Form & { row: Row }) {
  const w = a.value.units;
  const name = row.person.display ?? "";
  const run = async () => {
    const role = await read("PractitionerRole", idOf(row.assignment.reference), never);
    await saveAssignment({ ...role, active: false, period: { ...role.period, end: today() } });
    done(w.ended(name));
  };
  return (
    <Dialog heading={w.end} close={close}>
      <DeedForm button={w.end} danger run={run} cancel={close}><p>{w.endSure(name)}</p></DeedForm>
    </Dialog>
  );
}

export function AddAssignment({ unit, done, close }: Form & { unit: Reference }) {
  const w = a.value.units;
  const [person, setPerson] = useState<Choice | null>(null);
  const [analysis, setAnalysis] = useState("");
  const form = useRef<HTMLDivElement>(null);
  const value = (name: string) => fieldValue(form.current, name);
  const run = async () => {
    if (person === null) throw new Told(w.choosePerson);
    const code = value("role");
    const made = assignmentOf({ person: { reference: person.id, display: person.title }, unit, role: code, title: value("title") || (w.roleNames[code] ?? code), start: value("start"), end: value("stop") });
    await saveAssignment(analysis === "" ? made : withAnalysis(made, analysis));
    done(w.saved(person.title));
  };
  return (
    <Dialog heading={w.addHeading} close={close}>
      <DeedForm button={w.save} run={run} cancel={close}>
        <div ref={form} class="admin-form">
          <Picker label={w.person} find={findStaff} chosen={person} choose={setPerson} />
          <label><span>{w.role}</span><select class="field" name="role" required><option value="">{w.roleChoose}</option>{Object.entries(w.roleNames).map(([code, name]) => <option key={code} value={code}>{name}</option>)}</select></label>
          <label><span>{w.titleLabel}</span><input class="field" name="title" autocomplete="off" /></label>
          <label><span>{w.start}</span><input class="field" name="start" type="date" required defaultValue={today()} /></label>
          <label><span>{w.stop}</span><input class="field" name="stop" type="date" /></label>
          <Analyses chosen={analysis} choose={setAnalysis} />
        </div>
      </DeedForm>
    </Dialog>
  );
}
