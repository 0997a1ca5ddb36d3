// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { OperationOutcome } from "@fhir";
import { failureOf, outcomeText } from "./error.ts";

const outcome: OperationOutcome = {
  resourceType: "OperationOutcome",
  issue: [{
    severity: "error", code: "not-found",
    details: {
      text: "Patient/x finns inte",
      _text: { extension: [{ url: "http://hl7.org/fhir/StructureDefinition/translation", extension: [{ url: "lang", valueCode: "en" }, { url: "content", valueString: "Patient/x does not exist" }] }] },
    },
  }],
};

test("each status is one of the failures the screens have words for", () => {
  const kinds = [400, 401, 403, 404, 410, 412, 429, 500, 503].map((status) => failureOf(status, null).kind);
  assert.deepEqual(kinds, ["invalid", "refused", "refused", "notFound", "gone", "invalid", "busy", "server", "busy"]);
});

test("the server's own words, in the reader's language where it gave both", () => {
  assert.equal(outcomeText(failureOf(404, outcome).outcome, "sv"), "Patient/x finns inte");
  assert.equal(outcomeText(failureOf(404, outcome).outcome, "en"), "Patient/x does not exist");
  assert.equal(outcomeText(failureOf(404, "<html>").outcome, "sv"), "");
  assert.equal(outcomeText({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "invalid", diagnostics: "rad 3" }] }, "sv"), "rad 3");
});
