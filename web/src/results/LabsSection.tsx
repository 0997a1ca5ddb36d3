// SPDX-License-Identifier: Apache-2.0
// Provsvar: what waits to be acknowledged, the matrix with newest left, one analyte's trend, and the list on paper.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Observation } from "@fhir";
import { goBack, navigate, patientPath, replaceWith, route } from "../app/route.ts";
import { singleKeys } from "../app/settings.ts";
import { analytes, type Analyte } from "../chart/labs.ts";
import { ListFrame, MoreButton } from "../chart/ListFrame.tsx";
import { useLists, type Chart, type ListName } from "../chart/model.ts";
import { TrendPanel } from "../chart/TrendPanel.tsx";
import { addCommands } from "../desk/commands.ts";
import { t, word } from "../i18n/index.ts";
import { isOwn } from "../session/session.ts";
import { Icon } from "../ui/Icon.tsx";
import { AckDialog } from "./AckDialog.tsx";
import { AckPanel, DoneList } from "./AckPanel.tsx";
import { Acks } from "./acks.ts";
import type { Answer } from "./answers.ts";
import { BackDialog } from "./BackDialog.tsx";
import { CumulativePrint, printList } from "./CumulativePrint.tsx";
import { LabTable } from "./LabTable.tsx";
import { r } from "./words.ts";
import "../styles/results.css";

const KINDS = { laboratory: "labs", "vital-signs": "vitals", all: "measurements" } as const satisfies Record<string, ListName>;
type Kind = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS) as Kind[];
/** The dialog's word in the address. */
const DIALOG = "vidimera";
const BACK = "angra";
const collator = new Intl.Collator("sv");

export function LabsSection() {
  const kind = useSignal<Kind>("laboratory");
  const name = KINDS[kind.value];
  const chart = useLists(name);
  const list = chart.lists[name];
  const acks = useAcks(chart);
  const rows = useComputed(() => analytes(chart.lists[KINDS[kind.value]].items.value).sort((a, b) => collator.compare(a.name, b.name)));
  const now = route.value;
  const detail = now.screen === "patient" ? now.detail : "";
  const asks = now.screen === "patient" && now.dialog === DIALOG;
  const back = now.screen === "patient" && now.dialog === BACK ? acks.done.value.find((one) => one.task.id === now.about) : undefined;
  const chosen = rows.value.find((row) => row.key === detail);
  const elsewhere = detail !== "" && chosen === undefined && list.status.value === "ready";
  useEffect(() => {
    if (elsewhere) kind.value = "all";
  }, [elsewhere]);
  const ask = () => { if (acks.shown.peek().length > 0) navigate(patientPath(chart.id, "provsvar", detail, DIALOG)); };
  useAckKeys(acks, () => rows.peek(), ask);
  useEffect(() => addCommands([
    { id: "acknowledge-all", label: () => r.value.all(acks.shown.value.length), keys: "Shift+V", when: () => acks.shown.value.length > 0, run: ask },
    { id: "print-results", label: () => r.value.print, run: printList },
  ]), [acks, detail]);
  const done = { heading: r.value.done, of: (o: Observation) => acks.doneText(`Observation/${o.id ?? ""}`) || (acks.waits.value.has(`Observation/${o.id ?? ""}`) ? r.value.notDone : "") };
  return (
    <>
      <AckPanel acks={acks} ask={ask} />
      <fieldset class="chips">
        <legend>{t.value.labs.kind}</legend>
        {KIND_NAMES.map((k) => (
          <label key={k} class="chip"><input type="radio" name="lab-kind" checked={kind.value === k} onChange={() => (kind.value = k)} /><span>{word(t.value.labs.kinds, k)}</span></label>
        ))}
        <button type="button" class="button button-small" onClick={printList}><Icon name="list" />{r.value.print}</button>
      </fieldset>
      {chosen === undefined ? null : <TrendPanel key={chosen.key} row={chosen} done={done} close={() => goBack(patientPath(chart.id, "provsvar"))} />}
      <ListFrame names={[name]} empty={kind.value === "laboratory" ? t.value.empty.provsvar : t.value.empty.filtered}>
        <LabTable rows={rows.value} chosen={detail} waits={acks.waits.value} />
        {list.more.value ? <MoreButton names={[name]} text={t.value.labs.readMore} /> : null}
        <CumulativePrint rows={rows.value} kind={word(t.value.labs.kinds, kind.value)} more={list.more.value} waits={acks.waits.value} />
      </ListFrame>
      <DoneList acks={acks} takeBack={(task) => patientPath(chart.id, "provsvar", detail, BACK, task)} />
      {back === undefined ? null : <BackDialog acks={acks} one={back} close={() => goBack(patientPath(chart.id, "provsvar", detail))} />}
      {asks && acks.status.value !== "idle" && (acks.shown.value.length > 0 || acks.status.value !== "loading") ? <AckDialog acks={acks} close={() => goBack(patientPath(chart.id, "provsvar", detail))} empty={() => replaceWith(patientPath(chart.id, "provsvar", detail))} /> : null}
    </>
  );
}

function useAcks(chart: Chart): Acks {
  const acks = useMemo(() => new Acks(chart), [chart]);
  useEffect(() => {
    // Patients read their own record; what staff have to do with it is not theirs.
    if (!isOwn.peek()) void acks.load();
    return () => acks.close();
  }, [acks]);
  return acks;
}

/** What V means where the focus is: the answer in the list, or the newest that waits in the analyte's row. */
function inFocus(acks: Acks, rows: readonly Analyte[]): Answer | null {
  const at = document.activeElement;
  const task = at?.closest<HTMLElement>("[data-answer]")?.dataset["answer"];
  if (task !== undefined) return acks.open.peek().find((one) => one.task.id === task) ?? null;
  const key = at?.closest<HTMLElement>("[data-analyte]")?.dataset["analyte"];
  const row = rows.find((one) => one.key === key);
  const waits = acks.waits.peek();
  for (const value of row?.values ?? []) {
    const found = waits.get(`Observation/${value.observation.id ?? ""}`);
    if (found !== undefined) return found;
  }
  const [only, second] = acks.shown.peek();
  return row === undefined && only !== undefined && second === undefined ? only : null;
}

const writing = (target: EventTarget | null) => target instanceof HTMLElement && target.matches("input:not([type=checkbox],[type=radio]), textarea, select");

function useAckKeys(acks: Acks, rows: () => readonly Analyte[], ask: () => void): void {
  const latest = useRef(ask);
  latest.current = ask;
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const held = event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented;
      if (event.key.toLowerCase() !== "v" || held || writing(event.target) || !singleKeys.value || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      if (event.shiftKey) return latest.current();
      const one = inFocus(acks, rows());
      if (one === null) document.querySelector<HTMLElement>("[data-answer]")?.focus();
      else void acks.acknowledge([one]);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [acks]);
}
