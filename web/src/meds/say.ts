// SPDX-License-Identifier: Apache-2.0
// A dosage in Swedish words, as it stands in the order and on the label: Dosage.text is the record's, so its language
// does not follow the reader's. Numbers have a decimal comma; no unit is ever left out.
import { compare, decText, normal, ONE, type Dec } from "./decimal.ts";
import type { Amount, Day, Line, Schedule, When } from "./dose.ts";
import { unitWord } from "./units.ts";

export function swedish(d: Dec): string {
  return decText(normal(d)).replace(".", ",");
}

export function amountText(a: Amount): string {
  return `${swedish(a.value)} ${unitWord(a.unit, a.value)}`;
}

export const WHEN: Readonly<Record<When, string>> = {
  MORN: "på morgonen", NOON: "mitt på dagen", AFT: "på eftermiddagen", EVE: "på kvällen", NIGHT: "på natten", HS: "till natten",
  ACM: "före frukost", ACD: "före lunch", ACV: "före kvällsmat", CM: "till frukost", CD: "till lunch", CV: "till kvällsmat",
};
const DAYS: Readonly<Record<Day, string>> = { mon: "måndagar", tue: "tisdagar", wed: "onsdagar", thu: "torsdagar", fri: "fredagar", sat: "lördagar", sun: "söndagar" };
const EACH: Readonly<Record<Schedule["unit"], [string, string]>> = { h: ["i timmen", "timmar"], d: ["dagligen", "dagar"], wk: ["i veckan", "veckor"], mo: ["i månaden", "månader"] };

export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} och ${words[words.length - 1]}`;
}

/** "3 gånger dagligen", "var 8:e timme" as "1 gång var 8 timmar" is said: both numbers stand. */
function rhythm(s: Schedule): string {
  const [each, many] = EACH[s.unit];
  const often = `${s.frequency} ${s.frequency === 1 ? "gång" : "gånger"}`;
  return compare(s.period, ONE) === 0 ? `${often} ${each}` : `${often} per ${swedish(s.period)} ${many}`;
}

function schedule(s: Schedule): string {
  const at = listed(s.when.map((w) => WHEN[w]));
  const days = s.days.length === 0 ? "" : `på ${listed(s.days.map((d) => DAYS[d]))}`;
  const daily = s.unit === "d" && compare(s.period, ONE) === 0 && s.when.length === s.frequency;
  return [daily ? at : rhythm(s), daily ? "" : at, days].filter((part) => part !== "").join(" ");
}

/** "1–2 tabletter vid behov mot smärta, högst 8 tabletter per dygn". */
export function lineText(line: Line): string {
  if (line.free !== "") return line.free;
  const most = line.high ?? line.dose?.value ?? null;
  const dose = line.dose === null || most === null ? "" : `${swedish(line.dose.value)}${line.high === null ? "" : `–${swedish(line.high)}`} ${unitWord(line.dose.unit, most)}`;
  const needed = line.asNeeded ? `vid behov${line.asNeededFor === "" ? "" : ` mot ${line.asNeededFor}`}` : "";
  const said = [dose, line.schedule === null ? "" : schedule(line.schedule), needed].filter((part) => part !== "").join(" ");
  return line.max === null ? said : `${said}, högst ${amountText(line.max)} per dygn`;
}
