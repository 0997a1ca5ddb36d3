// SPDX-License-Identifier: Apache-2.0
import { language, t } from "../i18n/index.ts";
import { FhirError, outcomeText } from "../fhir/error.ts";
import { Icon } from "./Icon.tsx";

/** Our own words for the kind of failure, then the server's own explanation when it gave one. */
export function failureText(error: unknown): string {
  if (!(error instanceof FhirError)) return t.value.failure.unexpected;
  return [t.value.failure[error.kind], outcomeText(error.outcome, language.value)].filter((text) => text !== "").join(" ");
}

interface Props {
  heading?: string;
  text: string;
  retry?: () => void;
}

export function FailureBox({ heading, text, retry }: Props) {
  return (
    <div class="box box-failure" role="alert">
      <Icon name="warning" />
      <div>
        {heading === undefined ? null : <strong>{heading}</strong>}
        <p>{text}</p>
        {retry === undefined ? null : <button type="button" class="button button-small" onClick={retry}>{t.value.common.retry}</button>}
      </div>
    </div>
  );
}
