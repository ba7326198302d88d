// Who listens is told when the time of a schedule has come, though nobody changed anything.
//   node schedules.mjs PATH-TO-SPLITPLOT
import assert from 'node:assert/strict';
import { withServer } from './server.mjs';

const kPatienceMs = 30_000;
const kDocuments = `
kind: flag
key: banner
variants: {plain: plain, party: party}
default: plain
rules:
  - {serve: party, from: "2031-01-01T10:00:00Z", until: "2031-01-01T12:00:00Z"}
---
kind: connection
key: shop-app
type: client
local_evaluation: true
`;

/** The events of a stream, one after the other. */
class Events {
  #reader;
  #text = '';

  constructor(response) {
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  async next() {
    const timer = setTimeout(() => this.#reader.cancel('nothing came'), kPatienceMs);
    try {
      for (;;) {
        const end = this.#text.indexOf('\n\n');
        if (end >= 0) {
          const block = this.#text.slice(0, end);
          this.#text = this.#text.slice(end + 2);
          const event = Object.fromEntries(block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? ['', '']));
          if (event.id !== undefined) return event;
          continue;
        }
        const { value, done } = await this.#reader.read();
        if (done) throw new Error('no event came');
        this.#text += value;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    return this.#reader.cancel();
  }
}

async function check(server) {
  await setClock(server, '2031-01-01T09:00:00Z');
  const [, secret] = /connection 'shop-app'[^\n]*\n\s+(sp_\S+)/.exec(server.apply('banner.yaml', kDocuments));
  const values = async () => {
    const answer = await server.evaluate(undefined, { targetingKey: 'u1' }, { key: server.keys.client });
    return (await answer.json()).flags.map(({ value }) => value).join();
  };

  const ofrep = new Events(await server.request('GET', '/ofrep/v1/stream', { key: server.keys.client }));
  const rules = new Events(await server.request('GET', `/sub/${secret}`));
  const remote = new Events(await server.request('GET', `/sub/${server.keys.client}`));
  const first = await ofrep.next();
  assert.doesNotMatch((await rules.next()).data, /"rules"/, 'before its time the rule is not there');
  assert.equal((await remote.next()).event, 'features-updated');
  assert.equal(await values(), 'plain');

  await setClock(server, '2031-01-01T10:00:00Z');
  const begun = await ofrep.next();
  assert.equal(JSON.parse(begun.data).type, 'refetchEvaluation');
  assert.notEqual(begun.id, first.id);
  assert.match((await rules.next()).data, /"force":"party"/);
  assert.equal((await remote.next()).event, 'features-updated');
  assert.equal(await values(), 'party');

  await setClock(server, '2031-01-01T12:00:00Z');
  assert.notEqual((await ofrep.next()).id, begun.id);
  assert.doesNotMatch((await rules.next()).data, /"rules"/, 'after its time it is gone');
  assert.equal((await remote.next()).event, 'features-updated');
  assert.equal(await values(), 'plain');
  await Promise.all([ofrep.close(), rules.close(), remote.close()]);
}

async function setClock(server, now) {
  const answer = await server.request('POST', '/api/v1/test/clock', { key: server.keys.admin, body: { now } });
  assert.equal(answer.status, 200, await answer.text());
}

await withServer(process.argv[2], check, { args: ['--test-mode', 'on'] });
