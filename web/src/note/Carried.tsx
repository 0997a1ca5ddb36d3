// SPDX-License-Identifier: Apache-2.0
// Where a text was carried from: the note, by whom and when, and whether it has been changed since.
import { itemPath } from "../app/route.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import type { Origin } from "./marks.ts";

const ITEM = /^(?:Composition|DocumentReference)\/([A-Za-z0-9.-]{1,64})/;

export function Carried({ origin, changed, patient }: { origin: Origin; changed: boolean; patient: string }) {
  const c = t.value.notes;
  const id = ITEM.exec(origin.source)?.[1];
  const rest = [origin.author, origin.time === "" ? "" : showDateTime(origin.time), changed ? c.changed : c.unchanged].filter((text) => text !== "");
  return (
    <p class="note-carried">
      {c.carried} {id === undefined ? origin.title : <a href={itemPath(patient, "anteckningar", id)}>{origin.title}</a>}
      {rest.map((text) => <span key={text}> · {text}</span>)}
    </p>
  );
}
