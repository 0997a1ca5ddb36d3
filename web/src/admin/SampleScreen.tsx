// SPDX-License-Identifier: Apache-2.0
// A random sample of the log, each access reviewed with a documented outcome.
import { useState } from "preact/hooks";
import type { AuditEvent, Bundle, Parameters } from "@fhir";
import { isType, tell } from "../fhir/client.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { accessOf, type Access } from "./audit.ts";
import { AccessTable } from "./AccessTable.tsx";
import { useLoaded } from "./load.ts";
import { ReviewForm } from "./ReviewForm.tsx";
import { a } from "./words.ts";

interface Drawn { rows: Access[]; n: number; population: number; seed: string }

function drawn(parameters: Parameters): Drawn {
  const of = (name: string) => parameters.parameter?.find((p) => p.name === name);
  const sample = of("sample")?.resource;
  const events = isType(sample, "Bundle") ? ((sample as Bundle).entry ?? []).flatMap((e) => (isType(e.resource, "AuditEvent") ? [e.resource as AuditEvent] : [])) : [];
  return { rows: events.map(accessOf), n: of("n")?.valueInteger ?? events.length, population: of("population")?.valueInteger ?? 0, seed: of("seed")?.valueString ?? "" };
}

export function SampleScreen() {
  const w = a.value.sample;
  const [asked, setAsked] = useState<URLSearchParams | null>(null);
  const [at, setAt] = useState<Access | null>(null);
  const [done, setDone] = useState<ReadonlyMap<string, string>>(new Map());
  const sample = useLoaded((signal) => (asked === null ? null : tell(`AuditEvent/$sample?${asked}`, signal).then(drawn)), [asked]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setAsked(new URLSearchParams([...form].map(([k, v]) => [k, String(v)]).filter((pair): pair is [string, string] => pair[1] !== "")));
  };
  return (
    <section aria-labelledby="admin-heading">
      <h2 id="admin-heading">{w.heading}</h2>
      <p class="hint">{w.intro}</p>
      <form class="admin-bar" onSubmit={submit}>
        <label><span>{w.n}</span><input class="field" name="n" type="number" min="1" max="200" defaultValue="20" required /></label>
        <label><span>{a.value.from}</span><input class="field" name="since" type="date" /></label>
        <label><span>{a.value.to}</span><input class="field" name="until" type="date" /></label>
        <button type="submit" class="button button-main">{w.draw}</button>
      </form>
      {sample.error === null ? null : <FailureBox text={failureText(sample.error)} retry={sample.again} />}
      {sample.loading && asked !== null ? <SectionSkeleton /> : null}
      {sample.data === null ? null : (
        <>
          <p role="status">{w.drawn(sample.data.rows.length, sample.data.population, sample.data.seed)}</p>
          <AccessTable rows={sample.data.rows} action={(one) => (
            <>
              {done.has(one.id) ? <Badge text={`${w.reviewed}: ${w.outcomes[done.get(one.id) ?? ""] ?? ""}`} tone="good" icon="check" /> : null}
              <button type="button" class="button button-small" onClick={() => setAt(one)}>{w.review}</button>
            </>
          )} />
        </>
      )}
      {at === null ? null : <ReviewForm events={[at.id]} close={() => setAt(null)} done={(outcome) => { setDone(new Map([...done, [at.id, outcome]])); setAt(null); }} />}
    </section>
  );
}
