// SPDX-License-Identifier: Apache-2.0
// /sammanfor/ID: the right patient is searched for; ?med=ID: the two side by side, with what speaks against their being
// one person, then one signature. When they are merged already the same address tells so and undoes it.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Patient } from "@fhir";
import { useLoaded } from "../admin/load.ts";
import { navigate, pagePath, patientPath, route } from "../app/route.ts";
import { read } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { showDate, showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { newKey } from "../ids/key.ts";
import { PatientRow } from "../search/PatientRow.tsx";
import { PatientSearch } from "../search/state.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { perform } from "../write/write.ts";
import { compared, dangersOf, factsOf } from "./compare.ts";
import { mergePath } from "./LedNotice.tsx";
import { mergedWith } from "./led.ts";
import { pair, readTwo, type Two } from "./merging.ts";
import { u } from "./words.ts";
import "./unknown.css";

const called = (p: Patient) => [nameText(currentName(p.name)) || t.value.search.noName, identityNumber(p)?.text ?? ""].filter((part) => part !== "").join(", ");

export function MergeScreen({ about }: { about: string }) {
  // The address is read anew each time it changes.
  void route.value;
  const target = new URLSearchParams(location.search).get("med") ?? "";
  useEffect(() => { document.title = t.value.title([u.value.merge.heading]); });
  return (
    <div class="page merge" key={`${about} ${target}`}>
      <h1 tabIndex={-1}>{u.value.merge.heading}</h1>
      {target === "" ? <Choose source={about} /> : <Compare source={about} target={target} />}
    </div>
  );
}

/* ---- step 1 ---- */

const found = new PatientSearch();

function Choose({ source }: { source: string }) {
  const w = u.value.merge;
  const loaded = useLoaded((signal) => read("Patient", source, signal), [source]);
  const field = useRef<HTMLInputElement>(null);
  const patient = loaded.data;
  const with_ = patient === null ? "" : mergedWith(patient);
  useLayoutEffect(() => { found.write(""); field.current?.focus(); }, [patient === null]);
  if (loaded.error !== null) return <FailureBox text={failureText(loaded.error)} retry={loaded.again} />;
  if (patient === null) return <SectionSkeleton />;
  if (with_ !== "") return <p>{w.is}. <a href={mergePath(source, with_)}>{w.showMerge}</a></p>;
  const hits = found.hits.value.filter((hit) => hit.id !== source);
  const state = found.state.value;
  return (
    <>
      <p>{w.intro(called(patient))}</p>
      <h2>{w.step1}</h2>
      <form role="search" onSubmit={(event) => { event.preventDefault(); found.run(); }}>
        <label class="written"><span>{w.search}</span>
          <input ref={field} class="field" type="text" autoComplete="off" spellcheck={false} maxLength={120} data-rows-from value={found.text.value} onInput={(event) => found.write(event.currentTarget.value)} />
        </label>
      </form>
      <p class="status" role="status">{state.kind === "searching" ? t.value.search.searching : state.kind === "done" ? (hits.length === 0 ? (found.hits.value.length > 0 ? w.self : w.none) : t.value.search.count(hits.length, state.more)) : ""}</p>
      {state.kind === "failed" ? <FailureBox text={failureText(state.error)} retry={() => found.run()} /> : null}
      <ul class="hits">{hits.map((hit) => <PatientRow key={hit.id} hit={hit} href={mergePath(source, hit.id)} />)}</ul>
    </>
  );
}

/* ---- step 2 ---- */

function Compare({ source, target }: { source: string; target: string }) {
  const loaded = useLoaded((signal) => readTwo(source, target, signal), [source, target]);
  if (loaded.error !== null) return <FailureBox text={failureText(loaded.error)} retry={loaded.again} />;
  if (loaded.data === null) return <SectionSkeleton />;
  const two = loaded.data;
  return <>{two.made === null ? <Merge two={two} again={loaded.again} /> : <Undo two={two} again={loaded.again} />}</>;
}

function SideBySide({ two }: { two: Two }) {
  const w = u.value.merge;
  const facts = (p: Patient) => factsOf(p, t.value.identity.sexes, showDate);
  return (
    <div class="merge-table">
      <table>
        <caption>{w.compare}</caption>
        <thead><tr><th scope="col">{w.fact}</th><th scope="col">{w.source}</th><th scope="col">{w.target}</th></tr></thead>
        <tbody>
          {compared(facts(two.source), facts(two.target)).map((fact) => (
            <tr key={fact.name} class={fact.differs ? "differs" : ""}>
              <th scope="row">{w.facts[fact.name]}{fact.differs ? <small><Icon name="mark" />{w.differs}</small> : null}</th>
              <td>{fact.source || w.nothing}</td><td>{fact.target || w.nothing}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Dangers({ two }: { two: Two }) {
  const w = u.value.merge;
  const { dangers, yearsApart } = dangersOf(two.source, two.target);
  const alike = two.alike ?? [];
  const none = dangers.length === 0 && yearsApart === 0 && alike.length === 0 && two.alike !== null;
  return (
    <section class={`box ${none ? "box-good" : "box-warn"}`} aria-labelledby="merge-dangers">
      <h3 id="merge-dangers"><Icon name={none ? "check" : "warning"} />{w.dangers}</h3>
      {none ? <p>{w.noDangers}</p> : null}
      <ul>
        {dangers.map((one) => <li key={one}>{w[one]}</li>)}
        {yearsApart === 0 ? null : <li>{w.ageDiffers(yearsApart)}</li>}
        {alike.length === 0 ? null : <li>{w.alike(alike.length)} {alike.map((hit) => called(hit.patient)).join("; ")}</li>}
        {two.alike === null ? <li>{w.alikeFailed}</li> : null}
      </ul>
    </section>
  );
}

/** One write of this screen; the key is its own. */
function useDeed(operation: string, two: Two, title: string, again: () => void) {
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    const [source, target] = [two.source.id ?? "", two.target.id ?? ""];
    try {
      await perform(operation, pair(two.source, two.target), { patient: target, title, link: mergePath(source, target), key: key.current });
      again();
    } catch (failed) {
      if (failed instanceof FhirError && failed.status >= 400 && failed.status < 500) key.current = newKey();
      setError(failed);
    }
    setBusy(false);
  };
  return { busy, error, run };
}

function Merge({ two, again }: { two: Two; again: () => void }) {
  const w = u.value.merge;
  const [from, to] = [called(two.source), called(two.target)];
  const { busy, error, run } = useDeed("Patient/$merge", two, w.title(from, to), again);
  const [sure, setSure] = useState(false);
  const [tried, setTried] = useState(false);
  const impossible = dangersOf(two.source, two.target).dangers.includes("numbers");
  const submit = () => {
    setTried(true);
    if (sure) void run();
  };
  return (
    <>
      <h2>{w.step2}</h2>
      <SideBySide two={two} />
      <Dangers two={two} />
      <p>{two.moves === null ? w.movesFailed : w.moves(two.moves)}</p>
      {error === null ? null : <FailureBox text={failureText(error)} retry={again} />}
      <form noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <label class="check"><input type="checkbox" checked={sure} disabled={impossible} aria-invalid={tried && !sure} onChange={(event) => setSure(event.currentTarget.checked)} /><span>{w.sure}</span></label>
        {tried && !sure ? <p class="deed-wrong" role="alert"><Icon name="warning" />{w.unsure}</p> : null}
        <p class="actions">
          <button type="submit" class="button button-main" disabled={busy || impossible}>{busy ? w.busy : w.go(from, to)}</button>
          <a class="button" href={pagePath("sammanfor", two.source.id ?? "")}>{w.other}</a>
        </p>
      </form>
    </>
  );
}

function Undo({ two, again }: { two: Two; again: () => void }) {
  const w = u.value.merge;
  const [from, to] = [called(two.source), called(two.target)];
  const { busy, error, run } = useDeed("Patient/$unmerge", two, w.undone(from, to), again);
  const [asked, setAsked] = useState(false);
  const target = two.target.id ?? "";
  return (
    <>
      <h2>{w.is}</h2>
      <p role="status">{w.by(two.made?.who ?? "", showDateTime(two.made?.when))} {w.count(two.made?.moved ?? 0)}</p>
      <SideBySide two={two} />
      {error === null ? null : <FailureBox text={failureText(error)} retry={again} />}
      {asked ? (
        <section class="box box-warn">
          <p>{w.undoWhat}</p>
          <p class="actions"><button type="button" class="button button-main" disabled={busy} onClick={() => void run()}>{busy ? w.busy : w.undoSure}</button><button type="button" class="button" onClick={() => setAsked(false)}>{w.keep}</button></p>
        </section>
      ) : null}
      <p class="actions">
        <button type="button" class="button button-main" onClick={() => navigate(patientPath(target))}>{w.open(to)}</button>
        {asked ? null : <button type="button" class="button" onClick={() => setAsked(true)}>{w.undo}</button>}
      </p>
    </>
  );
}
