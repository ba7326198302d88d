#!/usr/bin/env bash
# Compares `splitplot analyze` with DuckDB's own query over the same file: time and peak memory, in alternation, medians.
#
#   bench/analyze_large/run.sh BUILD_DIRECTORY [FILE...]
#
# Without files a CSV of 10 million rows (about 400 MB) is written to BUILD_DIRECTORY/bench_data first. RUNS (default 5)
# is the number of measured runs of each, after one warm-up. SUBJECT replaces the program that is measured; it is called
# with the file and the arguments below.
set -euo pipefail
build=${1:?usage: run.sh BUILD_DIRECTORY [FILE...]}
shift
bin=$build/bin
runs=${RUNS:-5}
if [ $# -eq 0 ]; then
  data=$build/bench_data/ten_million.csv
  mkdir -p "$(dirname "$data")"
  [ -s "$data" ] || { "$bin/analyze_large_generate" 10000000 > "$data.part" && mv "$data.part" "$data"; }
  set -- "$data"
fi
if [ -n "${SUBJECT:-}" ]; then subject=("$SUBJECT"); else subject=("$bin/splitplot" analyze); fi
arguments=(--variant variant --metric converted --metric revenue --by channel --by country --by device --json)

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for file in "$@"; do
  log=$(mktemp -d)
  trap 'rm -rf "$log"' EXIT
  for run in $(seq 0 "$runs"); do  # run 0 warms the page cache
    ours=$("$bin/measure_run" "${subject[@]}" "$file" "${arguments[@]}")
    peer=$("$bin/measure_run" "$bin/duckdb_peer" "$file")
    [ "$run" -eq 0 ] && continue
    echo "$ours" >> "$log/ours"
    echo "$peer" >> "$log/peer"
  done
  echo "$file ($runs runs each, medians)"
  column=1
  for what in "wall ms" "processor ms" "peak MB"; do
    ours=$(awk -v c=$column '{ print $c }' "$log/ours" | median)
    peer=$(awk -v c=$column '{ print $c }' "$log/peer" | median)
    awk -v w="$what" -v a="$ours" -v b="$peer" 'BEGIN { printf "  %-13s splitplot %8.0f   duckdb %8.0f   ratio %.2f\n", w, a, b, a / b }'
    column=$((column + 1))
  done
  rm -rf "$log"
done
