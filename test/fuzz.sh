#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target for the given number of seconds on its kept corpus; a crasher is written to test/fuzz/TARGET and
# belongs there with its fix. Exit 1 when one was found.
cd "$(dirname "$0")/.." || exit 2
seconds=${1:-60} bad=0
for t in build/fuzz/fuzz/*_fuzz; do
    name=$(basename "$t")
    mkdir -p "test/fuzz/$name" "build/fuzz/corpus/$name"
    echo "fuzz $name: $seconds s"
    if "$t" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="test/fuzz/$name/" \
        "build/fuzz/corpus/$name" "test/fuzz/$name" >"build/fuzz/$name.log" 2>&1; then
        grep -E 'Done|stat::' "build/fuzz/$name.log" | tail -1
    else
        tail -30 "build/fuzz/$name.log"; bad=1
    fi
done
exit $bad
