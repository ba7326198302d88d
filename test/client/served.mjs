// The client of C++ applications against a real server: it decides what the server would, hears of changes, goes on while the
// server is away and comes back to it, starts from its file, and its exposures count once.
//   node served.mjs BINARY DRIVER
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { Findings } from '../e2e/program.mjs';
import { kShop } from '../served/documents.mjs';
import { withServer } from '../served/server.mjs';
import { Driver } from './driver.mjs';

const kPatienceMs = 30_000;
const kBuyers = 400;
const kFirmsOfBuyers = 40;
/** Between an exposure and an order: times are corrected for each batch, so that they are right to some milliseconds only. */
const kApartMs = 1000;
const kConnections = `
kind: connection
key: shop-app
type: client
local_evaluation: true
---
kind: connection
key: secretive
type: client
local_evaluation: true
encryption: true
---
kind: connection
key: closed
type: client
`;
const kFirms = `
kind: experiment
key: firm-test
hypothesis: Firms differ.
status: running
unit: account
attribute: company
variants: {control: 50, treatment: 50}
metrics: {primary: [orders]}
---
kind: flag
key: firm-page
variants: {old: old, new: new}
default: old
rules: [{id: test, experiment: firm-test, variants: {control: old, treatment: new}}]
`;

const limit = (small) => `kind: flag\nkey: limit\ntype: integer\nvariants: {small: ${small}, large: 50}\ndefault: small\n`;

async function until(what, condition) {
  for (const end = Date.now() + kPatienceMs; ;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await rest(20);
  }
}
const limitOf = async (driver) => (await driver.ask(['limit'], { id: 'u1' }))[0].value;
const linked = (driver, link) => until(`the client is ${link}`, async () => (await driver.state()).link === link);

/** What the client answers from the rules is what the server answers, with the experiment. */
async function checkAnswers(server, options, findings) {
  const driver = new Driver(server.driver, options);
  const flags = ['checkout-button', 'dark-mode', 'limit', 'ratio', 'layout', 'retired', 'missing'];
  let different = 0;
  let split = 0;
  for (let i = 0; i < 300; ++i) {
    const context = { id: `user-${i}`, ...(i % 4 ? { plan: i % 2 ? 'pro' : 'free' } : {}), email: `a@${i % 5 ? 'mail' : 'shop'}.example` };
    const served = await (await server.evaluate(undefined, { ...context, targetingKey: context.id })).json();
    const own = await driver.ask(flags, context);
    for (const [at, flag] of flags.entries()) {
      const other = served.flags.find(({ key }) => key === flag);
      if (other?.metadata.experimentKey) ++split;
      const same = JSON.stringify(own[at].value) === JSON.stringify(other?.value ?? null) && own[at].experiment === (other?.metadata.experimentKey ?? null);
      if (!same && ++different < 4) console.error(`${flag} of ${JSON.stringify(context)}: ${JSON.stringify(own[at])}, served: ${JSON.stringify(other)}`);
    }
  }
  findings.expect(different === 0, `the client decided ${different} times something else than the server`);
  findings.expect(split > 100, `only ${split} decisions were an experiment's`);
  await driver.close();
}

/** A change arrives by the stream; the server's end stops no decision; the client returns to it. */
async function checkAway(server, options, findings) {
  const driver = new Driver(server.driver, options);
  await linked(driver, 'streaming');
  findings.expect((await limitOf(driver)) === 5, 'the first rules came');
  server.apply('limit.yaml', limit(7));
  const applied = Date.now();
  await until('the change arrives', async () => (await limitOf(driver)) === 7);
  console.log(`a change arrived ${Date.now() - applied} ms after the command that made it`);

  await server.kill();
  await linked(driver, 'away');
  const away = await driver.state();
  findings.expect((await limitOf(driver)) === 7 && away.from === 'server' && away.error !== '', `without the server: ${JSON.stringify(away)}`);
  const { age_ms: before } = await driver.state();
  await rest(300);
  findings.expect((await driver.state()).age_ms >= before + 250, 'rules age while the server is away');
  await driver.tell({ track: 'While Away', context: { id: 'traveller' } });

  await server.start();
  await linked(driver, 'streaming');
  findings.expect((await driver.state()).error === '', 'all is well again');
  server.apply('limit.yaml', limit(9));
  await until('a change after the return arrives', async () => (await limitOf(driver)) === 9);
  findings.expect((await driver.tell({ flush: kPatienceMs })).flushed && (await driver.state()).sent === 1, 'the event that waited was sent');
  findings.expect((await driver.close()) === 0, 'the client ends well');
}

/** A start while the server is away: from the file, if it is whole. Answers who was exposed, and ordered. */
async function checkFile(server, options, findings) {
  const first = new Driver(server.driver, options);
  await linked(first, 'streaming');
  await first.close();
  await server.kill();
  await rest(50);
  const offline = new Driver(server.driver, options);
  findings.expect((await limitOf(offline)) === 9, 'it decides from the file');
  const state = await offline.state();
  findings.expect(state.from === 'disk' && state.age_ms >= 50 && state.link === 'away', `from the file: ${JSON.stringify(state)}`);
  const buyer = await until('somebody is in the experiment', async () => {
    const id = `offline-buyer-${Math.random()}`;
    return (await offline.ask(['checkout-button'], { id }))[0].experiment === 'checkout-test' ? id : undefined;
  });
  await rest(kApartMs);
  await offline.tell({ track: 'Order Completed', context: { id: buyer } });

  const whole = readFileSync(options.cache_file);
  truncateSync(options.cache_file, whole.length - 10);
  const torn = new Driver(server.driver, options);
  findings.expect((await limitOf(torn)) === null && (await torn.state()).from === 'nowhere', 'a torn file is not used');
  findings.expect(/checksum/.test(torn.log), `the log says so: ${torn.log}`);
  writeFileSync(options.cache_file, whole);
  const other = new Driver(server.driver, { ...options, key: 'sp_client_other' });
  findings.expect((await limitOf(other)) === null && /another server or key/.test(other.log), 'a file of another key is not used');

  await server.start();
  for (const driver of [offline, torn]) {
    await linked(driver, 'streaming');
    findings.expect((await limitOf(driver)) === 9 && (await driver.state()).from === 'server', 'the server takes over from the file');
  }
  await Promise.all([offline.close(), torn.close(), other.close()]);
  return buyer;
}

/** Units that read flags in two programs at the same time are in the results once, and only for flags that were read. */
async function checkExposures(server, options, offlineBuyer, findings) {
  const drivers = [new Driver(server.driver, options), new Driver(server.driver, options)];
  const exposed = new Set([offlineBuyer]);
  const firms = new Set();
  for (let i = 0; i < kBuyers; ++i) {
    const context = { id: `buyer-${i}`, company: `firm-${i % kFirmsOfBuyers}`, country: i % 3 ? 'DE' : 'FR', plan: i % 2 ? 'pro' : 'free' };
    for (const driver of drivers) {
      for (let again = 0; again < 2; ++again) {
        const [button, , page] = await driver.ask(['checkout-button', 'dark-mode', 'firm-page'], context);
        if (button.experiment) exposed.add(context.id);
        if (page.experiment) firms.add(context.company);
      }
    }
  }
  await rest(kApartMs);
  for (let i = 0; i < kBuyers; ++i) await drivers[i % 2].tell({ track: 'Order Completed', context: { id: `buyer-${i}` }, properties: { revenue: 10 } });
  const counts = await Promise.all(drivers.map(async (driver) => {
    await driver.tell({ flush: kPatienceMs });
    return driver.state();
  }));
  findings.expect(counts.every(({ dropped, refused, waiting }) => dropped + refused + waiting === 0), `all was sent: ${JSON.stringify(counts)}`);
  const expected = kBuyers / 2 + (exposed.size - 1) + firms.size;
  findings.expect(counts.every(({ sent }) => sent === expected), `each program sends an exposure of each buyer and firm once, and its orders: ${expected}, not ${JSON.stringify(counts)}`);
  await Promise.all(drivers.map((driver) => driver.close()));

  const results = await until('the events are in the results', () => {
    const found = JSON.parse(server.run('results', 'checkout-test', '--json'));
    return found.source.units >= exposed.size && found.metrics.find(({ name }) => name === 'orders').arms.every(({ successes, units }) => successes === units) ? found : undefined;
  });
  findings.expect(results.source.units === exposed.size, `${results.source.units} units are in the results, not ${exposed.size}`);
  const ofFirms = await until('firms are in the results', () => {
    const found = JSON.parse(server.run('results', 'firm-test', '--json'));
    return found.source.units > 0 ? found : undefined;
  });
  findings.expect(ofFirms.source.units === firms.size && firms.size === kFirmsOfBuyers, `${ofFirms.source.units} firms are in the results, not ${firms.size}`);
  const metrics = await (await server.request('GET', '/metrics', { key: server.keys.admin })).text();
  const stored = Number(/^splitplot_exposures_stored_total (\d+)$/m.exec(metrics)[1]);
  findings.expect(stored === exposed.size + firms.size, `${stored} exposures were stored by two programs, not one of each of ${exposed.size} buyers and ${firms.size} firms`);
}

async function checkKeys(server, options, keyOf, findings) {
  const shown = await (await server.request('GET', '/api/v1/connections/secretive/encryption', { key: server.keys.admin })).json();
  const secret = { ...options, cache_file: '', key: keyOf('secretive') };
  const able = new Driver(server.driver, { ...secret, decryption_key: shown.key });
  findings.expect((await limitOf(able)) === 9, 'encrypted rules are read');
  const unable = new Driver(server.driver, secret);
  findings.expect((await limitOf(unable)) === null && /encrypted/.test((await unable.state()).error), 'without the key it says what is missing');
  const closed = new Driver(server.driver, { ...secret, key: keyOf('closed') });
  findings.expect((await limitOf(closed)) === null && /local_evaluation/.test((await closed.state()).error), 'a key without rules is told why');
  const unknown = new Driver(server.driver, { ...secret, key: 'sp_client_nobody' });
  findings.expect((await limitOf(unknown)) === null && /does not know the key/.test((await unknown.state()).error), 'an unknown key is told so');
  await Promise.all([able, unable, closed, unknown].map((driver) => driver.close()));
}

/** Where streams are refused, it asks now and then; garbage and endless answers change nothing. */
async function checkStrangeServers(server, findings) {
  let features = '{"features":{"limit":{"defaultValue":1}},"dateUpdated":"2026-11-22T10:00:00.001Z"}';
  let asked = 0;
  const strange = createServer((request, response) => {
    if (request.url.startsWith('/sub/')) {
      response.writeHead(503, { 'retry-after': '1' }).end('no streams');
    } else if (request.url.startsWith('/api/features/')) {
      ++asked;
      response.writeHead(200, { etag: 'W/"x"' }).end(features);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => strange.listen(0, '127.0.0.1', resolve));
  const options = { server: `http://127.0.0.1:${strange.address().port}`, key: 'k', poll_ms: 50, reconnect_ms: 50 };
  const driver = new Driver(server.driver, options);
  await linked(driver, 'polling');
  findings.expect((await limitOf(driver)) === 1, 'rules come without a stream');
  features = features.replace(':1}', ':2}');
  await until('polling brings the change', async () => (await limitOf(driver)) === 2);
  for (const garbage of ['<html>', '{"features":7}', '', '['.repeat(100_000), '{"features":{']) {
    features = garbage;
    const before = asked;
    await until('it asked again', () => asked > before + 1);
    findings.expect((await limitOf(driver)) === 2, `after ${garbage.slice(0, 20)} the rules before hold on`);
    findings.expect((await driver.state()).error !== '', `${garbage.slice(0, 20)} is told`);
  }
  findings.expect((await driver.close()) === 0, 'the client ends well');
  strange.close();
}

const [binary, driver] = process.argv.slice(2);
const findings = new Findings();
await withServer(binary, async (server, folder) => {
  server.driver = driver;
  const applied = server.apply('shop.yaml', `${kShop}---\n${kFirms}---\n${kConnections}`);
  const keyOf = (name) => new RegExp(`connection '${name}'[^\\n]*\\n\\s+(sp_\\S+)`).exec(applied)[1];
  const options = { server: server.url, key: keyOf('shop-app'), cache_file: join(folder, 'rules'), reconnect_ms: 300 };
  await checkAnswers(server, { ...options, exposures: 'kept' }, findings);
  await checkAway(server, options, findings);
  const offlineBuyer = await checkFile(server, options, findings);
  await checkKeys(server, options, keyOf, findings);
  await checkExposures(server, options, offlineBuyer, findings);
  await checkStrangeServers(server, findings);
});
process.exitCode = findings.conclude('client of C++ applications');
