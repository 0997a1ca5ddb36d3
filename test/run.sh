#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every test and counts: unit tests (cmocka, under ASan and UBSan), tidy, HTTP, end to end, crash and browser
# tests (node:test). Arguments choose among: tidy unit http e2e browser. The last line is "N passed, N failed, N skipped".
cd "$(dirname "$0")/.." || exit 2
suites=${*:-tidy unit http e2e browser}
logs=build/test-logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# number after a word in the log of node:test ("# pass 12")
node_count() { sed -n "s/^[#ℹ] $2 \([0-9]*\)$/\1/p" "$1" | tail -1 | grep . || echo 0; }
add() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); }

unit() {
    make --no-print-directory -j"$(nproc)" BUILD=debug unit_bins || { add 0 1 0; return; }
    for t in build/debug/test/*_test; do
        log="$logs/$(basename "$t").log"
        timeout 900 "$t" >"$log" 2>&1; rc=$?
        p=$(grep -c '^\[       OK \]' "$log"); f=$(grep -c '^\[  FAILED  \] [a-z_A-Z0-9]*$' "$log")
        s=$(grep -c '^\[  SKIPPED \] [a-z_A-Z0-9]*$' "$log")
        # cmocka names each failure and skip twice: when it happens and in the list at the end
        f=$(((f + 1) / 2)); s=$(((s + 1) / 2))
        [ $rc = 0 ] || [ $f -gt 0 ] || f=1
        grep '^SKIPPED' "$log"
        [ $rc = 0 ] && echo "unit $(basename "$t"): $p passed, $s skipped" || { echo "unit $(basename "$t"): FAILED"; tail -40 "$log"; }
        add "$p" "$f" "$s"
    done
}

tidy() {
    if test/tidy.sh >"$logs/tidy.log" 2>&1; then echo "tidy: passed"; add 1 0 0; else cat "$logs/tidy.log"; add 0 1 0; fi
}

node_suite() { # name of the log, files at a time, files
    name=$1 at_a_time=$2; shift 2
    [ -e "$1" ] || return 0
    log="$logs/$name.log"
    timeout 2400 node --test --test-concurrency="$at_a_time" --test-reporter=spec "$@" >"$log" 2>&1; rc=$?
    p=$(node_count "$log" pass); f=$(node_count "$log" fail); s=$(node_count "$log" skipped)
    [ $rc = 0 ] || [ "$f" -gt 0 ] || f=1
    grep -E '﹣.*SKIP' "$log" | sed 's/^ */SKIPPED /'
    [ "$f" = 0 ] && echo "$name: $p passed, $s skipped" || { echo "$name: FAILED"; tail -120 "$log"; }
    add "$p" "$f" "$s"
}

# What is measured against a budget has the machine to itself.
browser() {
    # shellcheck disable=SC2046
    node_suite browser 2 $(ls test/browser/*.test.mjs | grep -v /budgets)
    node_suite browser-budgets 1 test/browser/budgets.test.mjs
}

for s in $suites; do
    case $s in
    unit) unit ;;
    tidy) tidy ;;
    http | e2e | browser)
        make --no-print-directory -j"$(nproc)" all web >"$logs/build.log" 2>&1 || { cat "$logs/build.log"; add 0 1 0; continue; }
        if [ "$s" = browser ]; then browser; else node_suite "$s" 1 test/"$s"/*.test.mjs; fi ;;
    *) echo "unknown suite $s" >&2; exit 2 ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
