// SPDX-License-Identifier: Apache-2.0
// Every version of an entry: who made it, when and why, and what was changed, each field before and after.
import { useLayoutEffect, useRef } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { nextPage } from "../fhir/client.ts";
import { showDateTime } from "../i18n/format.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { focusIn } from "../ui/focus.ts";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { FIELDS, type Kind } from "./fields.ts";
import { changeIn, type Marked } from "./marks.ts";
import { kindOf, listPath } from "./places.ts";
import { formOf, isMistaken, recordedBy, type Entry } from "./records.ts";
import { focusOn } from "./rowFocus.ts";
import { answerText, fieldName } from "./say.ts";
import { c } from "./words.ts";

const VERSIONS_MAX = 100;
export interface Told { readonly label: string; readonly text: string }

/** What a version says, field by field, in the order they are asked. */
function toldBy(kind: Kind, entry: Entry): Told[] {
  const form = formOf(entry);
  const fields = FIELDS[kind].map((field) => ({ label: fieldName(kind, field.name), text: answerText(kind, field, form) }));
  return [...fields, { label: c.value.state, text: isMistaken(entry) ? (c.value.choices["entered-in-error"] ?? "") : "" }].filter((one) => one.label !== "");
}

export function History({ entry }: { entry: Entry }) {
  const chart = useChart();
  const kind = kindOf(entry);
  const box = useRef<HTMLElement>(null);
  const name = formOf(entry)["what"] ?? "";
  const loaded = useLoaded((signal) => nextPage(entry.resourceType, `/fhir/${entry.resourceType}/${entry.id ?? ""}/_history?_count=${VERSIONS_MAX}`, signal).then((page) => page.matches as Entry[]), [entry.id, entry.meta?.versionId]);
  useLayoutEffect(() => focusIn(box.current, "h4, h5"), []);
  const close = () => {
    navigate(listPath(chart, kind));
    focusOn(entry.id ?? "");
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return (
    <section ref={box} class="clin-panel clin-history" aria-labelledby="clin-history" onKeyDown={keys}>
      <h5 id="clin-history" tabIndex={-1}>{c.value.history(name)}</h5>
      {loaded.error === null ? null : <FailureBox text={failureText(loaded.error)} retry={loaded.again} />}
      {loaded.loading && loaded.data === null ? <SectionSkeleton lines={2} /> : null}
      <Versions versions={loaded.data ?? []} told={(one) => toldBy(kind, one)} first={(one) => recordedBy(one)} />
      <p class="actions"><button type="button" class="button button-small" onClick={close}>{c.value.cancel}</button></p>
    </section>
  );
}

interface VersionsProps<T> { versions: readonly T[]; told: (one: T) => Told[]; /** Who recorded it, for a version that no mark tells of. */ first: (one: T) => { who: { reference?: string; display?: string } | undefined; when: string } }

export function Versions<T extends Marked>({ versions, told, first }: VersionsProps<T>) {
  return <ol class="clin-versions">{versions.map((one, i) => <Version key={one.meta?.versionId} one={one} before={versions[i + 1]} told={told} first={first} />)}</ol>;
}

function Version<T extends Marked>({ one, before, told, first }: { one: T; before: T | undefined } & Omit<VersionsProps<T>, "versions">) {
  const chart = useChart();
  const change = changeIn(one, before);
  const who = chart.nameOf(change?.by ?? (before === undefined ? first(one).who : undefined)) || c.value.byUnknown;
  const was = new Map((before === undefined ? [] : told(before)).map((each) => [each.label, each.text]));
  const shown = told(one).filter((each) => (before === undefined ? each.text !== "" : each.text !== was.get(each.label)));
  return (
    <li>
      <p><b>{c.value.version(one.meta?.versionId ?? "")}</b> <span class="num">{c.value.versionBy(showDateTime(one.meta?.lastUpdated), who)}</span>{change === null || change.why === "" ? null : <> · {c.value.because(change.why)}</>}</p>
      {shown.length === 0 ? <p class="quiet">{c.value.same}</p> : (
        <dl class="facts facts-column">
          {shown.map((each) => (
            <div key={each.label} class="fact"><dt>{each.label}</dt><dd>{before === undefined ? each.text : <><del>{was.get(each.label) || c.value.nothing}</del> <span aria-hidden="true">→</span> <ins>{each.text || c.value.nothing}</ins></>}</dd></div>
          ))}
        </dl>
      )}
    </li>
  );
}
