// SPDX-License-Identifier: Apache-2.0
// Which patients of a result list could be taken for one another: the same name, or names one slip of the pen apart.

export interface Named {
  id: string;
  family: string;
  given: string;
}

/** Lower case without accents; spellings that sound alike in Swedish fall together. */
export function soundKey(name: string): string {
  return name.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")
    .replace(/ph/g, "f").replace(/th/g, "t").replace(/ch|ck|c|q/g, "k").replace(/z/g, "s").replace(/w/g, "v").replace(/x/g, "ks")
    .replace(/(.)\1+/g, "$1").replace(/[^a-z0-9]/g, "");
}

/** True when at most one letter is added, dropped, changed, or two neighbours have changed places. */
export function oneSlip(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const restA = a.slice(start, a.length - end);
  const restB = b.slice(start, b.length - end);
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}

/** The ids that have a look-alike in the same list. */
export function lookalikes(people: readonly Named[]): Set<string> {
  const keys = people.map((p) => ({ id: p.id, family: soundKey(p.family), given: soundKey(p.given.split(/\s+/)[0] ?? "") }));
  const found = new Set<string>();
  keys.forEach((a, i) => {
    for (const b of keys.slice(i + 1)) {
      if (a.family === "" || !oneSlip(a.family, b.family) || !oneSlip(a.given, b.given)) continue;
      if (a.family !== b.family && a.given !== b.given) continue;
      found.add(a.id).add(b.id);
    }
  });
  return found;
}
