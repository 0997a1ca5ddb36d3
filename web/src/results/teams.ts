// SPDX-License-Identifier: Apache-2.0
// Pools of the unit: a CareTeam that is about no patient, with the people who share what is handed to it. The service
// shows such a team to its own unit alone.
import { computed, signal } from "@preact/signals";
import type { CareTeam, Reference } from "@fhir";
import { search } from "../fhir/client.ts";
import { current, session } from "../session/session.ts";

const TEAMS_MAX = "100";

/** In use, by name. */
export const unitTeams = signal<readonly CareTeam[]>([]);

const isOne = (team: CareTeam, refs: readonly (string | undefined)[]) => team.participant?.some((one) => one.member?.reference !== undefined && refs.includes(one.member.reference)) === true;
export const teamRef = (team: CareTeam): Reference => ({ reference: `CareTeam/${team.id ?? ""}`, display: team.name ?? "" });

/** Those that the user is in. */
export const ownTeams = computed<readonly Reference[]>(() => {
  const refs = [current.value?.id, session.value?.user?.reference];
  return unitTeams.value.filter((team) => isOne(team, refs)).map(teamRef);
});

/** The last time they were asked for, they could not be read. */
export const teamsFailed = signal(false);

/** Asks for them; the signal changes only when they have. */
export async function readTeams(stop: AbortSignal): Promise<void> {
  if (current.peek() === null) return;
  const page = await searchTeams(stop).catch((error: unknown) => {
    if (!stop.aborted) teamsFailed.value = true;
    throw error;
  });
  teamsFailed.value = false;
  const next = [...page.matches].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? "", "sv"));
  if (JSON.stringify(next) !== JSON.stringify(unitTeams.peek())) unitTeams.value = next;
}

const searchTeams = (stop: AbortSignal) => search("CareTeam", [["status", "active"], ["subject:missing", "true"], ["_count", TEAMS_MAX]], stop);
