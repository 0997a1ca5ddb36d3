// SPDX-License-Identifier: Apache-2.0
// The few names our unit tests use of Node's own test modules, so that no @types package is needed.
declare module "node:test" {
  export function test(name: string, body: () => void | Promise<void>): void;
}
declare module "node:assert/strict" {
  interface Assert {
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    ok(value: unknown, message?: string): void;
    throws(body: () => unknown): void;
  }
  const assert: Assert;
  export default assert;
}
