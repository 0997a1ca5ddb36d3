// SPDX-License-Identifier: Apache-2.0
// One question about one task: who is to have it, or until when it is to rest. Each says whose patient it is about.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Reference } from "@fhir";
import { fieldValue, useLoaded } from "../admin/load.ts";
import { Fact } from "../chart/Parts.tsx";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { colleagues, signers } from "../note/people.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { called, patientName } from "../write/names.ts";
import { change, type Item } from "./inbox.ts";
import { me } from "../results/me.ts";
import { handed, isAcknowledge, morningIn, rested } from "../results/tasks.ts";
import { teamRef, unitTeams } from "../results/teams.ts";
import { r } from "../results/words.ts";
import { m } from "./words.ts";

interface Props { item: Item; close: () => void; said: (text: string) => void }
interface FrameProps extends Props { heading: string; button: string; /** null: something is not answered. */ send(form: HTMLFormElement): Promise<string> | null; children: ComponentChildren }

function Frame({ item, close, said, heading, button, send, children }: FrameProps) {
  const box = useRef<HTMLDialogElement>(null);
  const busy = useSignal(false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => setTimeout(() => { if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus(); }, 0);
  }, []);
  const submit = async (form: HTMLFormElement) => {
    const sent = busy.peek() ? null : send(form);
    if (sent === null) return;
    busy.value = true;
    said(await sent);
    box.current?.close();
  };
  const name = patientName(item.patient);
  return (
    <dialog ref={box} class="dialog" aria-labelledby="task-dialog-heading" onClose={close}>
      <h2 id="task-dialog-heading">{heading}</h2>
      <form onSubmit={(event) => { event.preventDefault(); void submit(event.currentTarget); }}>
        <dl class="facts facts-column">
          <Fact term={r.value.inbox.what}>{item.title}</Fact>
          <Fact term={r.value.dialog.for}>{item.patient === "" ? r.value.inbox.noPatient : <><b>{name === "" ? r.value.inbox.noPerson : name}</b> <span class="num nowrap">{called.value.get(item.patient)?.number ?? ""}</span></>}</Fact>
        </dl>
        {children}
        <p class="actions"><button type="submit" class="button button-main" aria-disabled={busy.value}>{button}</button><button type="button" class="button" onClick={() => box.current?.close()}>{r.value.inbox.cancel}</button></p>
      </form>
    </dialog>
  );
}

export function HandDialog(props: Props) {
  const i = r.value.inbox;
  // A result is handed to who may answer for it; all else to anybody at the unit.
  const people = useLoaded(isAcknowledge(props.item.task) ? signers : colleagues, []);
  const now = me.value;
  const unit: Reference[] = now.unit === "" || props.item.whose === "unit" ? [] : [{ reference: now.unit, display: now.unitName }];
  const teams = unitTeams.value.map(teamRef).filter((one) => one.reference !== props.item.task.owner?.reference);
  const choices = [...unit.map((one) => ({ to: one, text: i.toUnit(one.display ?? "") })), ...teams.map((one) => ({ to: one, text: m.value.compose.team(one.display ?? "") })), ...(people.data ?? []).map((one) => ({ to: one as Reference, text: one.display ?? "" }))];
  const send = (form: HTMLFormElement) => {
    const to = choices.find((one) => one.to.reference === fieldValue(form, "to"))?.to;
    if (to === undefined) return null;
    return change(props.item, handed(props.item.task, now, new Date().toISOString(), to, fieldValue(form, "message")), i.handed(props.item.title, to.display ?? ""));
  };
  return (
    <Frame {...props} heading={i.handHeading} button={i.hand} send={send}>
      {people.error === null ? null : <FailureBox heading={i.peopleFailed} text={failureText(people.error)} retry={people.again} />}
      {people.loading ? <p class="quiet" role="status">{t.value.common.loading}</p> : choices.length === 0 ? <p>{i.noPeople}</p> : (
        <p class="field"><label for="task-to">{i.to}</label><select id="task-to" name="to">{choices.map((one) => <option key={one.to.reference} value={one.to.reference}>{one.text}</option>)}</select></p>
      )}
      <p class="field"><label for="task-message">{i.message}</label><textarea id="task-message" name="message" rows={2} /></p>
    </Frame>
  );
}

export function RestDialog(props: Props) {
  const i = r.value.inbox;
  const days = useSignal(1);
  const until = (n: number) => morningIn(n, new Date());
  const send = () => {
    const time = until(days.peek());
    return change(props.item, rested(props.item.task, me.peek(), new Date().toISOString(), time), i.slept(props.item.title, showDateTime(time)));
  };
  const choices = [[1, i.tomorrow], [3, i.threeDays], [7, i.week]] as const;
  return (
    <Frame {...props} heading={i.sleepHeading} button={i.sleep} send={send}>
      <p class="hint">{i.sleepHint}</p>
      <fieldset class="chips">
        <legend>{i.sleepFor}</legend>
        {choices.map(([n, text]) => <label key={n} class="chip"><input type="radio" name="days" value={String(n)} checked={days.value === n} onChange={() => (days.value = n)} /><span>{text}, {showDateTime(until(n))}</span></label>)}
      </fieldset>
    </Frame>
  );
}
