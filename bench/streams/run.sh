#!/usr/bin/env bash
# Ten thousand subscribers of event streams, on loopback: memory, how soon a change reaches the last of them, and what
# decisions notice of it, also while all were dropped at once and come back. The server has one core, the subscribers the
# other; their own work is part of the times. About a minute and a half.
#
#   SPLITPLOT=build/bench/bin/splitplot bench/streams/run.sh [SUBSCRIBERS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
splitplot=${SPLITPLOT:-build/bench/bin/splitplot}
load=$(dirname "$splitplot")/stream_load
subscribers=${1:-10000}
needed=$((subscribers + 4500))
if [[ $(ulimit -Hn) != unlimited && $(ulimit -Hn) -lt $needed ]]; then
  echo "not measured: $subscribers streams need 'ulimit -Hn' of $needed, and it is $(ulimit -Hn)"
  exit 0
fi
folder=$(mktemp -d)
pid=
cleanup() {
  [[ -z $pid ]] || kill "$pid" 2> /dev/null || true
  wait 2> /dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT

taskset -c 0 "$splitplot" serve --data "$folder/data" --listen 127.0.0.1:0 --io-threads 1 > "$folder/serve.out" 2> "$folder/serve.log" &
pid=$!
for _ in $(seq 100); do grep -q 'listens on' "$folder/serve.out" && break; sleep 0.1; done
url=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$folder/serve.out")
key() { awk -v kind="$1" '$1 == kind { print $2 }' "$folder/serve.out"; }
SPLITPLOT_KEY=$(key admin) "$splitplot" apply "$here/../serve/documents.yaml" --server "$url" > /dev/null
taskset -c 1 "$load" "${url##*:}" "$(key client)" "$(key admin)" "$pid" 0 "$subscribers"
