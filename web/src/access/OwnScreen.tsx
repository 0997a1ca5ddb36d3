// SPDX-License-Identifier: Apache-2.0
// The first screen of a patient or a guardian: whose record can be read here, and the three things one can do.
import { useEffect, useState } from "preact/hooks";
import type { Patient } from "@fhir";
import { patientPath } from "../app/route.ts";
import { searchPrivately } from "../fhir/client.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { t } from "../i18n/index.ts";
import { session } from "../session/session.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";

const RECORDS_MAX = "20";

export function OwnScreen() {
  const [patients, setPatients] = useState<readonly Patient[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const o = t.value.access.own;
  useEffect(() => {
    document.title = t.value.title([o.heading]);
  });
  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    // The service shows a patient and a guardian nobody else's.
    searchPrivately("Patient", [["_count", RECORDS_MAX]], stop.signal).then((page) => setPatients(page.matches), (e: unknown) => { if (!stop.signal.aborted) setError(e); });
    return () => stop.abort();
  }, [turn]);
  return (
    <div class="page own">
      <h1 tabIndex={-1}>{o.heading}</h1>
      <p>{o.intro}</p>
      {error === null ? null : <FailureBox text={failureText(error)} retry={() => setTurn(turn + 1)} />}
      {patients === null && error === null ? <SectionSkeleton /> : null}
      {patients !== null && patients.length === 0 ? <p class="empty">{o.none}</p> : null}
      {(patients ?? []).map((patient) => <Record key={patient.id} patient={patient} />)}
    </div>
  );
}

function Record({ patient }: { patient: Patient }) {
  const o = t.value.access.own;
  const id = patient.id ?? "";
  const name = nameText(currentName(patient.name)) || t.value.search.noName;
  return (
    <section class="card" aria-label={name}>
      <header><h2>{name}</h2><span class="num quiet">{identityNumber(patient)?.text ?? ""}</span></header>
      {session.value?.kind === "guardian" ? <p>{o.child(name)}</p> : null}
      <ul class="own-ways">
        <li><a href={patientPath(id)} data-row><Icon name="list" /><span><b>{o.read}</b></span></a></li>
        <li><a href={patientPath(id, "atkomst")} data-row><Icon name="shield" /><span><b>{session.value?.kind === "guardian" ? o.log : `${o.blocks} · ${o.log}`}</b><small>{session.value?.kind === "guardian" ? o.logText : `${o.blocksText} ${o.logText}`}</small></span></a></li>
      </ul>
    </section>
  );
}
