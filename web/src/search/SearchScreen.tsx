// SPDX-License-Identifier: Apache-2.0
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { moveInRows, searchAsked } from "../app/keys.ts";
import { navigate, patientPath } from "../app/route.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { PatientRow } from "./PatientRow.tsx";
import { hits, runSearch, searchState, searchText, writeSearch } from "./state.ts";

export function SearchScreen() {
  useEffect(() => {
    document.title = t.value.title([t.value.search.heading]);
  });
  const s = t.value.search;
  return (
    <div class="page search">
      <h1>{s.heading}</h1>
      <SearchField />
      <SearchAnswer />
    </div>
  );
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
          data-rows-from aria-describedby="sok-hint" value={searchText.value} onInput={(event) => writeSearch(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "ArrowDown" && moveInRows(1)) event.preventDefault(); }} />
        {searchText.value === "" ? null : (
          <button type="button" class="button button-quiet" onClick={() => { writeSearch(""); input.current?.focus(); }}>{s.clear}</button>
        )}
      </div>
      <p id="sok-hint" class="hint">{s.hint} <span class="nowrap-block">{s.example}.</span></p>
    </form>
  );
}

/** Enter opens a single hit. With several the first one gets focus instead: nobody opens the wrong chart by habit. */
function openFromField(): void {
  const found = hits.value;
  const only = found.length === 1 ? found[0] : undefined;
  if (searchState.value.kind !== "done") runSearch(openFromField);
  else if (only !== undefined) navigate(patientPath(only.id));
  else moveInRows(1);
}

function statusText(): string {
  const state = searchState.value;
  const s = t.value.search;
  if (state.kind === "searching") return s.searching;
  if (state.kind === "done") return hits.value.length === 0 ? s.none : s.count(hits.value.length, state.more);
  return state.kind === "short" ? s.tooShort : "";
}

function SearchAnswer() {
  const state = searchState.value;
  const s = t.value.search;
  const found = hits.value;
  return (
    <section class="search-answer" aria-label={s.results} aria-busy={state.kind === "searching"}>
      <p class="status" role="status">{statusText()}</p>
      {state.kind === "done" && state.badControlDigit ? <p class="box box-warn"><Icon name="warning" />{s.badControlDigit}</p> : null}
      {state.kind === "failed" ? <FailureBox text={failureText(state.error)} retry={() => runSearch()} /> : null}
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
