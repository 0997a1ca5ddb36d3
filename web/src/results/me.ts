// SPDX-License-Identifier: Apache-2.0
// Who the user is to a Task: the assignment in use, the person, their teams and their unit.
import { computed } from "@preact/signals";
import { current, session } from "../session/session.ts";
import type { Me } from "./tasks.ts";
import { ownTeams } from "./teams.ts";
import { r } from "./words.ts";

export const me = computed<Me>(() => {
  const now = session.value;
  const assignment = current.value;
  const user = now?.user;
  const who = assignment === null ? (user === undefined ? { display: r.value.openUser } : { ...user }) : { reference: assignment.id, display: [user?.display ?? "", assignment.title].filter((text) => text !== "").join(", ") };
  const refs = [assignment?.id, user?.reference].filter((one) => one !== undefined);
  return { who, refs, teams: ownTeams.value, unit: assignment?.unit.reference ?? "", unitName: assignment?.unit.display ?? "", open: now?.access !== "on" };
});
