// SPDX-License-Identifier: Apache-2.0
// The unit's teams (/inkorg/lag): pools that messages and tasks are handed to. Anybody at the unit may make and change one.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { CareTeam, Reference } from "@fhir";
import { useLoaded } from "../admin/load.ts";
import { pagePath } from "../app/route.ts";
import { t } from "../i18n/index.ts";
import { newKey } from "../ids/key.ts";
import { colleagues } from "../note/people.ts";
import { me } from "../results/me.ts";
import { notSaved } from "../results/notSaved.ts";
import { readTeams, unitTeams } from "../results/teams.ts";
import { tasksChanged } from "../results/waiting.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Conflict, create, update } from "../write/write.ts";
import { m } from "./words.ts";
import "../styles/inbox.css";

const NAME_MAX = 80;
const never = new AbortController().signal;

async function save(team: CareTeam, title: string): Promise<string> {
  const key = newKey();
  const how = { patient: "", title, link: pagePath("inkorg", "lag"), key };
  try {
    await (team.id === undefined ? create(team, how) : update(team, how));
    return "";
  } catch (error) {
    return error instanceof Conflict ? m.value.team.conflict : notSaved(key, error);
  } finally {
    await readTeams(never).catch(() => undefined);
    tasksChanged.value++;
  }
}

export function TeamsView({ close }: { close: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const asked = useLoaded((signal) => readTeams(signal).then(() => true), []);
  const people = useLoaded((signal) => colleagues(signal), []);
  /** Which is being changed: its id, "" for a new one; null for none. */
  const editing = useSignal<string | null>(null);
  const wrong = useSignal("");
  const w = m.value.team;
  useEffect(() => {
    document.title = t.value.title([w.heading]);
  });
  useLayoutEffect(() => heading.current?.focus(), []);
  const all: Reference[] = [...(me.value.who.reference === undefined ? [] : [{ ...me.value.who, display: `${w.you}: ${me.value.who.display ?? ""}` }]), ...(people.data ?? [])];
  const saved = async (team: CareTeam, title: string) => {
    wrong.value = await save(team, title);
    if (wrong.peek() === "") { editing.value = null; heading.current?.focus(); }
  };
  return (
    <div class="page inbox">
      <h1 ref={heading} tabIndex={-1}>{w.heading}</h1>
      <p class="hint">{w.hint}</p>
      {[asked, people].map((one, i) => (one.error === null ? null : <FailureBox key={i} text={failureText(one.error)} retry={one.again} />))}
      <div role="alert">{wrong.value === "" ? null : <p class="box box-warn"><Icon name="warning" />{wrong.value}</p>}</div>
      {asked.data === true && unitTeams.value.length === 0 ? <p class="quiet">{w.none}</p> : null}
      <ul class="teams">{unitTeams.value.map((team) => <li key={team.id}>{editing.value === team.id ? <TeamForm team={team} people={all} saved={saved} close={() => (editing.value = null)} wrong={wrong} /> : <TeamLine team={team} change={() => (editing.value = team.id ?? null)} saved={saved} />}</li>)}</ul>
      {me.value.open ? <p class="hint">{m.value.open}</p> : editing.value === "" ? <TeamForm team={null} people={all} saved={saved} close={() => (editing.value = null)} wrong={wrong} /> : <p><button type="button" class="button" onClick={() => (editing.value = "")}>{w.fresh}</button></p>}
      <p><button type="button" class="button" onClick={close}><Icon name="left" />{m.value.thread.back}</button></p>
    </div>
  );
}

interface Save { (team: CareTeam, title: string): Promise<void> }

function TeamLine({ team, change, saved }: { team: CareTeam; change: () => void; saved: Save }) {
  const w = m.value.team;
  const name = team.name ?? "";
  const members = (team.participant ?? []).map((one) => one.member?.display ?? "").filter((text) => text !== "");
  return (
    <>
      <p><b>{name}</b> <span class="quiet">{w.count(team.participant?.length ?? 0)}: {members.join("; ")}</span></p>
      <p class="actions">
        <button type="button" class="button button-small" aria-label={w.changeOf(name)} onClick={change}>{w.change}</button>
        <button type="button" class="button button-small" aria-label={w.endOf(name)} onClick={() => void saved({ ...team, status: "inactive" }, w.ended(name))}>{w.end}</button>
      </p>
    </>
  );
}

interface FormProps { team: CareTeam | null; people: readonly Reference[]; saved: Save; close: () => void; wrong: { value: string } }

function TeamForm({ team, people, saved, close, wrong }: FormProps) {
  const w = m.value.team;
  const field = useRef<HTMLInputElement>(null);
  const members = useSignal<readonly Reference[]>((team?.participant ?? []).flatMap((one) => one.member ?? []));
  useLayoutEffect(() => field.current?.focus(), []);
  const has = (one: Reference) => members.value.some((other) => other.reference === one.reference);
  const known = [...people, ...members.value.filter((one) => people.every((other) => other.reference !== one.reference))];
  const turn = (one: Reference) => (members.value = has(one) ? members.value.filter((other) => other.reference !== one.reference) : [...members.value, one]);
  const submit = () => {
    const name = field.current?.value.trim() ?? "";
    wrong.value = name === "" ? w.noName : members.value.length === 0 ? w.noMember : "";
    if (wrong.value !== "") return;
    const unit: Reference = { reference: me.value.unit, display: me.value.unitName };
    const participant = members.value.map((member) => ({ member: { ...member, ...(member.reference === me.value.who.reference ? { display: me.value.who.display ?? "" } : {}) } }));
    void saved({ ...(team ?? { resourceType: "CareTeam", status: "active", managingOrganization: [unit] }), name, participant }, w.saved(name));
  };
  return (
    <form class="compose" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <p class="field"><label for="team-name">{w.name}</label><input ref={field} id="team-name" type="text" maxLength={NAME_MAX} defaultValue={team?.name ?? ""} /></p>
      <fieldset class="team-members"><legend>{w.members}</legend>{known.map((one) => <label key={one.reference} class="check"><input type="checkbox" checked={has(one)} onChange={() => turn(one)} /> {one.display}</label>)}</fieldset>
      <p class="actions"><button type="submit" class="button button-main">{w.save}</button><button type="button" class="button" onClick={close}>{w.cancel}</button></p>
    </form>
  );
}
