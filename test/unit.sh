#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every unit test of the debug build; stops at none, fails if one failed. Prints cmocka's own lines.
cd "$(dirname "$0")/.." || exit 2
fail=0
for t in build/debug/test/*_test; do
    [ -x "$t" ] || continue
    case "$t" in *.d) continue ;; esac
    "$t" || { echo "FAILED: $t"; fail=1; }
done
exit $fail
