// SPDX-License-Identifier: Apache-2.0
// Before several answers are acknowledged at once: whose they are, how many, and by name what is not within reference.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useChart } from "../chart/model.ts";
import { ClinicalText, Fact } from "../chart/Parts.tsx";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { t } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import { Parts } from "./AckPanel.tsx";
import type { Acks } from "./acks.ts";
import { abnormalOf, isNormal, unjudgedOf } from "./answers.ts";
import { r } from "./words.ts";

interface Props { acks: Acks; close: () => void; /** There is nothing to ask about. */ empty: () => void }

export function AckDialog({ acks, close, empty }: Props) {
  const chart = useChart();
  const box = useRef<HTMLDialogElement>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  const some = acks.shown.value;
  const nothing = some.length === 0 && acks.status.value !== "loading" && !acks.busy.value;
  const ran = useRef(false);
  useEffect(() => { if (nothing && !ran.current) empty(); }, [nothing]);
  useLayoutEffect(() => {
    box.current?.showModal();
    confirm.current?.focus();
    return () => setTimeout(() => {
      if (document.activeElement === document.body) (document.querySelector<HTMLElement>("[data-answer]") ?? document.getElementById("section-heading"))?.focus({ preventScroll: true });
    }, 0);
  }, []);
  const patient = chart.patient.value;
  const name = patient === null ? "" : nameText(currentName(patient.name)) || t.value.search.noName;
  const run = async () => {
    if (acks.busy.peek()) return;
    ran.current = true;
    await acks.acknowledge(some);
    box.current?.close();
  };
  return (
    <dialog ref={box} class="dialog ack-dialog" aria-labelledby="ack-dialog-heading" onClose={close}>
      <h2 id="ack-dialog-heading">{r.value.dialog.heading(some.length)}</h2>
      <dl class="facts facts-column"><Fact term={r.value.dialog.for}><b>{name}</b> <span class="num nowrap">{patient === null ? "" : identityNumber(patient)?.text ?? t.value.search.noNumber}</span></Fact></dl>
      <Named acks={acks} />
      <p class="actions">
        <button ref={confirm} type="button" class="button button-main" aria-disabled={acks.busy.value} onClick={() => void run()}><Icon name="check" />{acks.busy.value ? r.value.busy : r.value.dialog.confirm(some.length, name)}</button>
        <button type="button" class="button" onClick={() => box.current?.close()}>{r.value.dialog.cancel}</button>
      </p>
    </dialog>
  );
}

/** What the press that follows says has been seen. */
function Named({ acks }: { acks: Acks }) {
  const d = r.value.dialog;
  const some = acks.shown.value;
  const abnormal = some.flatMap(abnormalOf);
  const unjudged = some.flatMap(unjudgedOf);
  const normal = some.filter(isNormal).length;
  const unread = some.filter((one) => !one.whole);
  return (
    <>
      {normal === some.length ? <p><Icon name="check" />{d.allNormal}</p> : normal === 0 ? null : <p>{d.normal(normal)}</p>}
      {abnormal.length === 0 ? null : <Parts heading={d.abnormal(abnormal.length)} parts={abnormal} />}
      {unjudged.length === 0 ? null : <Parts heading={d.unjudged(unjudged.length)} parts={unjudged} />}
      {some.filter((one) => one.text !== "").map((one) => <div key={one.task.id} class="ack-parts"><span class="quiet">{one.title}</span><ClinicalText text={one.text} /></div>)}
      {unread.map((one) => <p key={one.task.id} class="ack-unseen"><Icon name="warning" />{one.title}: {r.value.unseen}</p>)}
    </>
  );
}
