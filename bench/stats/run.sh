#!/usr/bin/env bash
# The peers of bench_stats: R's glmer on the same 200 segments of two arms, where it is installed.
#
#   bench/stats/run.sh
#
# BENCH_STATS is the program (default build/bench/bin/bench_stats).
set -euo pipefail
program=${BENCH_STATS:-build/bench/bin/bench_stats}
if ! command -v Rscript > /dev/null || ! Rscript -e 'quit(status = !requireNamespace("lme4", quietly = TRUE))' > /dev/null 2>&1; then
  echo "peer: Rscript with the package lme4 is not installed, so glmer was not measured"
  exit 0
fi
segments=$(mktemp)
trap 'rm -f "$segments"' EXIT
"$program" --segments > "$segments"
Rscript "$(dirname "$0")/glmer_peer.R" "$segments"
