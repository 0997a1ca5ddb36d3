// SPDX-License-Identifier: Apache-2.0

/** Today, or the day of `now`, where the user is: a FHIR date. */
export function today(now = new Date()): string {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}
