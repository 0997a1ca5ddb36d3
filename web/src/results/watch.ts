// SPDX-License-Identifier: Apache-2.0
// The header's number: asked for as numbers only, so that no patient's record is read by it.
import { effect } from "@preact/signals";
import { connection } from "../app/connection.ts";
import { search } from "../fhir/client.ts";
import { forCare, isOwn, stage } from "../session/session.ts";
import { me } from "./me.ts";
import { ASLEEP, OPEN_STATES, owners, type Me } from "./tasks.ts";
import { readTeams } from "./teams.ts";
import { tasksChanged, waitingTasks } from "./waiting.ts";

const PERIOD_MS = 60_000;
const AWAKE = OPEN_STATES.filter((state) => state !== ASLEEP).join(",");

async function count(params: readonly (readonly [string, string])[], signal: AbortSignal): Promise<number> {
  const page = await search("Task", [...params, ["_summary", "count"]], signal);
  return page.total ?? 0;
}

/** What is awake, what the unit has that rests elsewhere, and one's own whose time has come. */
async function ask(now: Me, signal: AbortSignal): Promise<number> {
  const own = now.refs.join(",");
  const parts: Promise<number>[] = [count([["owner", owners(now).join(",")], ["status", AWAKE]], signal)];
  const shared = owners({ ...now, refs: [] });
  if (shared.length > 0) parts.push(count([["owner", shared.join(",")], ["status", ASLEEP]], signal));
  if (own !== "") parts.push(count([["owner", own], ["status", ASLEEP], ["period", `le${new Date().toISOString()}`]], signal));
  return (await Promise.all(parts)).reduce((sum, n) => sum + n, 0);
}

/** While somebody is logged in with an assignment; answers with what ends it. */
export function watchTasks(): () => void {
  let stop = new AbortController();
  const look = (): void => {
    const now = me.peek();
    stop.abort();
    if (stage.peek() !== "in" || isOwn.peek() || !forCare.peek() || now.open || now.refs.length === 0) {
      waitingTasks.value = null;
      return;
    }
    if (connection.peek() !== "up" || document.visibilityState !== "visible") return;
    stop = new AbortController();
    const asked = stop;
    readTeams(asked.signal).then(() => ask(me.peek(), asked.signal)).then((n) => (waitingTasks.value = n), () => { if (!asked.signal.aborted) waitingTasks.value = null; });
  };
  const timer = setInterval(look, PERIOD_MS);
  const end = effect(() => {
    void [me.value, stage.value, isOwn.value, forCare.value, tasksChanged.value];
    look();
  });
  return () => { clearInterval(timer); end(); stop.abort(); };
}
