// SPDX-License-Identifier: Apache-2.0
// Where a note is signed: for whom, with name and number, by whom, and whether what is written is kept.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useChart } from "../chart/model.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { t } from "../i18n/index.ts";
import { failureText } from "../ui/FailureBox.tsx";
import { draftState } from "../write/drafts.ts";
import type { Deed, Editor } from "./editor.ts";
import { awaited } from "./marks.ts";
import type { Who } from "./note.ts";
import { isOpen, maySign, self, signers } from "./people.ts";
import { n } from "./words.ts";

/** The patient's name and number, as they stand at each signature. */
export function ForWhom() {
  const patient = useChart().patient.value;
  if (patient === null) return null;
  return <strong class="note-whom">{nameText(currentName(patient.name)) || t.value.search.noName} <span class="num nowrap">{identityNumber(patient)?.text ?? t.value.search.noNumber}</span></strong>;
}

interface Props { editor: Editor; finish: (deed: Deed) => void; discard: () => void }

export function SignBar({ editor, finish, discard }: Props) {
  const sure = useSignal(false);
  const busy = editor.busy.value;
  const needsSigner = !maySign.value && editor.signer.value === null;
  const state = draftState.value;
  return (
    <div class="note-sign" role="group" aria-label={n.value.sign}>
      <p class="note-for">{n.value.signFor} <ForWhom /> <span class="note-as">{maySign.value ? n.value.signAs(self.value.display ?? "") : n.value.cannotSign}</span></p>
      <div class="note-acts">
        {maySign.value ? (
          <button type="button" class="button button-main" aria-keyshortcuts="Control+Enter" aria-disabled={busy !== ""} onClick={() => finish("sign")}>
            {busy === "sign" ? n.value.signing : editor.isCorrection ? n.value.signCorrection : n.value.sign}<span class="note-key" aria-hidden="true">{n.value.signKey}</span>
          </button>
        ) : null}
        {editor.isCorrection ? null : (
          <button type="button" class="button" title={n.value.readyHint} aria-disabled={busy !== "" || needsSigner} onClick={() => (needsSigner ? (editor.said.value = n.value.needSigner) : finish("ready"))}>
            {busy === "ready" ? n.value.saving : n.value.ready}
          </button>
        )}
        {sure.value ? (
          <>
            <button type="button" class="button button-danger" onClick={discard}>{n.value.discardSure}</button>
            <button type="button" class="button" onClick={() => (sure.value = false)}>{n.value.discardKeep}</button>
          </>
        ) : <button type="button" class="button button-quiet" onClick={() => (sure.value = true)}>{n.value.discard}</button>}
      </div>
      <p class={`note-kept note-kept-${state.replace(" ", "-")}`} role="status">{editor.touched.value ? n.value.draft[state] : ""}</p>
      <p role="status" class="note-said">{editor.said.value}</p>
      <div role="alert">
        {editor.failure.value === null ? null : <div class="box box-failure"><div><strong>{n.value.failed}</strong><p>{failureText(editor.failure.value)} {n.value.failedHint}</p></div></div>}
      </div>
    </div>
  );
}

/** Who is to sign when it is not the writer, and who is to countersign. */
export function Signers({ editor }: { editor: Editor }) {
  const staff = useSignal<readonly Who[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    signers(stop.signal).then((found) => (staff.value = found), () => undefined);
    return () => stop.abort();
  }, []);
  const base = editor.base.value;
  const asked = editor.counter.value !== undefined ? editor.counter.value : base === null ? null : (awaited(base, "professional")[0] ?? null);
  const find = (reference: string) => staff.value.find((who) => who.reference === reference) ?? null;
  if (isOpen.value) return null;
  return (
    <>
      {editor.isCorrection ? null : (
        <label class="note-choice">{n.value.signer}
          <select value={editor.signer.value?.reference ?? ""} onChange={(event) => (editor.signer.value = find(event.currentTarget.value))}>
            <option value="">{maySign.value ? n.value.self : n.value.choose}</option>
            {staff.value.map((who) => <option key={who.reference} value={who.reference}>{who.display}</option>)}
          </select>
        </label>
      )}
      <label class="note-choice">{n.value.counter}
        <select value={asked?.reference ?? ""} onChange={(event) => (editor.counter.value = find(event.currentTarget.value))}>
          <option value="">{n.value.nobody}</option>
          {asked === null || find(asked.reference ?? "") !== null ? null : <option value={asked.reference}>{asked.display ?? asked.reference}</option>}
          {staff.value.map((who) => <option key={who.reference} value={who.reference}>{who.display}</option>)}
        </select>
      </label>
    </>
  );
}
