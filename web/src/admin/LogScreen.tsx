// SPDX-License-Identifier: Apache-2.0
// The log of one patient or of one member of staff, or of all, newest first.
import { useState } from "preact/hooks";
import type { AuditEvent } from "@fhir";
import { adminPath, navigate } from "../app/route.ts";
import { nextPage, searchPrivately, type Page, type Params } from "../fhir/client.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { accessOf } from "./audit.ts";
import { AccessTable } from "./AccessTable.tsx";
import { useLoaded } from "./load.ts";
import { a } from "./words.ts";

const COUNT = "50";

function criteria(about: string, from: string, to: string): Params {
  const rest: [string, string][] = [];
  if (about.startsWith("Patient/")) rest.push(["patient", about]);
  if (about.startsWith("Practitioner/")) rest.push(["agent", about]);
  if (from !== "") rest.push(["date", `ge${from}`]);
  if (to !== "") rest.push(["date", `le${to}`]);
  return [...rest, ["_count", COUNT]];
}

export function LogScreen({ about }: { about: string }) {
  const w = a.value.log;
  const [times, setTimes] = useState({ from: "", to: "" });
  const [more, setMore] = useState<Page<AuditEvent>[]>([]);
  const [wrong, setWrong] = useState<unknown>(null);
  const first = useLoaded((signal) => {
    setMore([]);
    return searchPrivately("AuditEvent", criteria(about, times.from, times.to), signal);
  }, [about, times]);
  const pages = first.data === null ? [] : [first.data, ...more];
  const next = pages.at(-1)?.next ?? null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const of = (name: string) => String(form.get(name) ?? "").trim();
    const id = (type: string, text: string) => (text === "" ? "" : text.includes("/") ? text : `${type}/${text}`);
    setTimes({ from: of("from"), to: of("to") });
    navigate(adminPath("logg", id("Patient", of("patient")) || id("Practitioner", of("user"))));
  };
  return (
    <section aria-labelledby="admin-heading">
      <h2 id="admin-heading">{w.heading}</h2>
      <p class="hint">{w.intro}</p>
      <form class="admin-bar" onSubmit={submit}>
        <label><span>{w.patient}</span><input class="field" name="patient" autocomplete="off" spellcheck={false} defaultValue={about.startsWith("Patient/") ? about.slice("Patient/".length) : ""} /></label>
        <label><span>{w.user}</span><input class="field" name="user" autocomplete="off" spellcheck={false} defaultValue={about.startsWith("Practitioner/") ? about.slice("Practitioner/".length) : ""} /></label>
        <label><span>{a.value.from}</span><input class="field" name="from" type="date" defaultValue={times.from} /></label>
        <label><span>{a.value.to}</span><input class="field" name="to" type="date" defaultValue={times.to} /></label>
        <button type="submit" class="button button-main">{a.value.show}</button>
      </form>
      {first.error === null ? null : <FailureBox text={failureText(first.error)} retry={first.again} />}
      {first.data === null && first.error === null ? <SectionSkeleton /> : null}
      {first.data === null ? null : <AccessTable rows={pages.flatMap((page) => page.matches).map(accessOf)} />}
      {wrong === null ? null : <FailureBox text={failureText(wrong)} />}
      {next === null ? null : <p class="pager"><button type="button" class="button" onClick={() => { setWrong(null); nextPage("AuditEvent", next, new AbortController().signal).then((page) => setMore([...more, page]), setWrong); }}>{w.older}</button></p>}
    </section>
  );
}
