#!/usr/bin/env bash
# Compares `splitplot analyze` with DuckDB's own query over the same file: time and peak memory, in alternation, medians.
#
#   bench/analyze_large/run.sh [FILE...]
#
# Without files one of 10 million rows is written as CSV (about 400 MB) and as Parquet first, beside the programs. RUNS
# (default 5) is the number of measured runs of each, after one warm-up. SPLITPLOT is the program to measure; the others lie in
# its folder. SUBJECT replaces it; it is called with the file and the arguments below.
set -euo pipefail
program=${SPLITPLOT:-build/bench/bin/splitplot}
bin=$(dirname "$program")
runs=${RUNS:-5}
if [ $# -eq 0 ]; then
  data=$bin/../bench_data
  mkdir -p "$data"
  csv=$data/ten_million.csv parquet=$data/ten_million.parquet
  [ -s "$csv" ] || { "$bin/analyze_large_generate" 10000000 > "$csv.part" && mv "$csv.part" "$csv"; }
  [ -s "$parquet" ] || { "$bin/duckdb_peer" convert "$csv" "$parquet.part" && mv "$parquet.part" "$parquet"; }
  set -- "$csv" "$parquet"
fi
if [ -n "${SUBJECT:-}" ]; then subject=("$SUBJECT"); else subject=("$program" analyze); fi
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
