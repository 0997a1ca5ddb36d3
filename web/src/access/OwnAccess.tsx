// SPDX-License-Identifier: Apache-2.0
// For a patient: one's blocks and consents, and who has read. For a guardian: who has read the child's record.
import { useEffect, useState } from "preact/hooks";
import type { ParametersParameter } from "@fhir";
import { useChart } from "../chart/model.ts";
import { tell } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { session } from "../session/session.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { GrantRow } from "./AccessSection.tsx";
import type { GrantKind } from "./explained.ts";
import { deedPath } from "./words.ts";

export function OwnAccess() {
  const patient = session.value?.kind === "patient";
  return (
    <>
      {patient ? <Wishes /> : <p class="box box-warn">{t.value.access.own.guardian}</p>}
      <ReadLog />
    </>
  );
}

function Wishes() {
  const { sight, id } = useChart();
  const a = t.value.access;
  useEffect(() => void sight.readWishes(), [sight]);
  if (sight.wishesError.value !== null) return <FailureBox text={failureText(sight.wishesError.value)} retry={() => void sight.readWishes()} />;
  if (sight.wishes.value === null) return <SectionSkeleton />;
  return (
    <>
      <h3 class="group">{a.own.myBlocks}</h3>
      <WishList kinds={["block"]} empty={a.own.noBlocks} end={a.deeds["hav-sparr"].link} />
      <p class="more"><a class="button button-small" href={deedPath(id, "sparr")}>{a.deeds.sparr.link}</a></p>
      <h3 class="group">{a.own.myConsents}</h3>
      <WishList kinds={["consent", "lifted"]} empty={a.own.noConsents} end={a.own.withdraw} />
      <p class="more"><a class="button button-small" href={deedPath(id, "samtycke")}>{a.own.deeds.samtycke.link}</a></p>
    </>
  );
}

function WishList({ kinds, empty, end }: { kinds: readonly GrantKind[]; empty: string; end: string }) {
  const chart = useChart();
  const shown = (chart.sight.wishes.value ?? []).filter((g) => kinds.includes(g.kind));
  if (shown.length === 0) return <p class="empty">{empty}</p>;
  const own = t.value.access.own;
  return (
    <ul class="rows">
      {shown.map((g) => <GrantRow key={g.id} grant={g} title={chart.nameOf({ reference: g.actor }) || t.value.common.loading} end={end} kind={own.kinds[g.kind]} lift={g.kind === "block" ? own.deeds["oppna-sparr"].link : undefined} />)}
    </ul>
  );
}

const part = (p: ParametersParameter, name: string) => p.part?.find((one) => one.name === name);
const sameOrigin = (url: string) => new URL(url, location.href).search;

/** Patient/$access-log: which units have read, and when (PDL 8 kap. 5 §); no names. */
function ReadLog() {
  const { id, names } = useChart();
  const [rows, setRows] = useState<readonly ParametersParameter[] | null>(null);
  const [next, setNext] = useState("");
  const [error, setError] = useState<unknown>(null);
  const o = t.value.access.own;
  const read = (query: string) => {
    setError(null);
    tell(`Patient/${id}/$access-log${query}`, new AbortController().signal).then((answer) => {
      const all = answer.parameter ?? [];
      setRows((old) => [...(query === "" ? [] : (old ?? [])), ...all.filter((p) => p.name === "access")]);
      setNext(all.find((p) => p.name === "next")?.valueUri ?? "");
    }, setError);
  };
  useEffect(() => read(""), [id]);
  const unit = (p: ParametersParameter) => {
    const reference = (part(p, "unit") ?? part(p, "provider"))?.valueReference;
    return reference?.display ?? names.of(reference?.reference ?? "");
  };
  return (
    <>
      <h3 class="group">{o.log}</h3>
      <p class="hint">{o.logText}</p>
      {error === null ? null : <FailureBox heading={o.logAbsent} text={error instanceof FhirError && (error.status === 404 || error.status === 501) ? "" : failureText(error)} retry={() => read("")} />}
      {rows === null && error === null ? <SectionSkeleton /> : null}
      {rows !== null && rows.length === 0 ? <p class="empty">{o.logNone}</p> : null}
      {rows === null || rows.length === 0 ? null : (
        <table class="trend-table read-log">
          <caption class="sr">{o.logCaption}</caption>
          <thead><tr><th scope="col">{o.logTime}</th><th scope="col">{o.logUnit}</th></tr></thead>
          <tbody>{rows.map((p, i) => <tr key={i}><td class="num">{showDateTime(part(p, "time")?.valueInstant)}</td><td>{unit(p)}</td></tr>)}</tbody>
        </table>
      )}
      {next === "" ? null : <p class="more"><button type="button" class="button" onClick={() => read(sameOrigin(next))}>{t.value.common.more}</button></p>}
    </>
  );
}
