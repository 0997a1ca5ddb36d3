// SPDX-License-Identifier: Apache-2.0
import { Icon } from "../ui/Icon.tsx";
import { draftState } from "./drafts.ts";
import { w } from "./words.ts";

/** Beside what is being written: whether it is kept. */
export function DraftMark() {
  const state = draftState.value;
  return <p class={`draft-mark draft-${state.replace(" ", "-")}`} role="status"><Icon name={state === "kept" ? "check" : state === "keeping" ? "up" : "warning"} />{w.value.drafts[state]}</p>;
}
