// SPDX-License-Identifier: Apache-2.0
// The searches that make servers hang: chains, _has, lists of a thousand values, includes of everything, _filter, sorts by code,
// compartments. Each is many different questions over the same data, so no cache of answers can help. Two clients ask at once,
// one for each core: what somebody at a screen waits, not what a queue of sixteen does.
const enc = encodeURIComponent;
const unique = (list) => [...new Set(list)];
const token = (c) => enc(`${c.system}|${c.code}`);
const some = (list, n) => list.filter((_, i) => i % Math.max(1, Math.floor(list.length / n)) === 0).slice(0, n);

/** Lists of 1,000: every tenth is there, the others are not. */
function thousands(ids, n) {
  return Array.from({ length: n }, (_, k) => Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? ids[(k * 37 + i) % ids.length] : `nobody-${k}-${i}`)).join(','));
}

/** [what, paths] of every shape, made from what a store holds. */
export function shapes(people, observations) {
  const family = unique(people.map((p) => p.name?.[0]?.family).filter(Boolean));
  const codes = unique(observations.map((o) => o.code?.coding?.[0]).filter(Boolean).map(token));
  const ids = people.map((p) => p.id), cities = unique(people.map((p) => p.address?.[0]?.city).filter(Boolean));
  const identifiers = people.map((p) => p.identifier?.find((i) => i.system && i.value)).filter(Boolean).map((i) => enc(`${i.system}|${i.value}`));
  const each = (list, make) => some(list, 200).map((v, i) => `/fhir/${make(v, i)}`);
  return [
    ['chain: Observation?subject:Patient.name', each(family, (f) => `Observation?subject:Patient.name=${enc(f)}`)],
    ['chain: Observation?code & patient.identifier', each(identifiers, (v, i) => `Observation?code=${codes[i % codes.length]}&patient.identifier=${v}`)],
    ['chain of two: Observation?encounter.subject.family', each(family, (f) => `Observation?encounter:Encounter.subject:Patient.family=${enc(f)}`)],
    ['chain from a wide type: MedicationRequest?patient.address-city', each(cities, (c) => `MedicationRequest?patient.address-city=${enc(c)}`)],
    ['_has: Patient with an Observation of a code', each(codes, (c) => `Patient?_has:Observation:patient:code=${c}`)],
    ['_has nested: Practitioner of Encounters of a patient named', each(family, (f) => `Practitioner?_has:Encounter:practitioner:subject:Patient.family=${enc(f)}`)],
    ['_has twice: a code and a condition', each(codes, (c) => `Patient?_has:Observation:patient:code=${c}&_has:Condition:patient:clinical-status=active`)],
    ['_has and a sort by name', each(codes, (c) => `Patient?_has:Observation:patient:code=${c}&_sort=family`)],
    ['1,000 values: Patient?_id', thousands(ids, 100).map((l) => `/fhir/Patient?_id=${l}`)],
    ['1,000 values: Observation?patient & code', thousands(ids, 100).map((l, i) => `/fhir/Observation?patient=${l}&code=${codes[i % codes.length]}`)],
    ['_include=* of 20 Observations', each(codes, (c) => `Observation?code=${c}&_include=*`)],
    ['_revinclude=* of one patient', each(ids, (id) => `Patient?_id=${id}&_revinclude=*`)],
    ['_filter: and, or, not', each(codes, (c) => `Observation?_filter=${enc(`(code eq "${decodeURIComponent(c)}" and date ge 2012-01-01) or (code eq "${decodeURIComponent(c)}" and not (status eq final))`)}`)],
    ['compartment: Patient/x/Observation by date', each(ids, (id) => `Patient/${id}/Observation?_sort=-date`)],
    ['_sort by code of one patient', each(ids, (id) => `Condition?patient=${id}&_sort=code`)],
    ['_sort by a chain: Encounter by patient name, one month', each(Array.from({ length: 120 }, (_, i) => `${2010 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`), (m) => `Encounter?date=${m}&_sort=patient.family`)],
    ['_content: a word', each(family, (f) => `Patient?_content=${enc(f)}`)],
  ];
}
