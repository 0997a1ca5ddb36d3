// SPDX-License-Identifier: Apache-2.0
// Leaving the page while something is not yet kept or not yet certain: the browser asks first.
const reasons: (() => boolean)[] = [];

/** From now on the page is not left without a question while `unsafe` says so. */
export function holdWhile(unsafe: () => boolean): void {
  if (reasons.length === 0 && typeof document !== "undefined") {
    addEventListener("beforeunload", (event) => {
      if (reasons.some((one) => one())) event.preventDefault();
    });
  }
  reasons.push(unsafe);
}
