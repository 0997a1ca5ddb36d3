// SPDX-License-Identifier: Apache-2.0
// Everything the user has begun and not finished: drafts, what is not signed, and writes that failed or are unsure.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useLoaded, type Loaded } from "../admin/load.ts";
import { itemPath, pagePath } from "../app/route.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { self } from "../note/people.ts";
import { unsigned, type Unsigned } from "../note/unsigned.ts";
import { session } from "../session/session.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { drafts, type DraftLine } from "../write/drafts.ts";
import { patientName } from "../write/names.ts";
import { underWay } from "../write/receipts.ts";
import { settle, unresolved } from "../write/unresolved.ts";
import { draftLink } from "./links.ts";
import { ReceiptRow } from "./ReceiptsScreen.tsx";
import { d } from "./words.ts";

const DAY_MS = 86_400_000;
const age = (time: string) => d.value.unfinished.age(Math.max(0, Math.floor((Date.now() - Date.parse(time)) / DAY_MS)));

/** Those of the note screens: what waits for the user's signature, under the assignment or the person. */
function waiting(signal: AbortSignal): Promise<readonly Unsigned[]> | null {
  const me = session.value?.user?.reference;
  if (me === undefined) return null;
  return unsigned([self.peek().reference, me].filter((r) => r !== undefined), signal).then((list) => list.items);
}

export function UnfinishedScreen() {
  const u = d.value.unfinished;
  const begun = useLoaded(() => drafts(), []);
  const notes = useLoaded(waiting, []);
  useEffect(() => {
    document.title = t.value.title([u.heading]);
  });
  const writes = [...underWay.value, ...unresolved.value];
  return (
    <div class="page desk">
      <h1 tabIndex={-1}>{u.heading}</h1>
      <p class="hint">{u.intro}</p>
      <section>
        <h2>{u.writes}</h2>
        {writes.length === 0 ? <p>{u.noWrites}</p> : <ul class="receipt-list">{writes.map((r) => <ReceiptRow key={r.key} receipt={r} settle={() => settle(r.key)} />)}</ul>}
      </section>
      <Part heading={u.drafts} none={u.noDrafts} failed={u.draftsFailed} loaded={begun}>{(line: DraftLine) => <DraftRow key={line.id} draft={line} />}</Part>
      {session.value?.user === undefined ? <section><h2>{u.unsigned}</h2><p>{u.unsignedOpen}</p></section> : (
        <>
          <Part heading={u.unsigned} none={u.noUnsigned} failed={u.unsignedFailed} loaded={notes}>{(note: Unsigned) => <UnsignedRow key={note.id} note={note} />}</Part>
          <p><a href={pagePath("osignerat")}>{u.allUnsigned}</a></p>
        </>
      )}
    </div>
  );
}

interface PartProps<T> { heading: string; none: string; failed: string; loaded: Loaded<readonly T[]>; children: (item: T) => ComponentChildren }

function Part<T>({ heading, none, failed, loaded, children }: PartProps<T>) {
  return (
    <section aria-busy={loaded.loading}>
      <h2>{heading}{loaded.data === null || loaded.data.length === 0 ? "" : ` (${loaded.data.length})`}</h2>
      {loaded.error === null ? null : <FailureBox text={`${failed} ${failureText(loaded.error)}`} retry={loaded.again} />}
      {loaded.loading ? <SectionSkeleton lines={2} /> : null}
      {loaded.data === null ? null : loaded.data.length === 0 ? <p>{none}</p> : <ul class="unfinished-list">{loaded.data.map(children)}</ul>}
    </section>
  );
}

function DraftRow({ draft }: { draft: DraftLine }) {
  const u = d.value.unfinished;
  return <Row link={draftLink(draft)} title={draft.title || (u.kinds[draft.kind] ?? u.untitled)} patient={draft.patient} time={draft.updated} mark={draft.kept ? "" : u.here} />;
}

function UnsignedRow({ note }: { note: Unsigned }) {
  return <Row link={itemPath(note.patient, "anteckningar", note.id)} title={note.title} patient={note.patient} time={note.date} mark="" />;
}

function Row({ link, title, patient, time, mark }: { link: string; title: string; patient: string; time: string; mark: string }) {
  const words = <><b>{title}</b> <span>{patient === "" ? d.value.unfinished.nobody : patientName(patient)}</span></>;
  return (
    <li class="unfinished-row">
      {link === "" ? <span>{words}</span> : <a href={link} data-row>{words}</a>}
      <span class="quiet"><time dateTime={time}>{showDateTime(time)}</time> · {age(time)}{mark === "" ? "" : ` · ${mark}`}</span>
    </li>
  );
}
