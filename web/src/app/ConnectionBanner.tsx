// SPDX-License-Identifier: Apache-2.0
import { t } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import { connection } from "./connection.ts";

/** Always in the page, so that screen readers hear it change. */
export function ConnectionBanner() {
  const state = connection.value;
  return (
    <div class="connection" role="status" data-state={state}>
      {state === "up" ? null : <p><Icon name="warning" />{t.value.connection[state]}</p>}
    </div>
  );
}
