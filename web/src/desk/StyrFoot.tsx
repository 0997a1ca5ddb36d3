// SPDX-License-Identifier: Apache-2.0
// Beneath every screen: the way to Steering, and "Rapportera", which opens over the screen so that nothing of it is left.
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { pagePath } from "../app/route.ts";
import { isOwn, stage } from "../session/session.ts";
import { d } from "./words.ts";

const asked = signal(false);
const dialog = signal<ComponentType<{ close: () => void }> | null>(null);

/** Opens the report over the screen that is shown. */
export function askReport(): void {
  asked.value = true;
}

function Report() {
  useEffect(() => void import("../styr/ReportDialog.tsx").then((m) => (dialog.value = m.ReportDialog), () => (asked.value = false)), []);
  return dialog.value === null ? null : <dialog.value close={() => (asked.value = false)} />;
}

export function StyrFoot() {
  if (isOwn.value || stage.value !== "in") return null;
  return (
    <>
      <footer class="styr-foot print-not">
        <a href={pagePath("styrning")}>{d.value.styr.title}</a>
        <button type="button" onClick={askReport}>{d.value.styr.report}</button>
      </footer>
      {asked.value ? <Report /> : null}
    </>
  );
}
