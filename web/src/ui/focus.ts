// SPDX-License-Identifier: Apache-2.0
// Focus on what a press brings, moved in the same turn as it is drawn, so that no key comes between the two.
import { useLayoutEffect, useState } from "preact/hooks";

/** focus is called when what is set together with the returned call has been drawn. */
export function useFocusDrawn(focus: () => void): () => void {
  const [asked, ask] = useState(0);
  useLayoutEffect(() => { if (asked > 0) focus(); }, [asked]);
  return () => ask((n) => n + 1);
}

/** The first of these that is there, within the box. */
export function focusIn(box: Element | null | undefined, ...selectors: string[]): void {
  for (const selector of selectors) {
    const found = box?.querySelector<HTMLElement>(selector);
    if (found === null || found === undefined) continue;
    found.focus();
    return;
  }
}
