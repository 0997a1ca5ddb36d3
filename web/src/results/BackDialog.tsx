// SPDX-License-Identifier: Apache-2.0
// Taking an acknowledging back after the short time: whose answer it is, who had acknowledged it, and why it was wrong.
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { fieldValue } from "../admin/load.ts";
import { useChart } from "../chart/model.ts";
import { Fact } from "../chart/Parts.tsx";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Acks } from "./acks.ts";
import type { Answer } from "./answers.ts";
import { doneBy } from "./tasks.ts";
import { r } from "./words.ts";

const REASON_MAX = 500;

export function BackDialog({ acks, one, close }: { acks: Acks; one: Answer; close: () => void }) {
  const chart = useChart();
  const box = useRef<HTMLDialogElement>(null);
  const wrong = useSignal("");
  const b = r.value.back;
  useLayoutEffect(() => box.current?.showModal(), []);
  const patient = chart.patient.value;
  const by = doneBy(one.task);
  const send = async (form: HTMLFormElement) => {
    const why = fieldValue(form, "why");
    wrong.value = why === "" ? b.noReason : "";
    if (why === "" || acks.busy.peek()) return;
    await acks.takeBack([one], why);
    box.current?.close();
  };
  return (
    <dialog ref={box} class="dialog ack-dialog" aria-labelledby="back-dialog-heading" onClose={close}>
      <h2 id="back-dialog-heading">{b.heading}</h2>
      <form onSubmit={(event) => { event.preventDefault(); void send(event.currentTarget); }}>
        <dl class="facts facts-column">
          <Fact term={r.value.dialog.for}><b>{patient === null ? "" : nameText(currentName(patient.name)) || t.value.search.noName}</b> <span class="num nowrap">{patient === null ? "" : identityNumber(patient)?.text ?? t.value.search.noNumber}</span></Fact>
          <Fact term={r.value.inbox.what}>{one.title || t.value.common.unnamed} {showDateTime(one.date)}</Fact>
          <Fact term={r.value.done}>{r.value.doneBy(chart.nameOf(by?.who), showDateTime(by?.when))}</Fact>
        </dl>
        <p class="hint">{b.hint}</p>
        <p class="field"><label for="back-why">{b.why}</label><textarea id="back-why" name="why" rows={2} maxLength={REASON_MAX} /></p>
        <div role="alert">{wrong.value === "" ? null : <p class="box box-warn"><Icon name="warning" />{wrong.value}</p>}</div>
        <p class="actions"><button type="submit" class="button button-main" aria-disabled={acks.busy.value}>{b.run}</button><button type="button" class="button" onClick={() => box.current?.close()}>{r.value.dialog.cancel}</button></p>
      </form>
    </dialog>
  );
}
