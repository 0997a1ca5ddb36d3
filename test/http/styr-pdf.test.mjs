// SPDX-License-Identifier: Apache-2.0
// Reports, cases and decisions on paper: every heading in order, the very letters; a final report's PDF is made once and
// stands; hostile narratives read nothing and end within their bounds; without the program, a clear answer.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { start } from "./server.mjs";

const ROOT = join(import.meta.dirname, "../..");
const BIN = process.env.HELHET_BIN ?? "build/helhet";
const FHIR = { "Content-Type": "application/fhir+json" };
const definition = (name) => JSON.parse(readFileSync(join(ROOT, `definitions/reports/${name}.json`), "utf8"));
const has = (program, args) => spawnSync(program, args).status === 0;
const weasyprint = has("/usr/bin/python3", ["-I", "-c", "import weasyprint"]);
const pdftotext = spawnSync("pdftotext", ["-v"]).error === undefined;
const skip = !weasyprint ? "SKIPPED: weasyprint is not installed" : !pdftotext ? "SKIPPED: pdftotext (poppler-utils) is not installed" : false;

let server;
before(async () => {
  server = await start();
  for (const name of ["weekly", "final"]) await put(definition(name));
});
after(() => server?.stop());

const ask = async (method, path, body, headers = FHIR, from = server) => {
  const answer = await fetch(`${from.origin}${path.startsWith("/") ? path : `/styr/${path}`}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get("content-type") ?? "";
  return { status: answer.status, type, bytes, headers: answer.headers, json: /json/.test(type) ? JSON.parse(bytes.toString()) : null };
};
const put = async (resource, from = server) => {
  const answer = await ask("PUT", `${resource.resourceType}/${resource.id}`, resource, FHIR, from);
  assert.ok(answer.status < 300, answer.bytes.toString());
  return answer.json;
};
const begin = async (name, from = server) => (await ask("POST", `Report/$begin?definition=${name}&from=2025-03-14&to=2025-03-20`, undefined, {}, from)).json;
const written = (report, text) => ({ ...report, section: report.section.map((s) => (s.kind === "narrative" ? { ...s, title: s.title && !s.title.endsWith("?") ? s.title : "En rubrik", statement: text(s) } : s)) });
const text = (pdf, ...options) => {
  const file = join(mkdtempSync(join(tmpdir(), "helhet-pdf-")), "a.pdf");
  writeFileSync(file, pdf);
  return execFileSync("pdftotext", [...options, file, "-"], { encoding: "utf8" });
};
const flat = (s) => s.replace(/\s+/g, " ");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const code = (answer) => answer.json?.issue[0].details.coding[0].code;
const WORDS = "Å ä ö é ü: −38 232 kr, −10 %, 5–7 dygn … ”citat”";

test("a final report on paper: every heading in order, the very letters, pages numbered, diary number and status on each", { skip }, async () => {
  const report = await begin("final");
  await put(written({ ...report, identifier: [{ system: "urn:se:diarium", value: "RS 2025-02255" }] }, (s) => `Om ${s.code}. ${WORDS}\n\n${"En rad till om samma sak. ".repeat(20)}`));
  const final = await ask("POST", `Report/${report.id}/$finalize`, undefined, {});
  assert.equal(final.status, 200, final.bytes.toString());
  const answer = await ask("GET", `Report/${report.id}/$pdf`, undefined, { Accept: "application/pdf" });
  assert.equal(answer.status, 200, answer.bytes.toString());
  assert.equal(answer.type, "application/pdf");
  const said = flat(text(answer.bytes));
  let at = 0;
  for (const s of final.json.section) {
    const heading = flat(`${s.number}${s.number && s.title ? (s.number.includes(".") ? " " : ". ") : ""}${s.title ?? ""}`).trim();
    const next = said.indexOf(heading, at);
    assert.ok(next >= at, `${heading} stands after the one before`);
    at = next;
  }
  assert.ok(said.includes(WORDS), "the very letters");
  assert.ok(!said.includes("UTKAST"));
  const pages = Number(/Pages:\s+(\d+)/.exec(execFileSync("pdfinfo", ["-"], { input: answer.bytes, encoding: "utf8" }))[1]);
  assert.ok(pages > 3, `${pages} pages`);
  for (let p = 1; p <= pages; p++) {
    const page = flat(text(answer.bytes, "-f", String(p), "-l", String(p)));
    assert.ok(page.includes(`Sida ${p} av ${pages}`), `page ${p} has its number`);
    assert.ok(page.includes("RS 2025-02255") && page.includes("Fastställd"), `page ${p} has diary number and status`);
  }
  assert.match(execFileSync("pdfinfo", ["-"], { input: answer.bytes, encoding: "utf8" }), /Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)/);
  // It is made once, and kept with its sum.
  const again = await ask("GET", `Report/${report.id}/$pdf`, undefined, {});
  assert.equal(sha256(again.bytes), sha256(answer.bytes));
  const found = (await ask("GET", `/fhir/DocumentReference?related=Report/${report.id}`, undefined, {})).json;
  assert.equal(found.entry?.length, 1, "the frozen PDF is found from its report");
  const kept = found.entry[0].resource;
  assert.equal(kept.masterIdentifier.value, sha256(answer.bytes));
  const binary = (await ask("GET", `/fhir/${kept.content[0].attachment.url}`, undefined, { Accept: "application/fhir+json" })).json;
  assert.equal(sha256(Buffer.from(binary.data, "base64")), kept.masterIdentifier.value);
  // Nobody changes it, nor puts one there in advance.
  for (const [method, path, body] of [
    ["PUT", `/fhir/Binary/${binary.id}`, { ...binary, data: "AAAA" }],
    ["DELETE", `/fhir/Binary/${binary.id}`, undefined],
    ["PUT", `/fhir/DocumentReference/${kept.id}`, { ...kept, description: "En annan" }],
    ["DELETE", `/fhir/DocumentReference/${kept.id}`, undefined],
    ["PUT", "/fhir/Binary/pdf-forged", { resourceType: "Binary", id: "pdf-forged", contentType: "application/pdf", securityContext: { reference: "Report/forged" }, data: "AAAA" }],
    ["PUT", "/fhir/DocumentReference/pdf-forged", { ...kept, id: "pdf-forged" }],
  ]) {
    const refused = await ask(method, path, body, body ? FHIR : {});
    assert.equal(code(refused), "PAPER_KEPT", `${method} ${path}: ${refused.bytes.subarray(0, 300)}`);
  }
});

test("a draft is marked on every page and kept nowhere", { skip }, async () => {
  const report = await begin("weekly");
  await put(written(report, () => "Skrivet, inte klart."));
  const answer = await ask("GET", `Report/${report.id}/$pdf`, undefined, {});
  assert.equal(answer.status, 200, answer.bytes.toString());
  const pages = text(answer.bytes).split("\f").slice(0, -1);
  assert.ok(pages.length > 1 && pages.every((page) => /^UTKAST$/m.test(page)), "each page says so at its head");
  assert.match(text(answer.bytes), /Utkast, inte fastställt/);
  assert.equal((await ask("GET", `/fhir/DocumentReference?related=Report/${report.id}`, undefined, {})).json.entry?.length ?? 0, 0);
});

test("what a narrative refers to is fetched from nowhere, and nothing of this machine is in the PDF", { skip }, async () => {
  let asked = 0;
  const spy = http.createServer((_, res) => { asked++; res.end("x"); });
  await new Promise((resolve) => spy.listen(0, "127.0.0.1", resolve));
  const report = await begin("weekly");
  const url = `http://127.0.0.1:${spy.address().port}/x.png`;
  await put(written(report, () => `Före ![a](${url}) ![b](file:///etc/passwd) ![c](/etc/passwd) <img src="${url}"> <link rel=stylesheet href="${url}"> <link rel=attachment href="file:///etc/passwd"> <style>@import url(${url})</style> efter.`));
  const answer = await ask("GET", `Report/${report.id}/$pdf`, undefined, {});
  assert.equal(answer.status, 200, answer.bytes.toString());
  const said = flat(text(answer.bytes));
  assert.match(said, /Före/);
  assert.match(said, /efter\./);
  assert.ok(!/root:x:0/.test(said) && !answer.bytes.includes("root:x:0"));
  assert.equal(asked, 0, "nobody was called");
  assert.ok(!answer.bytes.includes("/EmbeddedFile"), "nothing is attached");
  spy.close();
});

/** The processes that a process has begun. */
const children = (pid) => readdirSync("/proc").filter((p) => /^\d+$/.test(p)).filter((p) => {
  try {
    return Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${p}/stat`, "utf8"))[1]) === pid;
  } catch {
    return false;
  }
}).map(Number);

/** Ended, if nobody yet has asked how: an orphan is its new parent's to reap, and not every first process does. */
const ended = (pid) => {
  try {
    return /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
};
const ENDS_MS = 2000;
async function ends(pid) {
  for (const until = Date.now() + ENDS_MS; !ended(pid) && Date.now() < until; ) await new Promise((resolve) => setTimeout(resolve, 20));
  return ended(pid);
}

test("one that is too much ends within its bounds, reads go on meanwhile, and stopping kills it", { skip, timeout: 120000 }, async () => {
  const own = await start();
  await put(definition("weekly"), own);
  const report = await begin("weekly", own);
  // Lists as deep and long as the report takes: minutes of work.
  await put(written(report, () => Array.from({ length: 9000 }, (_, i) => `${"  ".repeat(i % 6)}- rad ${i} ${WORDS}`).join("\n")), own);
  const waiting = ask("GET", `Report/${report.id}/$pdf`, undefined, {}, own).catch((e) => e);
  const helpers = children(own.child.pid);
  assert.ok(helpers.length >= 1, "the helpers");
  let running = [];
  for (let i = 0; i < 100 && !running.length; i++) {
    running = helpers.flatMap(children);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(running.length, 1, "one program, for one document");
  const begun = Date.now();
  assert.equal((await ask("GET", "/health", undefined, {}, own)).status, 200);
  assert.equal((await put({ ...report, title: "Ny rubrik", section: (await ask("GET", `Report/${report.id}`, undefined, {}, own)).json.section }, own)).title, "Ny rubrik");
  assert.ok(Date.now() - begun < 3000, "neither reads nor writes wait for it");
  const fds = readdirSync(`/proc/${running[0]}/fd`).map((fd) => readlinkSync(`/proc/${running[0]}/fd/${fd}`));
  assert.ok(fds.every((f) => !f.includes(own.data) && !f.startsWith("socket:")), `nothing of the store is its: ${fds}`);
  await own.stop();
  await waiting;
  for (const pid of [...helpers, ...running]) assert.ok(await ends(pid), `${pid} has ended with the service`);
});

test("without the program: a clear answer, and a report that becomes final all the same", async () => {
  const own = await start(undefined, ["--pdf", "/usr/bin/no-such-python"]);
  await put(definition("weekly"), own);
  const report = await begin("weekly", own);
  await put(written(report, () => "Skrivet."), own);
  assert.equal((await ask("POST", `Report/${report.id}/$finalize`, undefined, {}, own)).json.status, "final");
  const answer = await ask("GET", `Report/${report.id}/$pdf`, undefined, {}, own);
  assert.equal(answer.status, 501, answer.bytes.toString());
  assert.equal(code(answer), "PAPER_MISSING");
  assert.match(answer.bytes.toString(), /weasyprint/);
  assert.match(answer.bytes.toString(), /skriv ut sidan från webbläsaren/);
  const english = await ask("GET", `Report/${report.id}/$pdf`, undefined, { "Accept-Language": "en" }, own);
  assert.match(english.bytes.toString(), /print the page from the browser/);
  // Installed later, it is made when it is asked for.
  await own.stop({ keep: true });
  if (!skip) {
    const later = await start(own.data);
    const pdf = await ask("GET", `Report/${report.id}/$pdf`, undefined, {}, later);
    assert.equal(pdf.status, 200, pdf.bytes.toString());
    await later.stop({ keep: true });
    const out = join(own.data, "r.pdf");
    const run = spawnSync(BIN, ["report", "pdf", "--data", own.data, "--out", out, `Report/${report.id}`], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    assert.equal(sha256(readFileSync(out)), sha256(pdf.bytes), "the command gives the frozen one");
    assert.equal(spawnSync(BIN, ["report", "pdf", "--data", own.data, "--out", out, "no-such"]).status, 1);
  }
  rmSync(own.data, { recursive: true, force: true });
});

test("a case on paper is what $package gives out; a decision's draft is marked; silly questions are told", { skip }, async () => {
  const heading = (name) => `${name}: ${WORDS}`;
  const the = { resourceType: "DecisionCase", id: "case", status: "draft", kind: "gate", title: "Ärende om införande", identifier: [{ system: "urn:se:diarium", value: "RS 2025-02255" }], recordStatus: "upprattad", need: heading("behov"), proposal: heading("förslag"), functionality: heading("funktion"), funding: "Hemliga belopp", secrecy: [{ ground: "OSL 19:1", section: "funding" }], note: [{ text: "Minnesanteckning" }] };
  await put(the);
  const answer = await ask("GET", "DecisionCase/case/$pdf", undefined, {});
  assert.equal(answer.status, 200, answer.bytes.toString());
  const said = flat(text(answer.bytes));
  for (const part of ["Ärende om införande", "RS 2025-02255", "Upprättad", heading("behov"), heading("förslag"), "Sekretess: OSL 19:1"]) assert.ok(said.includes(part), part);
  assert.ok(!said.includes("Hemliga") && !said.includes("Minnesanteckning"));
  await put({ ...the, id: "working", recordStatus: "arbetsmaterial" });
  assert.equal(code(await ask("GET", "DecisionCase/working/$pdf", undefined, {})), "GOV_WORKING");
  await put({ resourceType: "Decision", id: "draft", status: "draft", title: "Beslut om start", kind: "verkstallighet", outcome: "pending", case: { reference: "DecisionCase/case" }, wording: `Det beslutas. ${WORDS}`, decider: { reference: "PractitionerRole/a", display: "Beslutsfattare A" }, preparedBy: [{ reference: "PractitionerRole/b", display: "Handläggare B" }], condition: [{ description: "Utbildningen klar", due: "2025-05-01" }] });
  const draft = flat(text((await ask("GET", "Decision/draft/$pdf", undefined, {})).bytes));
  for (const part of ["Beslut om start", "UTKAST", "Verkställighetsbeslut", WORDS, "Utbildningen klar", "RS 2025-02255"]) assert.ok(draft.includes(part), `${part} in ${draft}`);
  assert.equal((await ask("GET", "Report/no-such/$pdf", undefined, {})).status, 404);
  assert.equal((await ask("GET", "DecisionCase/case/$pdf?x=1", undefined, {})).status, 400);
  const batch = await ask("POST", "/styr", { resourceType: "Bundle", type: "batch", entry: [{ request: { method: "GET", url: "DecisionCase/case/$pdf" } }] });
  assert.equal(batch.json.entry[0].response.status.slice(0, 3), "406", batch.bytes.toString());
});
