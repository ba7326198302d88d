// R8: a server with many listeners is killed and started again. They come back when `retry` told each of them, as every
// EventSource does; how long that takes, and what decisions notice of it.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { execFileSync } from 'node:child_process';
import { withServer } from '../served/server.mjs';

const kQuietMs = 8_000;
const kPatienceMs = 90_000;
const kFilesOfServer = 4_600;  // what it keeps for requests and its own files
const kPauseMs = 4;
const kLeastSpreadSeconds = 30;
const kMostSlowdown = 2;
const kFlag = 'kind: flag\nkey: f\nvariants: {on: true, off: false}\ndefault: off\nrules:\n  - {serve: on, rollout: 0.5}\n';

/** A listener as EventSource is one: connects, is told when to come back, comes back when it loses its connection. */
class Listener {
  constructor(port, path, told) {
    Object.assign(this, { port, path, told, retryMs: 3000, is_open: false, ended: false });
    this.connect();
  }

  connect() {
    if (this.ended) return;
    let head = '';
    this.socket = connect(this.port, '127.0.0.1', () => this.socket.write(`GET ${this.path} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n`));
    this.socket.on('data', (data) => {
      if (this.is_open) return;
      head += data.toString('latin1');
      const retry = /\nretry: (\d+)/.exec(head);
      if (!head.startsWith('HTTP/1.1 200') || !retry) return;
      this.retryMs = Number(retry[1]);
      this.is_open = true;
      this.told(Date.now());
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.is_open = false;
      if (!this.ended) setTimeout(() => this.connect(), this.retryMs).unref();
    });
  }

  end() {
    this.ended = true;
    this.socket.destroy();
  }
}

/** Asks for decisions on a thread of its own, so that the listeners' work is not in their times. */
async function askAlways({ url, key }) {
  let asking = false;
  let times = [];
  parentPort.on('message', (message) => {
    if (message === 'begin') { times = []; asking = true; }
    if (message === 'end') { asking = false; parentPort.postMessage(times); }
  });
  for (let i = 0; ; ++i) {
    if (asking) {
      const begun = performance.now();
      const answer = await fetch(`${url}/ofrep/v1/evaluate/flags/f`, {
        method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify({ context: { targetingKey: `u${i}` } }),
      }).then((response) => response.json()).catch(() => null);
      times.push(answer?.variant ? performance.now() - begun : Infinity);
    }
    await sleep(kPauseMs);
  }
}

class Decisions {
  constructor(server) {
    this.worker = new Worker(new URL(import.meta.url), { workerData: { storm: true, url: server.url, key: server.keys.client } });
  }
  begin() { this.worker.postMessage('begin'); }
  async end() {
    const times = new Promise((resolve) => this.worker.once('message', resolve));
    this.worker.postMessage('end');
    return (await times).sort((a, b) => a - b);
  }
}

const percentile99 = (ascending) => ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * 0.99))];

async function until(what, condition) {
  for (const end = Date.now() + kPatienceMs; !condition();) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(20);
  }
}

/** R8. */
export async function droppedListeners(binary, { listeners: wanted }) {
  const files = Number(execFileSync('sh', ['-c', 'ulimit -Hn']).toString().replace('unlimited', '1000000'));
  const count = Math.min(wanted, files - kFilesOfServer);
  return withServer(binary, async (server) => {
    server.apply('flag.yaml', kFlag);
    const { eventStreams: [{ endpoint }] } = await (await server.evaluate(undefined, { targetingKey: 'u' }, { key: server.keys.client })).json();
    const begun = [];
    const listeners = [];
    for (let i = 0; i < count; ++i) {
      listeners.push(new Listener(server.port, endpoint.requestUri, (time) => begun.push(time)));
      if (i % 100 === 99) await sleep(20);
    }
    await until('all listen', () => listeners.every(({ is_open }) => is_open));
    const decisions = new Decisions(server);
    decisions.begin();
    await sleep(2_000);  // warm
    await decisions.end();
    decisions.begin();
    await sleep(kQuietMs);
    const quiet = await decisions.end();

    begun.length = 0;
    const dropped = Date.now();
    await server.kill();
    await server.start();
    decisions.begin();
    await until('all are back', () => listeners.every(({ is_open }) => is_open));
    const storm = await decisions.end();
    const times = begun.sort((a, b) => a - b);
    const spread = (times.at(-1) - times[0]) / 1000;
    let most = 0;
    for (let first = 0, last = 0; last < times.length; ++last) {
      while (times[last] - times[first] > 1000) ++first;
      most = Math.max(most, last - first + 1);
    }
    for (const listener of listeners) listener.end();
    await decisions.worker.terminate();
    const slowdown = percentile99(storm) / percentile99(quiet);
    return {
      id: 'R8', test: 'listeners dropped at once by kill -9, server restarted', n: count, target: '>= 30 s, p99 <= 2x',
      ours: `${spread.toFixed(1)} s, p99 ${slowdown.toFixed(2)}x`, met: spread >= kLeastSpreadSeconds && slowdown <= kMostSlowdown,
      beside: `at most ${most} in a second; the last is back ${((times.at(-1) - dropped) / 1000).toFixed(1)} s after the kill; ` +
        `p99 ${percentile99(quiet).toFixed(2)} ms with all listening, ${percentile99(storm).toFixed(2)} ms meanwhile`,
    };
  });
}

if (!isMainThread && workerData?.storm) await askAlways(workerData);
