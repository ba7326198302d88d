// R7: every store of a server in turn is removed, damaged, held by a process that does not run, or does not answer, and the
// server is started again, or goes on. What it decides must be what it decided before; nobody may get the default of their
// code, which is what an error or an empty answer means.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kShop } from '../served/documents.mjs';
import { Server, withFolder } from '../served/server.mjs';

const kUsers = 40;
const kPatienceMs = 20_000;
const kOfflineApp = '\n---\nkind: connection\nkey: offline-app\ntype: client\nlocal_evaluation: true\n';
const kCatalogue = ['catalogue.sqlite', 'catalogue.sqlite-wal', 'catalogue.sqlite-shm'];

/** What users get: by OFREP, by remote evaluation, and what GrowthBook's SDKs are sent; null where an answer is no answer. */
async function decisions(server) {
  const answers = [];
  for (let i = 0; i < kUsers; ++i) {
    const context = { targetingKey: `user-${i}`, id: `user-${i}`, plan: i % 3 === 0 ? 'pro' : 'free', country: i % 2 === 0 ? 'DE' : 'FR' };
    const bulk = await server.evaluate(undefined, context);
    answers.push(bulk.status === 200 ? (await bulk.json()).flags.map(({ key, value, variant, reason }) => ({ key, value, variant, reason })) : null);
    const remote = await server.request('POST', `/api/eval/${server.keys.client}`, { body: { attributes: context } });
    answers.push(remote.status === 200 ? (await remote.json()).features : null);
  }
  const payload = await server.request('GET', `/api/features/${server.keys.offline}`);
  answers.push(payload.status === 200 ? (await payload.json()).features : null);
  return answers.map((answer) => JSON.stringify(answer));
}

/** A server's folder with a configuration, events and profiles in it. */
async function prepared(binary, folder) {
  const server = await new Server(binary, join(folder, 'data')).start();
  const { credentials } = JSON.parse(server.apply('shop.yaml', kShop + kOfflineApp, '--json'));
  server.keys.offline = credentials.find(({ connection }) => connection === 'offline-app').secret;
  const batch = Array.from({ length: 50 }, (_, i) => ({ type: 'identify', messageId: `m${i}`, userId: `user-${i}`, traits: { seen: true } }));
  const taken = await server.request('POST', '/v1/batch', { key: server.keys.server, body: { batch } });
  if (taken.status !== 200) throw new Error(`the events were answered ${taken.status}`);
  const expected = await decisions(server);
  await server.stop();
  return { server, expected };
}

function overwrite(path) {
  for (const name of statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path]) {
    if (statSync(name).isFile()) writeFileSync(name, Buffer.alloc(Math.max(64, Math.min(statSync(name).size, 1 << 20)), 'not what was here. '));
  }
}

const kStores = { catalogue: kCatalogue, online: ['online'], warehouse: ['warehouse.duckdb', 'warehouse.duckdb.wal'], journal: ['journal'] };

/** What is done to the folder of a server that does not run. */
function injuries() {
  const all = [];
  for (const [store, names] of Object.entries(kStores)) {
    const each = (work) => (data) => names.map((name) => join(data, name)).filter(existsSync).forEach(work);
    all.push([`${store} removed`, each((path) => rmSync(path, { recursive: true }))]);
    all.push([`${store} overwritten`, each(overwrite)]);
    all.push([`${store} is something else`, (data) => {
      const [name] = names;
      const was = statSync(join(data, name)).isDirectory();
      each((path) => rmSync(path, { recursive: true }))(data);
      if (was) writeFileSync(join(data, name), 'a file'); else mkdirSync(join(data, name));
    }]);
  }
  all.push(['catalogue cut in half', (data) => {
    truncateSync(join(data, kCatalogue[0]), statSync(join(data, kCatalogue[0])).size / 2 | 0);
  }]);
  all.push(['catalogue empty', (data) => { for (const name of kCatalogue) if (existsSync(join(data, name))) truncateSync(join(data, name), 0); }]);
  all.push(['all removed', (data) => Object.values(kStores).flat().forEach((name) => rmSync(join(data, name), { recursive: true, force: true }))]);
  return all;
}

/** How many answers differ from what they were, of a server that is started on this folder; and what it says of itself. */
async function started(server, expected, options) {
  const begun = Date.now();
  await server.start();
  try {
    const answers = await decisions(server);
    const wrong = answers.filter((answer, at) => answer !== expected[at]).length;
    return { wrong, ms: Date.now() - begun, ...await options?.(server) };
  } finally {
    await server.kill();
  }
}

function serverOn(binary, data, keys, options) {
  const server = new Server(binary, data, options);
  server.keys = keys;
  return server;
}

/** A process that has everything open and does not run: a server on links to the same files, stopped. */
async function heldByAnother(binary, folder, data, keys, work) {
  const twin = join(folder, 'twin');
  mkdirSync(twin);
  for (const name of ['catalogue.sqlite', 'catalogue.sqlite.lock', 'secrets.key', 'online', 'warehouse.duckdb', 'journal'])
    symlinkSync(join(data, name), join(twin, name));
  const holder = await serverOn(binary, twin, keys).start();
  process.kill(holder.pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    await holder.kill();
    rmSync(twin, { recursive: true });
  }
}

async function until(condition) {
  for (const end = Date.now() + kPatienceMs; Date.now() < end;) {
    if (await condition()) return true;
    await sleep(100);
  }
  return false;
}

const readiness = async (server) => (await server.request('GET', '/readyz')).json();
const isDegraded = async (server) => (await readiness(server)).configuration.degraded;
const changes = (server) => server.request('POST', '/api/v1/apply', {
  key: server.keys.admin, body: { files: [{ name: 'f.yaml', text: 'kind: flag\nkey: late\nvariants: {on: true, off: false}\ndefault: on\n' }] },
});

/** What a listener is told, as it comes; `ended` once its stream is over. */
async function listen(server) {
  const stream = { text: '', ended: false };
  const answer = await server.request('GET', '/ofrep/v1/stream', { key: server.keys.client });
  (async () => {
    try {
      for await (const chunk of answer.body) stream.text += Buffer.from(chunk).toString();
    } catch { /* the server is killed in the end */ }
    stream.ended = true;
  })();
  return stream;
}

/** The catalogue goes while the server runs, decisions and streams go on, and it is back by itself. */
async function goesAndComesBack(binary, data, keys, expected) {
  const server = await serverOn(binary, data, keys).start();
  try {
    const stream = await listen(server);
    await until(() => stream.text.includes('retry:'));
    const first = stream.text.length;
    const moved = kCatalogue.filter((name) => existsSync(join(data, name)));
    for (const name of moved) renameSync(join(data, name), join(data, `${name}.away`));
    const noticed = await until(() => isDegraded(server));
    const answers = await decisions(server);
    const refused = await changes(server);
    const { detail } = await refused.json();
    for (const name of moved) renameSync(join(data, `${name}.away`), join(data, name));
    const back = await until(async () => !await isDegraded(server));
    const changed = await changes(server);
    const told = await until(() => /refetchEvaluation/.test(stream.text.slice(first)));
    const metrics = await (await server.request('GET', '/metrics', { key: server.keys.admin })).text();
    return {
      wrong: answers.filter((answer, at) => answer !== expected[at]).length,
      held: noticed && refused.status === 503 && /catalogue/.test(detail) && back && changed.status === 200 && told && !stream.ended &&
        /splitplot_catalogue_healthy 1/.test(metrics),
    };
  } finally {
    await server.kill();
  }
}

/** R7. */
export async function storesAway(binary) {
  return withFolder(async (folder) => {
    const { server: { keys }, expected } = await prepared(binary, folder);
    const failures = [];
    let wrong = 0;
    let asked = 0;
    let slowest = 0;
    const note = (name, result) => {
      asked += expected.length;
      wrong += result.wrong;
      slowest = Math.max(slowest, result.ms ?? 0);
      if (result.wrong > 0 || result.held === false) failures.push(`${name}: ${result.wrong} wrong${result.held === false ? ', and it does not say so or come back' : ''}`);
    };
    const run = async (name, work) => {
      const data = join(folder, 'case');
      cpSync(join(folder, 'data'), data, { recursive: true });
      try {
        note(name, await work(data));
      } catch (error) {
        note(name, { wrong: expected.length });
        failures.push(`${name}: ${String(error.message).slice(0, 300)}`);
      }
      rmSync(data, { recursive: true, force: true });
    };
    for (const [name, injure] of injuries()) {
      await run(name, async (data) => {
        injure(data);
        return started(serverOn(binary, data, keys), expected, async (server) => ({
          held: !name.startsWith('catalogue') || (await isDegraded(server) && (await changes(server)).status === 503),
        }));
      });
    }
    await run('all held by a stopped process', (data) => heldByAnother(binary, folder, data, keys, () => started(serverOn(binary, data, keys), expected)));
    await run('catalogue on a disk that does not answer', (data) => started(serverOn(binary, data, keys, {
      wrapper: ['strace', '-D', '-f', '-q', '-o', '/dev/null', '-P', join(data, kCatalogue[0]), '-e', 'trace=openat', '-e', 'inject=openat:delay_enter=15000000:when=1'],
    }), expected));
    await run('catalogue goes and comes back', (data) => goesAndComesBack(binary, data, keys, expected));
    for (const failure of failures) console.error(failure);
    return {
      id: 'R7', test: 'stores removed, damaged, held, silent; restarted', n: asked, target: '0 code defaults',
      ours: `${wrong} wrong`, met: wrong === 0 && failures.length === 0,
      beside: `${injuries().length + 3} injuries, ${expected.length} answers each; slowest start with answers ${(slowest / 1000).toFixed(1)} s`,
    };
  });
}
