// SPDX-License-Identifier: Apache-2.0
// Under the empty search field: the patients opened last, and one's own lists.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { settingState } from "../me/settings.ts";
import { PatientRow } from "../search/PatientRow.tsx";
import { toHits, type Hit } from "../search/state.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { patientName } from "../write/names.ts";
import { addList, LIST_NAME_MAX, lists, putInList, readPatients, recent, removeList, type OwnList } from "./mine.ts";
import { d } from "./words.ts";

export function MyPatients() {
  const m = d.value.mine;
  const ids = recent.value.map((one) => one.id);
  return (
    <div class="mine">
      {settingState("recent-patients") === "not kept" ? <p class="box box-warn"><Icon name="warning" />{m.notKept}</p> : null}
      <section aria-labelledby="mine-recent">
        <h2 id="mine-recent">{m.recent}</h2>
        <Patients ids={ids} none={m.noRecent}>{(id) => <ListChoice patient={id} />}</Patients>
      </section>
      {lists.value.map((list) => <List key={list.id} list={list} />)}
      <NewList />
    </div>
  );
}

function Patients({ ids, none, children }: { ids: readonly string[]; none: string; children: (id: string) => ComponentChildren }) {
  const loaded = useLoaded((signal) => readPatients(ids, signal), [[...ids].sort().join()]);
  const byId = new Map((loaded.data ?? []).map((p) => [p.id, p]));
  const found: Hit[] = toHits(ids.flatMap((id) => byId.get(id) ?? []));
  if (loaded.error !== null) return <FailureBox text={failureText(loaded.error)} retry={loaded.again} />;
  if (loaded.data === null) return <SectionSkeleton lines={2} />;
  if (ids.length === 0) return <p class="quiet">{none}</p>;
  const hidden = ids.length - found.length;
  return (
    <>
      <ul class="hits">{found.map((hit) => <PatientRow key={hit.id} hit={hit} after={children(hit.id)} />)}</ul>
      {hidden > 0 ? <p class="hint">{d.value.mine.unseen(hidden)}</p> : null}
    </>
  );
}

/** In which of the lists a patient is; opens beneath the row. */
function ListChoice({ patient }: { patient: string }) {
  const m = d.value.mine;
  if (lists.value.length === 0) return null;
  return (
    <details class="list-choice">
      <summary>{m.inLists}<span class="sr"> {patientName(patient)}</span></summary>
      {lists.value.map((list) => (
        <label key={list.id} class="check">
          <input type="checkbox" checked={list.patients.includes(patient)} onChange={(event) => putInList(list.id, patient, event.currentTarget.checked)} />
          <span>{list.name}</span>
        </label>
      ))}
    </details>
  );
}

function List({ list }: { list: OwnList }) {
  const m = d.value.mine;
  const heading = `list-${list.id}`;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>{list.name} ({list.patients.length})</h2>
      <Patients ids={list.patients} none={m.emptyList}>
        {(id) => <button type="button" class="button button-small" aria-label={m.takeOutWhat(patientName(id), list.name)} onClick={() => putInList(list.id, id, false)}>{m.takeOut}</button>}
      </Patients>
      <p><button type="button" class="button button-small" aria-label={m.removeWhat(list.name)} onClick={() => removeList(list.id)}>{m.remove}</button></p>
    </section>
  );
}

function NewList() {
  const m = d.value.mine;
  const field = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  return (
    <form class="new-list" onSubmit={(event) => {
      event.preventDefault();
      const done = addList(field.current?.value ?? "");
      setWrong(!done);
      if (done && field.current !== null) field.current.value = "";
    }}>
      <label for="new-list">{m.newList}</label>
      <span class="new-list-field">
        <input ref={field} id="new-list" type="text" maxLength={LIST_NAME_MAX} autoComplete="off" aria-invalid={wrong} aria-describedby="new-list-wrong" />
        <button type="submit" class="button">{m.add}</button>
      </span>
      <p id="new-list-wrong" role="status">{wrong ? m.badName : ""}</p>
    </form>
  );
}
