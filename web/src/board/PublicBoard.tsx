// SPDX-License-Identifier: Apache-2.0
// What a waiting room may see: a code for each contact and whether it waits. Nothing about anybody is even asked for.
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showClock } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { readCoded, type Coded } from "./board.ts";
import { streamOf, watchLive } from "./live.ts";
import { b } from "./words.ts";

export function PublicBoard({ unit, back }: { unit: string; back: string }) {
  const p = b.value.public;
  const [turn, setTurn] = useState(0);
  const [shown, setShown] = useState<readonly Coded[]>([]);
  useEffect(() => (unit === "" ? undefined : watchLive(streamOf(unit), () => setTurn((n) => n + 1))), [unit]);
  const loaded = useLoaded((signal) => (unit === "" ? null : readCoded(`Organization/${unit}`, signal)), [unit, turn]);
  useEffect(() => { if (loaded.data !== null) setShown(loaded.data); }, [loaded.data]);
  useEffect(() => {
    document.title = t.value.title([p.heading]);
    document.body.dataset.public = "";
    return () => { delete document.body.dataset.public; };
  });
  const queue = shown.filter((c) => !c.inBed);
  const waiting = queue.filter((c) => c.status !== "in-progress");
  const under = queue.filter((c) => c.status === "in-progress");
  return (
    <div class="board board-public">
      <h1 tabIndex={-1}>{p.heading}</h1>
      <p>{p.intro}</p>
      {loaded.error === null ? null : <FailureBox text={failureText(loaded.error)} retry={loaded.again} />}
      {queue.length === 0 && loaded.error === null ? <p role="status">{p.none}</p> : null}
      <Codes heading={p.waiting} list={waiting} />
      <Codes heading={p.under} list={under} />
      <p class="board-back"><a href={back}>{p.back}</a></p>
    </div>
  );
}

function Codes({ heading, list }: { heading: string; list: readonly Coded[] }) {
  if (list.length === 0) return null;
  return (
    <section>
      <h2>{heading}</h2>
      <ul class="codes">{list.map((c) => <li key={c.id}><b>{c.code}</b> <time dateTime={c.start}>{showClock(c.start)}</time></li>)}</ul>
    </section>
  );
}
