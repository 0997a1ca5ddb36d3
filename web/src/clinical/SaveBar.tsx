// SPDX-License-Identifier: Apache-2.0
// Under every form: for whom it is saved, whether what is written is kept, and the way out.
import { useChart } from "../chart/model.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { t } from "../i18n/index.ts";
import { DraftMark } from "../write/DraftMark.tsx";
import { underWay } from "../write/receipts.ts";
import { c } from "./words.ts";

export function SaveBar({ busy, text, keeps, close, discard }: { busy: boolean; text: string; keeps: boolean; close: () => void; discard: (() => void) | null }) {
  const patient = useChart().patient.value;
  const number = patient === null ? null : identityNumber(patient);
  const name = patient === null ? "" : nameText(currentName(patient.name)) || t.value.search.noName;
  const waits = busy && underWay.value.some((r) => r.waits === true);
  return (
    <div class="clin-save">
      <button type="submit" class="button button-main" data-sign aria-disabled={busy || patient === null} aria-keyshortcuts="Control+Enter">
        {busy ? c.value.saving : text} <span class="clin-for">{c.value.for(name, number?.text ?? t.value.search.noNumber)}</span>
      </button>
      <button type="button" class="button" onClick={close} title={keeps ? c.value.cancelHint : undefined}>{c.value.cancel}</button>
      {discard === null ? null : <button type="button" class="button" onClick={discard}>{c.value.discard}</button>}
      {waits ? <span role="status">{c.value.waiting}</span> : keeps ? <DraftMark /> : null}
    </div>
  );
}
