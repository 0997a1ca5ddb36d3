// SPDX-License-Identifier: Apache-2.0
// What the checks of an order go by, as data. A starting set for demonstration and tests: a region that orders medicines
// for real people decides, documents and keeps its own (docs/MEDICINES.md). Groups are prefixes of ATC codes.

export interface Allergen {
  readonly id: string;
  readonly sv: string;
  /** What the class holds. */
  readonly atc: readonly string[];
  /** What somebody with this allergy may react to as well. */
  readonly cross: readonly string[];
  /** Words an allergy is written with when it has no code; compared with the beginnings of its words. */
  readonly words: readonly string[];
  /** SNOMED CT: allergy to it. */
  readonly snomed: readonly string[];
}

export const ALLERGENS: readonly Allergen[] = [
  { id: "penicillins", sv: "penicilliner", atc: ["J01C"], cross: ["J01D"], words: ["penicillin", "pc", "pcv", "amoxicillin", "kåvepenin", "flukloxacillin", "pivmecillinam", "piperacillin"], snomed: ["91936005"] },
  { id: "cephalosporins", sv: "cefalosporiner", atc: ["J01DB", "J01DC", "J01DD", "J01DE", "J01DI"], cross: ["J01C"], words: ["cefalosporin", "cephalosporin", "cefadroxil", "cefotaxim"], snomed: ["294532003"] },
  { id: "sulfonamides", sv: "sulfonamider och trimetoprim", atc: ["J01E"], cross: [], words: ["sulfa", "sulfonamid", "trimetoprim"], snomed: ["91939003"] },
  { id: "macrolides", sv: "makrolider", atc: ["J01FA"], cross: [], words: ["makrolid", "erytromycin", "klaritromycin", "azitromycin"], snomed: [] },
  { id: "tetracyclines", sv: "tetracykliner", atc: ["J01A"], cross: [], words: ["tetracyklin", "doxycyklin"], snomed: [] },
  { id: "quinolones", sv: "kinoloner", atc: ["J01M"], cross: [], words: ["kinolon", "ciprofloxacin"], snomed: [] },
  { id: "nsaid", sv: "NSAID", atc: ["M01A"], cross: ["N02BA", "B01AC06"], words: ["nsaid", "ibuprofen", "naproxen", "diklofenak", "ketoprofen"], snomed: [] },
  { id: "salicylates", sv: "acetylsalicylsyra", atc: ["N02BA", "B01AC06"], cross: ["M01A"], words: ["acetylsalicylsyra", "asa", "aspirin", "salicyl", "trombyl", "treo"], snomed: ["293586001"] },
  { id: "opioids", sv: "opioider", atc: ["N02A"], cross: [], words: ["opioid", "morfin", "kodein", "oxikodon", "tramadol"], snomed: [] },
  { id: "ace", sv: "ACE-hämmare", atc: ["C09A", "C09B"], cross: [], words: ["ace", "enalapril", "ramipril"], snomed: [] },
  { id: "statins", sv: "statiner", atc: ["C10AA"], cross: [], words: ["statin", "atorvastatin", "simvastatin"], snomed: [] },
  { id: "contrast", sv: "jodkontrastmedel", atc: ["V08A"], cross: [], words: ["jodkontrast"], snomed: [] },
];

/** Groups of which one is enough: two of them at once are warned for. Two of any other narrow group are mentioned. */
export const ONE_IS_ENOUGH: readonly { readonly atc: readonly string[]; readonly sv: string }[] = [
  { atc: ["B01AA", "B01AB", "B01AE", "B01AF"], sv: "antikoagulantia" },
  { atc: ["C09"], sv: "medel som påverkar renin-angiotensinsystemet" },
  { atc: ["C07"], sv: "betablockerare" },
  { atc: ["C10AA"], sv: "statiner" },
  { atc: ["M01A"], sv: "NSAID" },
  { atc: ["N06AB", "N06AX16", "N06AX21"], sv: "SSRI och SNRI" },
  { atc: ["N05C", "N05BA"], sv: "sömnmedel och bensodiazepiner" },
  { atc: ["N02A"], sv: "opioider" },
  { atc: ["A02BC"], sv: "protonpumpshämmare" },
];

/** Of the substance, by mouth, for grown-ups, in 24 hours. weekly: given once a week; daily dosing has killed. */
export interface MostRule { readonly atc: string; readonly perDay?: readonly [string, string]; readonly weekly?: boolean }

export const MOST: readonly MostRule[] = [
  { atc: "N02BE01", perDay: ["4", "g"] },
  { atc: "M01AE01", perDay: ["2400", "mg"] },
  { atc: "M01AE02", perDay: ["1000", "mg"] },
  { atc: "A10BA02", perDay: ["3000", "mg"] },
  { atc: "C10AA05", perDay: ["80", "mg"] },
  { atc: "C10AA01", perDay: ["80", "mg"] },
  { atc: "C08CA01", perDay: ["10", "mg"] },
  { atc: "C09AA02", perDay: ["40", "mg"] },
  { atc: "N06AB06", perDay: ["200", "mg"] },
  { atc: "N02AX02", perDay: ["400", "mg"] },
  { atc: "B01AF02", perDay: ["20", "mg"] },
  { atc: "L04AX03", weekly: true },
  { atc: "L01BA01", weekly: true },
  { atc: "M05BA04", weekly: true },
];

/** Of the substance per kilogram and 24 hours, for children. */
export const MOST_PER_KG: readonly { readonly atc: string; readonly perDay: readonly [string, string] }[] = [
  { atc: "N02BE01", perDay: ["75", "mg"] },
  { atc: "M01AE01", perDay: ["30", "mg"] },
];

export const CHILD_YEARS = 18;
