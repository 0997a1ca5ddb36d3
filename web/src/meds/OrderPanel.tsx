// SPDX-License-Identifier: Apache-2.0
// Ordering: choose, look over, sign. The panel stands above the list, so that what the patient already has is in view.
import { useEffect, useRef, useState } from "preact/hooks";
import { navigate } from "../app/route.ts";
import { useChart, type Chart } from "../chart/model.ts";
import type { Medicine } from "../chart/state.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import { failureText } from "../ui/failureText.ts";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { dropDraft, keepDraft, newDraftId, openDraft } from "../write/drafts.ts";
import { fromFavourite, fromMedicine, fromProduct } from "./begin.ts";
import { Chooser } from "./Chooser.tsx";
import { favourites } from "./favourites.ts";
import type { Hit } from "./find.ts";
import type { OrderForm } from "./form.ts";
import { OrderFields } from "./OrderFields.tsx";
import { drugOf } from "./order.ts";
import { DRAFT, DRAFT_KIND, FAVOURITE, listPath, medicineOf, type OrderDraft, type Ordering } from "./places.ts";
import { rangeState } from "./state.ts";
import { m } from "./words.ts";

interface Begun { readonly form: OrderForm; readonly words: readonly string[]; readonly about: string; readonly draft: string; readonly touched?: boolean }
type State = Begun | "choose" | "reading" | "gone" | { readonly failed: unknown };

/** The beginning that an address asks for; "reading" while what it is about is on its way. */
function beginning(chart: Chart, ordering: Ordering, about: string): State {
  if (ordering === "ordinera" && about === "") return "choose";
  if (about.startsWith(FAVOURITE)) {
    const favourite = favourites().find((f) => f.id === about.slice(FAVOURITE.length));
    return favourite === undefined ? "choose" : { form: fromFavourite(favourite), words: [], about: "", draft: newDraftId() };
  }
  const found = medicineOf(chart, about);
  const { prescriptions, statements } = chart.lists;
  const waits = [prescriptions, statements].some((list) => list.status.value === "idle" || list.status.value === "loading");
  // The range tells the product's strength; without it the order itself is enough.
  if (rangeState.value === "idle" || rangeState.value === "reading" || (found === null && waits)) return "reading";
  return found === null ? "gone" : { ...fromMedicine(found, chart), about, draft: newDraftId() };
}

function usePanel(ordering: Ordering, about: string) {
  const chart = useChart();
  const [state, setState] = useState<State>(about.startsWith(DRAFT) ? "reading" : "choose");
  const wanted = about.startsWith(DRAFT) ? null : beginning(chart, ordering, about);
  const settled = typeof state === "object";
  useEffect(() => {
    // An effect comes late where there is much to do: what has been chosen meanwhile stands.
    if (wanted !== null && !settled) setState((now) => (typeof now === "object" ? now : wanted));
  }, [typeof wanted === "object" ? "begun" : wanted, settled]);
  useEffect(() => {
    if (!about.startsWith(DRAFT)) return;
    const id = about.slice(DRAFT.length);
    openDraft<OrderDraft>(id).then((got) => setState(got === null ? "gone" : { form: got.content.form, words: got.content.words, about: got.content.about, draft: id, touched: true }), (failed: unknown) => setState({ failed }));
  }, [about]);
  return { chart, state, setState };
}

function formOf(hit: Hit): OrderForm {
  return hit.kind === "favourite" ? fromFavourite(hit.favourite) : fromProduct(hit.medication);
}

export interface Props { ordering: Ordering; about: string }

export function OrderPanel({ ordering, about }: Props) {
  const { chart, state, setState } = usePanel(ordering, about);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.scrollIntoView({ block: "nearest" }), []);
  const close = () => navigate(listPath(chart));
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  const change = (form: OrderForm, begun: Begun) => {
    setState({ ...begun, form, touched: true });
    keepDraft<OrderDraft>({ id: begun.draft, kind: DRAFT_KIND, patient: chart.id, title: drugOf(form.medication).name, content: { form, words: begun.words, ordering, about: begun.about } });
  };
  const done = (begun: Begun) => {
    dropDraft(begun.draft);
    close();
    setTimeout(() => document.getElementById("section-heading")?.focus(), 0);
  };
  return (
    <section class="med-panel" aria-labelledby="med-panel-heading" onKeyDown={keys}>
      <header><h3 id="med-panel-heading" ref={heading}>{m.value.panel[ordering]}</h3><button type="button" class="button button-small" onClick={close} title={m.value.cancelHint}>{m.value.cancel}</button></header>
      {state === "choose" ? <Chooser choose={(hit) => setState({ form: formOf(hit), words: [], about: "", draft: newDraftId() })} /> : null}
      {state === "reading" ? <SectionSkeleton lines={4} /> : null}
      {state === "gone" ? <FailureBox text={m.value.gone} /> : null}
      {typeof state === "object" && "failed" in state ? <FailureBox text={failureText(state.failed)} /> : null}
      {typeof state === "object" && "form" in state ? (
        <OrderFields form={state.form} words={state.words} prior={priorOf(chart, state.about)} lost={state.about !== "" && medicineOf(chart, state.about) === null} change={(form) => change(form, state)} another={state.about === "" ? () => setState("choose") : null} touched={state.touched === true} done={() => done(state)} />
      ) : null}
    </section>
  );
}

function priorOf(chart: Chart, about: string): Medicine | null {
  return about === "" ? null : medicineOf(chart, about);
}

