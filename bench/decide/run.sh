#!/usr/bin/env bash
# Workload W1 (workload.mjs): the decision engine, then GrowthBook's client, flagd's core and Statsig's core, in one run.
#
#   bench/decide/run.sh [PEER...]
#
# SPLITPLOT is a program in the folder of decide_w1 (default build/bench/bin/splitplot).
set -euo pipefail
folder=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(dirname "${SPLITPLOT:-$folder/build/bench/bin/splitplot}")
export SPLITPLOT_BENCH_MODULES=${SPLITPLOT_BENCH_MODULES:-$folder/deps/bench/node_modules}
exec node "$folder/bench/decide/run.mjs" "$bin/decide_w1" "$@"
