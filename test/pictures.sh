#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Takes the pictures of README.md and docs/handbok anew, by the browser tests, into docs/images.
set -eu
cd "$(dirname "$0")/.."
UPDATE=1 exec node --test --test-concurrency=1 --test-name-pattern "picture" test/browser/*.test.mjs
