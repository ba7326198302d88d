#!/usr/bin/env bash
# The server over HTTP, beside what is possible on this machine in the same run:
#  * single OFREP evaluations beside nginx that answers a fixed body of the same size;
#  * events, durable, 100 a batch, as events a second.
# Five rounds of 3 seconds each, medians. Server and nginx have one worker on one core, the load comes from the other.
#
#   SPLITPLOT=build/bench/bin/splitplot bench/serve/run.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
splitplot=${SPLITPLOT:-build/bench/bin/splitplot}
for program in wrk nginx curl taskset; do
  command -v "$program" > /dev/null || { echo "not measured: $program is missing"; exit 0; }
done
folder=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  wait 2> /dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
rounds=5
seconds=3

taskset -c 0 "$splitplot" serve --data "$folder/data" --listen 127.0.0.1:0 --io-threads 1 > "$folder/serve.out" 2> "$folder/serve.log" &
pids+=($!)
for _ in $(seq 100); do grep -q 'listens on' "$folder/serve.out" && break; sleep 0.1; done
url=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$folder/serve.out")
server_key=$(awk '$1 == "client" { print $2 }' "$folder/serve.out")
SPLITPLOT_KEY=$(awk '$1 == "admin" { print $2 }' "$folder/serve.out") "$splitplot" apply "$here/documents.yaml" --server "$url" > /dev/null

body='{"context":{"targetingKey":"user-1","country":"DE","plan":"pro"}}'
answer=$(curl -s "$url/ofrep/v1/evaluate/flags/button" -H "Authorization: Bearer $server_key" -H 'Content-Type: application/json' -d "$body")
port=$((20000 + $$ % 20000))
sed -e "s|@PORT@|$port|; s|@FOLDER@|$folder|; s|@BODY@|${answer//|/\\|}|" "$here/nginx.conf" > "$folder/nginx.conf"
taskset -c 0 nginx -c "$folder/nginx.conf" -e "$folder/nginx.log" -g 'daemon off;' 2> /dev/null &
pids+=($!)
sleep 0.5

# Requests a second of a script against a base address, one round; errors make it fail.
round() {
  WAUTH="Bearer $server_key" taskset -c 1 wrk -t 1 -c "$3" -d "${seconds}s" -s "$here/$1" "$2" | awk '/^RESULT/ { if ($3 > 0) exit 1; print $2 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for _ in $(seq "$rounds"); do
  round evaluate.lua "$url" 64 >> "$folder/ours"
  round evaluate.lua "http://127.0.0.1:$port" 64 >> "$folder/nginx"
  round events.lua "$url" 32 >> "$folder/events"
done
ours=$(median < "$folder/ours")
nginx=$(median < "$folder/nginx")
batches=$(median < "$folder/events")
awk -v o="$ours" -v n="$nginx" -v b="$batches" 'BEGIN {
  printf "single OFREP evaluation, 64 connections, one thread  %9.0f /s\n", o
  printf "nginx, fixed body of the same size, one worker       %9.0f /s   ours / nginx %.2f\n", n, o / n
  printf "events acknowledged durable, batches of 100          %9.0f /s\n", b * 100
}'
