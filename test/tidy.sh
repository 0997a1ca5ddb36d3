#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The house rules a compiler does not know: format, lengths, banned calls, licence lines, a README per floor, layers.
# Prints each breach; exit 1 when there was one.
cd "$(dirname "$0")/.." || exit 2
bad=0
breach() { echo "tidy: $*"; bad=1; }
FILE_MAX=800 FUNCTION_MAX=70

sources=$(git ls-files 'src/*.[ch]' 'gen/*.[ch]' 'bench/*.[ch]')
web=$(git ls-files 'web/src/*.ts' 'web/src/*.tsx')

# shellcheck disable=SC2086
clang-format-14 --dry-run -Werror $sources 2>/tmp/helhet-tidy.$$ || { breach "format (./dev format):"; grep -o '^[^ ]*:[0-9]*' /tmp/helhet-tidy.$$ | cut -d: -f1 | sort -u; }
rm -f /tmp/helhet-tidy.$$

for f in $sources $web; do
    n=$(wc -l <"$f")
    [ "$n" -le $FILE_MAX ] || breach "$f has $n lines (at most $FILE_MAX)"
    head -2 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || breach "$f lacks its SPDX line"
done

# Functions: from a line in column 0 that opens a parameter list to the closing brace in column 0. A longer one needs
# the words "long function:" with its reason in the comment above it.
for f in $(git ls-files 'src/*.c' 'gen/*.c'); do
    awk -v f="$f" -v max=$FUNCTION_MAX '
        /long function:/ { excused = NR }
        /^[A-Za-z_].*\(/ && !/;[ ]*$/ && !/=/ { name = $0; start = NR }
        /^\}/ { if (start && NR - start + 1 > max && !(excused && start - excused < 8)) { print f ":" start ": " NR - start + 1 " lines: " substr(name, 1, 60) } start = 0 }
    ' "$f"
done >/tmp/helhet-tidy.$$
[ -s /tmp/helhet-tidy.$$ ] && { breach "functions over $FUNCTION_MAX lines:"; cat /tmp/helhet-tidy.$$; }
rm -f /tmp/helhet-tidy.$$

# Calls that go round base/os or have no bound.
hits=$(git grep -nwE '(malloc|calloc|realloc|strdup|strcpy|strcat|sprintf|gets|atoi|atol|strtok|alloca|rand|srand)[[:space:]]*\(' -- 'src/*.c' ':!src/base/os.c')
[ -z "$hits" ] || breach "banned calls:
$hits"
hits=$(git grep -nE '\b(clock_gettime|gettimeofday|getrandom|time\(NULL\))' -- 'src/*.c' ':!src/base/os.c')
[ -z "$hits" ] || breach "clock or randomness outside base/os:
$hits"
hits=$(git grep -nE '\b(TODO|FIXME|XXX|HACK)\b' -- src web/src gen dev test ':!test/tidy.sh')
[ -z "$hits" ] || breach "left to do:
$hits"
hits=$(git grep -nE '\bany\b' -- 'web/src/*.ts' 'web/src/*.tsx' | grep -E '(:|<|as) *any\b')
[ -z "$hits" ] || breach "any in TypeScript:
$hits"

for deps in $(git ls-files '*/DEPS'); do
    [ -f "$(dirname "$deps")/README.md" ] || breach "$(dirname "$deps") has no README.md"
done

# Layers: an include of a floor that DEPS does not name must not compile, and each header compiles alone.
make --no-print-directory farms gen_headers >/dev/null || breach "include farms"
if printf '#include "json/json.h"\n' | gcc -std=c17 -Ibuild/inc/base -fsyntax-only -x c - 2>/dev/null; then
    breach "base can include json: the layer gate is open"
fi
for h in $(git ls-files 'src/*.h'); do
    floor=$(basename "$(dirname "$h")")
    out=$(printf '#include "%s"\n' "$floor/$(basename "$h")" | gcc -std=c17 -D_GNU_SOURCE $(pkg-config --cflags sqlite3 libzstd libmicrohttpd icu-uc libxml-2.0 2>/dev/null) -Wall -Wextra -Wpedantic -Ibuild/inc/"$floor" -fsyntax-only -x c - 2>&1) || breach "$h does not compile alone:
$out"
done
exit $bad
