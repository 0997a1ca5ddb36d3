// SPDX-License-Identifier: Apache-2.0
// helhet convert: either way, by its first character, with the place of what is wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const dir = mkdtempSync(join(tmpdir(), 'helhet-convert-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const convert = (text, ...args) => {
  const file = join(dir, 'in');
  writeFileSync(file, text);
  return spawnSync(process.env.HELHET_BIN ?? 'build/helhet', ['convert', ...args, file], { encoding: 'utf8' });
};
const json = '{"resourceType":"Observation","status":"final","code":{"text":"Åsa"},"valueQuantity":{"value":1.50}}';
const xml = '<?xml version="1.0" encoding="UTF-8"?><Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="Åsa"/></code><valueQuantity><value value="1.50"/></valueQuantity></Observation>';

test('either way, and back', () => {
  assert.equal(convert(json).stdout, `${xml}\n`);
  assert.equal(convert(xml).stdout, `${json}\n`);
  assert.equal(convert(json, '--to', 'json').stdout, `${json}\n`);
  assert.match(convert(xml, '--to', 'xml', '--pretty').stdout, /\n {2}<status value="final"\/>\n/);
});

test('wrong input and wrong commands', () => {
  const wrong = convert('<Observation xmlns="http://hl7.org/fhir">\n<stauts value="final"/></Observation>');
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /stauts/);
  assert.match(wrong.stderr, /rad \(line\) 2, kolumn \(column\) \d+\n.*: Observation\.stauts$/m);
  assert.equal(convert('{"resourceType":"Nothing"}').status, 1);
  assert.equal(convert(json, '--to', 'turtle').status, 2);
  assert.equal(convert(json, '--help').status, 0);
});
