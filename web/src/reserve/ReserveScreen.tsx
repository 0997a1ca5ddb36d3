// SPDX-License-Identifier: Apache-2.0
// /reserv: what was written while the record could not be reached, here or on the reserve copy's page.
import { useEffect } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { FilePart } from "./FilePart.tsx";
import { WaitingPart } from "./WaitingPart.tsx";
import { r } from "./words.ts";
import "../unknown/unknown.css";
import "./reserve.css";

export function ReserveScreen() {
  useEffect(() => { document.title = t.value.title([r.value.heading]); });
  return (
    <div class="page reserve">
      <h1 tabIndex={-1}>{r.value.heading}</h1>
      <WaitingPart />
      <FilePart />
    </div>
  );
}
