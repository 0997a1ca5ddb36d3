// SPDX-License-Identifier: Apache-2.0
// What waits on this computer to be sent, and what was refused: with both texts where somebody else wrote meanwhile.
import { useState } from "preact/hooks";
import type { Resource } from "@fhir";
import { useLoaded } from "../admin/load.ts";
import { read } from "../fhir/client.ts";
import { showDateTime } from "../i18n/format.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { patientName } from "../write/names.ts";
import { dropQueued, queueTurn, readQueue, type Queued } from "../write/queue.ts";
import { sendAnew } from "../write/resume.ts";
import { settle } from "../write/unresolved.ts";
import { against, differences, replaced, written } from "./differ.ts";
import { r } from "./words.ts";

export function WaitingPart() {
  const w = r.value.waiting;
  const loaded = useLoaded(() => readQueue(), [queueTurn.value]);
  const own = loaded.data?.own ?? [];
  return (
    <section aria-labelledby="reserve-waiting">
      <h2 id="reserve-waiting">{w.heading}</h2>
      <p class="hint">{w.intro}</p>
      {loaded.error === null ? null : <FailureBox text={failureText(loaded.error)} retry={loaded.again} />}
      {loaded.data === null && loaded.error === null ? <SectionSkeleton lines={2} /> : null}
      {loaded.data !== null && own.length === 0 ? <p>{w.none}</p> : null}
      <ul class="reserve-list">{own.map((one) => <Waits key={one.key} one={one} />)}</ul>
      {(loaded.data?.others ?? []).map((other) => <p key={other.name} class="box box-warn"><Icon name="lock" />{w.others(other.name || w.somebody, other.count)}</p>)}
    </section>
  );
}

function Waits({ one }: { one: Queued }) {
  const w = r.value.waiting;
  const name = patientName(one.patient);
  return (
    <li class="reserve-item">
      <h3>{one.title}{name === "" ? "" : ` – ${name}`}</h3>
      <p class="quiet">{w.made(showDateTime(one.made))}, {one.name}</p>
      {one.failure === "" ? <p><Icon name="up" />{w.sends}</p> : <Refused one={one} />}
      <details><summary>{w.content}</summary><dl class="reserve-content">{written(one.call).map((part) => <div key={part.path}><dt>{part.path}</dt><dd>{part.text}</dd></div>)}</dl></details>
    </li>
  );
}

/** What stands now of all that it would replace; null: could not be read. */
async function standing(one: Queued, signal: AbortSignal): Promise<{ mine: Resource; theirs: Resource | null }[]> {
  return Promise.all(replaced(one.call).map(async (mine) => ({ mine, theirs: await read(mine.resourceType, mine.id ?? "", signal).catch(() => null) as Resource | null })));
}

function Refused({ one }: { one: Queued }) {
  const w = r.value.waiting;
  const loaded = useLoaded((signal) => (one.conflict ? standing(one, signal) : Promise.resolve([])), [one.key]);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const both = loaded.data ?? [];
  const again = async () => {
    setBusy(true);
    const versions = new Map(both.flatMap(({ theirs }) => (theirs?.id === undefined || theirs.meta?.versionId === undefined ? [] : [[`${theirs.resourceType}/${theirs.id}`, theirs.meta.versionId] as const])));
    settle(one.key);
    await sendAnew(one, against(one.call, versions));
    setBusy(false);
  };
  const drop = () => { settle(one.key); void dropQueued(one.key); };
  return (
    <>
      <p class="box box-warn"><Icon name="warning" />{one.conflict ? w.conflict : one.failure}</p>
      {one.conflict ? both.map(({ mine, theirs }) => <Both key={`${mine.resourceType}/${mine.id ?? ""}`} mine={mine} theirs={theirs} />) : null}
      {asked ? (
        <div class="box box-warn"><p>{w.sure}</p><p class="actions"><button type="button" class="button button-danger" onClick={drop}>{w.dropSure}</button><button type="button" class="button" onClick={() => setAsked(false)}>{w.keep}</button></p></div>
      ) : (
        <p class="actions">
          <button type="button" class="button button-main" disabled={busy || (one.conflict && loaded.data === null)} onClick={() => void again()}>{one.conflict ? w.useMine : w.again}</button>
          <button type="button" class="button" disabled={busy} onClick={() => setAsked(true)}>{one.conflict ? w.useTheirs : w.drop}</button>
        </p>
      )}
    </>
  );
}

function Both({ mine, theirs }: { mine: Resource; theirs: Resource | null }) {
  const w = r.value.waiting;
  return (
    <div class="merge-table">
      <table>
        <thead><tr><th scope="col">{w.what}</th><th scope="col">{w.mine}</th><th scope="col">{w.theirs}</th></tr></thead>
        <tbody>{theirs === null ? <tr><th scope="row">{mine.resourceType}</th><td /><td>{w.gone}</td></tr> : differences(mine, theirs).map((d) => <tr key={d.path}><th scope="row">{d.path}</th><td>{d.mine}</td><td>{d.theirs}</td></tr>)}</tbody>
      </table>
    </div>
  );
}
