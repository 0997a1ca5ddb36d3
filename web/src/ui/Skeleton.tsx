// SPDX-License-Identifier: Apache-2.0
import { t } from "../i18n/index.ts";

/** Grey lines where the content will stand; read out as "loading". */
export function SectionSkeleton({ lines = 5 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="sr">{t.value.common.loading}</span>
      {Array.from({ length: lines }, (_, i) => <span key={i} class={`bone bone-${i % 3}`} />)}
    </div>
  );
}
