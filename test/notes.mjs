// SPDX-License-Identifier: Apache-2.0
// Generated Swedish notes with everything that systems have lost or changed: negations, combining marks, quotes, CRLF,
// markup, separators. The same ones every run.

/** Mulberry32: the same notes every run. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pieces = [
  'Pat. har ingen feber, inga smärtor och inget illamående.',
  'Är ej allergisk; utan anmärkning i övrigt.',
  'Åtgärd: återbesök om två veckor hos distriktssköterskan.',
  'Öronstatus u.a. Blåser 112 % av förväntat.',
  'e\u0301 ä\u0308 o\u0308 a\u030a – kombinerande tecken som de skrevs',
  '"Jag mår bra", säger hon; \u2019enkla\u2019 \u201ddubbla\u201d »vinkel«',
  'Hb <120 g/L & CRP >5 mg/L, jfr <div>&amp;</div>',
  'fält^komponent&del~upprepning|nästa\\escape\\',
  'rad ett\r\nrad två\r\n\r\nrad fyra\n\tindragen\n',
  '½ tabl × 2, 37,5 °C, 3×10⁹/L, µg, ‰, €, −5, 10–12',
  'Temp 38,\u00a0hjärtfrekvens 88\u202f/min\u200b',
  '𝛼-blockerare, 👩‍⚕️ ringde, 日本語, עברית, Ṩ ṩ ﬁ',
  '\\u00e5 {"text":"å"} \\n %C3%A5 + &#229; \u007f \u0085 \u2028 \ufeff',
];

function note(rnd, i) {
  const n = 1 + Math.floor(rnd() * 6);
  let text = `Anteckning ${i}: `;
  for (let k = 0; k < n; k++) text += pieces[Math.floor(rnd() * pieces.length)] + (rnd() < 0.3 ? '\r\n' : ' ');
  // A FHIR string may not end or begin with nothing but white space alone, so a full stop ends it.
  return `${text}.`;
}

export function notes(count, seed = 20261121) {
  const rnd = random(seed);
  return Array.from({ length: count }, (_, i) => note(rnd, i));
}
