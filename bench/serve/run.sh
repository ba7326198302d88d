#!/usr/bin/env bash
# The server over HTTP beside its peers, in one run (run.mjs says what). About three minutes.
#
#   SPLITPLOT=build/bench/bin/splitplot bench/serve/run.sh
set -euo pipefail
folder=$(cd "$(dirname "$0")/../.." && pwd)
splitplot=${SPLITPLOT:-$folder/build/bench/bin/splitplot}
for program in wrk nginx taskset node; do
  command -v "$program" > /dev/null || { echo "not measured: $program is missing"; exit 0; }
done
export SPLITPLOT_BENCH_MODULES=${SPLITPLOT_BENCH_MODULES:-$folder/deps/bench/node_modules}
export SPLITPLOT_BENCH_SERVER_MODULES=${SPLITPLOT_BENCH_SERVER_MODULES:-$folder/deps/bench-server/node_modules}
exec node "$folder/bench/serve/run.mjs" "$splitplot"
