// SPDX-License-Identifier: Apache-2.0
import { t } from "../i18n/index.ts";
import { Icon } from "./Icon.tsx";

export { failureText } from "./failureText.ts";

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
