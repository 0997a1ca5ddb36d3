// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { patientPath } from "../app/route.ts";
import { currentName, identityNumber, isProtected, municipality, nameText, protection } from "../fhir/text.ts";
import { showAge, showDate } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import type { Hit } from "./state.ts";

/** after: what can be done with it from here, beside the link; href: where it leads, else to the chart. */
export function PatientRow({ hit, after, href = patientPath(hit.id) }: { hit: Hit; after?: ComponentChildren; href?: string }) {
  const { patient } = hit;
  const s = t.value.search;
  const name = currentName(patient.name);
  const number = identityNumber(patient);
  const hidden = isProtected(patient);
  const dead = patient.deceasedBoolean === true || patient.deceasedDateTime !== undefined;
  return (
    <li>
      <a class="hit" href={href} data-row>
        <span class="hit-name"><b>{name?.family ?? ""}</b>{name?.family === undefined || name.given === undefined ? null : ", "}{name?.given?.join(" ") ?? (name?.family === undefined ? nameText(name) || s.noName : "")}</span>
        <span class="hit-number num">{number === null ? s.noNumber : number.kind === "other" ? `${t.value.identity.born} ${showDate(patient.birthDate)}` : number.text}</span>
        <span class="hit-age">{showAge(patient)}</span>
        <span class="hit-sex">{word(t.value.identity.sexes, patient.gender ?? "unknown")}</span>
        <span class="hit-place">{hidden ? t.value.access.masked : municipality(patient) || s.noMunicipality}</span>
        <span class="hit-marks">
          {hidden ? <Badge tone="danger" icon="lock" text={word(t.value.access.badges, protection(patient))} /> : null}
          {hit.lookalike ? <Badge tone="warn" icon="twins" text={s.lookalikeShort} /> : null}
          {dead ? <Badge tone="quiet" text={patient.deceasedDateTime === undefined ? t.value.identity.deceased : t.value.identity.deceasedOn(showDate(patient.deceasedDateTime))} /> : null}
        </span>
      </a>
      {after}
    </li>
  );
}
