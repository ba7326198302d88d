// Sends events as an SDK does: batches with ids of their own, sent again until they are acknowledged.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Repeatable numbers in [0, 1) (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Producer {
  #server;
  #running = [];
  #stopped = false;
  acknowledged = [];  // ids of events answered 200
  refused = 0;        // answers other than 200
  refusals = new Set();  // their status codes
  attempts = 0;

  constructor(server, name, { batch = 20, pauseMs = 0, resend = 0, draw = random(1) } = {}) {
    Object.assign(this, { name, batch, pauseMs, resend, draw });
    this.#server = server;
  }

  start(lanes) {
    this.#stopped = false;
    for (let lane = 0; lane < lanes; ++lane) this.#running.push(this.#produce(lane));
    return this;
  }

  /** What was begun is sent until it is acknowledged; the server must be well. */
  async finish() {
    this.#stopped = true;
    await Promise.all(this.#running);
    this.#running = [];
  }

  /** One batch; whether it was acknowledged at the first attempt. */
  async once() {
    await this.#deliver(Array.from({ length: this.batch }, (_, i) => `${this.name}-once-${i}`));
    return this.attempts === 1;
  }

  async #produce(lane) {
    for (let round = this.acknowledged.length; !this.#stopped; ++round) {
      const ids = Array.from({ length: this.batch }, (_, i) => `${this.name}-${lane}-${round}-${i}`);
      await this.#deliver(ids);
      this.acknowledged.push(...ids);
      if (this.draw() < this.resend) await this.#deliver(ids);
      if (this.pauseMs) await sleep(this.pauseMs);
    }
  }

  async #deliver(ids) {
    const body = JSON.stringify({
      batch: ids.map((messageId, i) => ({ type: 'track', event: 'Tick', userId: `u${i}`, messageId, properties: { n: i, text: 'x'.repeat(40) } })),
    });
    for (;;) {
      this.attempts += 1;
      try {
        const response = await this.#server.request('POST', '/v1/batch', { key: this.#server.keys.client, body });
        await response.text();
        if (response.status === 200) return;
        this.refused += 1;
        this.refusals.add(response.status);
      } catch { /* the server is away */ }
      await sleep(10);
    }
  }
}

/** Ids of the events in a stopped server's journal, one entry a record; read line by line, since there may be millions. */
export async function journalled(server) {
  const journal = spawn(server.binary, ['journal', '--data', server.data], { stdio: ['ignore', 'pipe', 'ignore'] });  // which damage it found, it says there
  const ended = new Promise((resolve, reject) => { journal.once('error', reject).once('close', resolve); });
  const ids = [];
  for await (const line of createInterface({ input: journal.stdout })) {
    const { type, message_id: id } = JSON.parse(line);
    if (type !== 'rejected') ids.push(id);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`splitplot journal ended with ${code}`);
  return ids;
}

/** How many acknowledged ids are not there, and how many are there more than once. */
export function compare(acknowledged, stored) {
  const counts = new Map();
  for (const id of stored) counts.set(id, (counts.get(id) ?? 0) + 1);
  const lost = [...new Set(acknowledged)].filter((id) => !counts.has(id)).length;
  const doubled = [...counts.values()].filter((count) => count > 1).length;
  return { lost, doubled };
}
