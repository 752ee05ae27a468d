#!/usr/bin/env bash
# Every public header compiles alone, with nothing but the compiler and Eigen: headers_alone.sh COMPILER INCLUDE_DIR..
set -euo pipefail
compiler=$1
shift
flags=(-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -x c++)
for folder in "$@"; do
    if [ -d "$folder" ]; then
        folder=$(realpath "$folder")
        folders+=("$folder")
        flags+=(-I "$folder")
    fi
done
read -r -a eigen < <(pkg-config --cflags eigen3 | sed 's/-I/-isystem /g')
flags+=("${eigen[@]}")

check() {
    local header=$1
    # Included from a file, not compiled itself: `#pragma once` in the main file is a warning.
    printf '#include "%s"\n' "$header" | "$compiler" "${@:2}" - || { printf 'does not compile alone: %s\n' "$header"; return 1; }
}
export -f check
export compiler

cd "${folders[0]}"
count=$(find "${folders[@]}" -name '*.hpp' | wc -l)
[ "$count" -gt 0 ] || { echo "no header found in ${folders[*]}"; exit 1; }
find "${folders[@]}" -name '*.hpp' -printf '%P\0' | xargs -0 -P "$(nproc)" -I{} bash -c 'check "$@"' check {} "${flags[@]}" ||
    { echo "some headers do not compile alone"; exit 1; }
echo "$count headers compile alone"
