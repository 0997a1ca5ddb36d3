// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { moveInRows, searchAsked } from "../app/keys.ts";
import { navigate, pagePath, patientPath } from "../app/route.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { PatientRow } from "./PatientRow.tsx";
import { patientSearch } from "./state.ts";

export function SearchScreen() {
  useEffect(() => {
    document.title = t.value.title([t.value.search.heading]);
  });
  const s = t.value.search;
  return (
    <div class="page search">
      <h1>{s.heading}</h1>
      <SearchField />
      <p><a class="button" href={pagePath("okand")} aria-keyshortcuts="Alt+U">{s.unknown}</a></p>
      <SearchAnswer />
      {patientSearch.state.value.kind === "idle" ? <MinePart /> : null}
    </div>
  );
}

/** Recent patients and own lists: a file of its own, after the search field, which must come first. */
const mine = signal<ComponentType | null>(null);

function MinePart() {
  useEffect(() => {
    import("../desk/MyPatients.tsx").then((module) => (mine.value = module.MyPatients), () => undefined);
  }, []);
  return mine.value === null ? null : <mine.value />;
}

function SearchField() {
  const input = useRef<HTMLInputElement>(null);
  const asked = searchAsked.value;
  const s = t.value.search;
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [asked]);
  return (
    <form role="search" class="search-form" onSubmit={(event) => { event.preventDefault(); openFromField(); }}>
      <label for="sok">{s.label}</label>
      <div class="search-field">
        <Icon name="search" />
        <input ref={input} id="sok" type="text" inputMode="text" enterKeyHint="search" autoComplete="off" autoCapitalize="off" spellcheck={false} maxLength={120}
          data-rows-from aria-describedby="sok-hint" value={patientSearch.text.value} onInput={(event) => patientSearch.write(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "ArrowDown" && moveInRows(1)) event.preventDefault(); }} />
        {patientSearch.text.value === "" ? null : (
          <button type="button" class="button button-quiet" onClick={() => { patientSearch.write(""); input.current?.focus(); }}>{s.clear}</button>
        )}
      </div>
      <p id="sok-hint" class="hint">{s.hint} <span class="nowrap-block">{s.example}.</span></p>
    </form>
  );
}

/** Enter opens a single hit. With several the first one gets focus instead: nobody opens the wrong chart by habit. */
function openFromField(): void {
  const found = patientSearch.hits.value;
  const only = found.length === 1 ? found[0] : undefined;
  if (patientSearch.state.value.kind !== "done") patientSearch.run(openFromField);
  else if (only !== undefined) navigate(patientPath(only.id));
  else moveInRows(1);
}

function statusText(): string {
  const state = patientSearch.state.value;
  const s = t.value.search;
  if (state.kind === "searching") return s.searching;
  if (state.kind === "done") return patientSearch.hits.value.length === 0 ? s.none : s.count(patientSearch.hits.value.length, state.more);
  return state.kind === "short" ? s.tooShort : "";
}

function SearchAnswer() {
  const state = patientSearch.state.value;
  const s = t.value.search;
  const found = patientSearch.hits.value;
  return (
    <section class="search-answer" aria-label={s.results} aria-busy={state.kind === "searching"}>
      <p class="status" role="status">{statusText()}</p>
      {state.kind === "done" && state.badControlDigit ? <p class="box box-warn"><Icon name="warning" />{s.badControlDigit}</p> : null}
      {state.kind === "failed" ? <FailureBox text={failureText(state.error)} retry={() => patientSearch.run()} /> : null}
      {state.kind === "done" && found.length === 0 ? <p class="hint">{s.noneHint}</p> : null}
      {state.kind === "searching" && found.length === 0 ? <SectionSkeleton lines={4} /> : null}
      {found.length === 0 ? null : (
        <>
          <ul class="hits">{found.map((hit) => <PatientRow key={hit.id} hit={hit} />)}</ul>
          <p class="hint">{s.moveHint}</p>
        </>
      )}
    </section>
  );
}
