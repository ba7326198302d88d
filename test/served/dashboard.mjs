// What stands behind the dashboard, in a real server: the page and its files, the session that takes the place of the
// key, and the traffic that it shows.
//   node dashboard.mjs BINARY
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Findings } from '../e2e/program.mjs';
import { kShop } from './documents.mjs';
import { withServer } from './server.mjs';

const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
  + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Without what fetch adds, follows and unpacks. */
function ask(server, method, path, headers = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(server.url + path, { method, headers }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece)).on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }));
    });
    asked.on('error', reject).end();
  });
}

async function site(server, findings) {
  const page = await ask(server, 'GET', '/');
  const html = page.body.toString();
  findings.expect(page.status === 200 && page.headers['content-type'] === 'text/html; charset=utf-8', `the page is answered ${page.status}`);
  findings.expect(!/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i.test(html), 'the page has an inline script or style, which its policy forbids');
  findings.expect(!/(?:src|href)="(?:https?:)?\/\//i.test(html), 'the page asks another server for something');
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  findings.expect(files.some((path) => path.endsWith('.js')), 'the page names no script');
  for (const path of ['/', ...files]) {
    const plain = await ask(server, 'GET', path);
    const packed = await ask(server, 'GET', path, { 'accept-encoding': 'gzip' });
    const again = await ask(server, 'GET', path, { 'if-none-match': plain.headers.etag });
    const head = await ask(server, 'HEAD', path);
    findings.expect(plain.status === 200, `${path} is answered ${plain.status}`);
    findings.expect(packed.headers['content-encoding'] === 'gzip' && gunzipSync(packed.body).equals(plain.body), `${path} unpacked is something else`);
    findings.expect(again.status === 304 && again.body.length === 0, `${path}, known already, is answered ${again.status}`);
    findings.expect(head.body.length === 0 && head.headers['content-length'] === String(plain.body.length), `HEAD of ${path} is not that of GET`);
    findings.expect(/immutable/.test(plain.headers['cache-control']) === (path !== '/'), `${path} has the Cache-Control ${plain.headers['cache-control']}`);
    for (const response of [plain, packed, again, head]) {
      findings.expect(response.headers['content-security-policy'] === kPolicy, `${path} has another policy: ${response.headers['content-security-policy']}`);
      findings.expect(response.headers['x-content-type-options'] === 'nosniff', `${path} may be taken for what it is not`);
    }
  }
  const missing = await ask(server, 'GET', '/assets/nothing-12345678.js');
  findings.expect(missing.status === 404 && missing.headers['content-type'].startsWith('text/html'), 'a file that is not there is not answered by a page');
  findings.expect(missing.headers['content-security-policy'] === kPolicy, 'the page of an error has another policy');
}

function logIn(server, key, headers = {}) {
  return server.request('POST', '/api/v1/session', { body: { key }, headers });
}

async function session(server, findings) {
  const begun = await logIn(server, server.keys.admin);
  const line = begun.headers.get('set-cookie');
  findings.expect(begun.status === 201 && /^splitplot_session=[^;]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/.test(line), `a login is answered ${begun.status}, ${line}`);
  const cookie = line.split(';')[0];
  const said = await begun.json();
  findings.expect(said.connection === 'admin' && said.kind === 'admin' && said.environment === 'default/production', `the session is of ${JSON.stringify(said)}`);
  const shown = () => server.request('GET', '/api/v1/session', { headers: { cookie } });
  findings.expect(JSON.stringify(await (await shown()).json()) === JSON.stringify(said), 'the session is shown as another');

  const change = (headers) => server.request('POST', '/api/v1/apply', { body: { files: [], dry_run: true }, headers: { cookie, ...headers } });
  findings.expect((await change({})).status === 403, 'a change without a sender is taken from a session');
  findings.expect((await change({ origin: 'https://elsewhere.example' })).status === 403, 'a change from another site is taken');
  findings.expect((await change({ origin: server.url })).status === 200, 'a change from our own page is refused');
  findings.expect((await change({ 'sec-fetch-site': 'same-origin' })).status === 200, 'a change that the browser vouches for is refused');
  findings.expect((await server.request('POST', '/ofrep/v1/evaluate/flags', { body: {}, headers: { cookie } })).status === 401, 'a session evaluates flags');

  await server.stop();
  await server.start();
  findings.expect((await shown()).status === 200, 'the session did not live through a restart');

  const { secret } = await (await server.request('POST', '/api/v1/connections/admin/keys', { key: server.keys.admin })).json();
  const newer = (await logIn(server, secret)).headers.get('set-cookie').split(';')[0];
  await server.request('DELETE', '/api/v1/connections/admin/keys/old', { key: secret });
  server.keys.admin = secret;
  findings.expect((await shown()).status === 401, 'the session outlived its key');
  findings.expect((await server.request('GET', '/api/v1/session', { headers: { cookie: newer } })).status === 200, 'the session of the new key ended, too');

  const ended = await server.request('DELETE', '/api/v1/session', { headers: { cookie: newer } });
  findings.expect(ended.status === 204 && /^splitplot_session=; .*Max-Age=0/.test(ended.headers.get('set-cookie')), `logging out is answered ${ended.status}`);
  findings.expect((await logIn(server, server.keys.client)).status === 403, 'a client key logs in');
}

async function traffic(server, findings) {
  const look = async () => (await server.request('GET', '/api/v1/traffic', { key: server.keys.admin })).json();
  const sum = ({ minutes }, member) => minutes.reduce((total, minute) => total + minute[member], 0);
  const before = await look();
  findings.expect(before.minutes.length === 60 && sum(before, 'events') === 0, 'there is traffic before there is any');

  server.apply('shop.yaml', kShop);
  const batch = [
    ...Array.from({ length: 30 }, (_, at) => ({ type: 'track', messageId: `m${at}`, userId: `u${at}`, event: 'Order Completed' })),
    { type: 'track', messageId: 'm0', userId: 'u0', event: 'Order Completed' },
    { type: 'page', messageId: 'p1', anonymousId: 'device', name: 'Home' },
    { type: 'track', messageId: 'bad', event: 'Order Completed' },
  ];
  const sent = await server.request('POST', '/v1/batch', { key: server.keys.client, body: { batch } });
  findings.expect(sent.status === 200, `the events are answered ${sent.status}`);
  await server.evaluate('no-such-flag', {}, { key: server.keys.client });
  const { flags } = await (await server.evaluate(undefined, { targetingKey: 'u1', plan: 'pro', country: 'DE' }, { key: server.keys.client })).json();
  const after = await look();
  const counts = Object.fromEntries(['events', 'exposures', 'rejected', 'duplicates', 'decisions'].map((member) => [member, sum(after, member)]));
  const decided = flags.filter(({ errorCode }) => errorCode === undefined).length;
  const expected = { events: 31, exposures: 0, rejected: 1, duplicates: 1, decisions: decided };
  findings.expect(decided > 0 && JSON.stringify(counts) === JSON.stringify(expected), `counted are ${JSON.stringify(counts)}, not ${JSON.stringify(expected)}`);
  findings.expect(after.names[0].name === 'Order Completed' && after.names[0].type === 'track' && after.names[0].last_hour === 30, `the first name is ${JSON.stringify(after.names[0])}`);
  findings.expect(after.sources.length === 1 && after.sources[0].connection === 'client' && after.sources[0].last_hour === 31, `the sources are ${JSON.stringify(after.sources)}`);
  findings.expect(after.recent.length === 31 && after.recent[0].name === 'Home' && after.recent[0].unit.kind === 'anonymous' && after.recent[0].unit.id === 'device', `the newest event is ${JSON.stringify(after.recent[0])}`);
  findings.expect(after.rejected.length === 1 && after.rejected[0].reason === 'no_user', `the newest rejected event is ${JSON.stringify(after.rejected[0])}`);
  findings.expect(Date.parse(after.since) <= Date.parse(after.now), 'the traffic began after now');
}

async function main([binary]) {
  const findings = new Findings();
  await withServer(binary, async (server) => {
    await site(server, findings);
    await session(server, findings);
    await traffic(server, findings);

    // The last, since it keeps this address out for a minute.
    const statuses = [];
    for (let attempt = 0; attempt < 11; ++attempt) statuses.push((await logIn(server, 'sp_admin_guess')).status);
    const refused = await logIn(server, server.keys.admin);
    findings.expect(statuses.join() === [...Array(10).fill(401), 429].join(), `wrong keys are answered ${statuses}`);
    findings.expect(refused.status === 429 && Number(refused.headers.get('retry-after')) > 0, `the next login is answered ${refused.status}`);
    findings.expect(/"a login failed".*"address":"127\.0\.0\.1"/.test(server.errors), 'the log does not say where wrong keys came from');
    findings.expect(!server.errors.includes(server.keys.admin) && !server.errors.includes('sp_admin_guess'), 'a key was logged');
  });
  return findings.conclude('the server behind the dashboard');
}

process.exitCode = await main(process.argv.slice(2));
