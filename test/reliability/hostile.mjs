// X2 for the routes that decide and those that their clients send events to: bodies, headers and connections that mean
// harm. The process must live, answer nothing with 5xx, and keep its memory.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { kShop } from '../served/documents.mjs';
import { withServer } from '../served/server.mjs';

const kMostGrowthKb = 128 * 1024;
const kAnswerMs = 15_000;
const kOfflineApp = '\n---\nkind: connection\nkey: offline-app\ntype: client\nlocal_evaluation: true\n';

/** The routes, and a body that each takes, with CONTEXT in the place of its context. */
const routes = ({ client, server, offline }) => [
  { name: 'OFREP one', path: '/ofrep/v1/evaluate/flags/checkout-button', key: server, body: '{"context":CONTEXT}' },
  { name: 'OFREP all', path: '/ofrep/v1/evaluate/flags', key: server, body: '{"context":CONTEXT}' },
  { name: 'remote evaluation', path: `/api/eval/${client}`, body: '{"attributes":CONTEXT,"forcedVariations":{},"forcedFeatures":[],"url":""}' },
  { name: 'explain', path: '/api/v1/decide/explain', key: server, body: '{"flag":"checkout-button","context":CONTEXT}' },
  { name: 'collector', path: '/v1/data/collector', key: server, body: '{"meta":{},"events":[{"kind":"feature","userKey":"u","key":"checkout-button","variation":"red","value":"#f00","creationDate":1,"evaluationContext":CONTEXT}]}' },
  { name: 'track', path: `/track?client_key=${offline}`, body: '[{"event_name":"Experiment Viewed","properties_json":CONTEXT,"user_id":"u","uuid":"1"}]' },
  { name: 'batch', path: '/v1/batch', key: server, body: '{"batch":[{"type":"track","event":"e","userId":"u","properties":CONTEXT}]}' },
];

const nested = (open, close, depth) => open.repeat(depth) + close.repeat(depth);
const many = (count, member) => `{${Array.from({ length: count }, (_, at) => member(at)).join(',')}}`;
const kLong = 'x'.repeat(100_000);

/** What stands in the place of a context. */
const kContexts = [
  ['lists 100,000 deep', nested('[', ']', 100_000)],
  ['objects 20,000 deep', nested('{"a":', '}', 20_000).replace('}', '1}')],
  ['lists 31 deep', `{"targetingKey":"u","id":"u","a":${nested('[', ']', 25)}}`],
  ['lists that are not closed', '['.repeat(100_000)],
  ['10,000 attributes', many(10_000, (at) => `"a${at}":${at}`)],
  ['200,000 attributes', many(200_000, (at) => `"${at}":1`)],
  ['keys that are hashed alike', many(5_000, (at) => `"${'Aa'.repeat(at % 12)}${'BB'.repeat(12 - at % 12)}${at}":1`)],
  ['NaN', '{"a":NaN}'], ['Infinity', '{"a":-Infinity}'],
  ['1e309', '{"targetingKey":"u","id":"u","a":1e309}'], ['-1e309', '{"a":-1e309}'], ['1e-400', '{"a":1e-400}'],
  ['a number of 100,000 digits', `{"a":${'9'.repeat(100_000)}}`],
  ['an integer beyond 64 bits', '{"a":92233720368547758089223372036854775808}'],
  ['lone surrogates', '{"targetingKey":"\\ud800","id":"\\udc00","\\ud83d":"\\ud800\\ud800"}'],
  ['half an escape', '{"a":"\\ud8"}'], ['a wrong escape', '{"a":"\\x00"}'],
  ['NUL, escaped', '{"targetingKey":"a\\u0000b","id":"a\\u0000b","\\u0000":"\\u0000"}'],
  ['NUL, as it is', '{"a":"\u0000"}'],
  ['duplicate members', '{"targetingKey":"u","targetingKey":["v"],"id":"u","id":{},"a":1,"a":2}'],
  ['duplicate members by the thousand', `{${Array(20_000).fill('"a":1').join(',')}}`],
  ['members of JavaScript', '{"__proto__":{"admin":true},"constructor":{"prototype":{}},"targetingKey":"u","id":"u"}'],
  ['a list', '[]'], ['a text', '"context"'], ['null', 'null'], ['a number', '5'], ['nothing', ''],
  ['a key that is an object', '{"targetingKey":{"a":1},"id":{"a":1}}'], ['a key that is a list', '{"targetingKey":[[]],"id":[[]]}'],
  ['a key that is long', `{"targetingKey":"${kLong}","id":"${kLong}"}`], ['an empty key', '{"targetingKey":"","id":""}'],
  ['an attribute that is long', `{"targetingKey":"u","id":"u","email":"${kLong}@shop.example"}`],
  ['what conditions ask for, as something else', '{"targetingKey":"u","id":"u","email":{"$regex":".*"},"plan":[["pro"]],"country":{"$ne":1}}'],
  ['10 MB', `{"a":"${'x'.repeat(10 << 20)}"}`],
];

/** Bodies as a whole, as bytes. */
function bodies(valid) {
  const text = (name, body, headers) => ({ name, body: Buffer.from(body, 'utf8'), headers });
  const zipped = (name, body, headers = { 'content-encoding': 'gzip' }) => ({ name, body: gzipSync(body), headers });
  const plain = valid.replace('CONTEXT', '{"targetingKey":"u","id":"u"}');
  return [
    ...kContexts.map(([name, context]) => text(name, valid.replace('CONTEXT', context))),
    text('an empty body', ''), text('a byte order mark', `\ufeff${plain}`), text('half of it', plain.slice(0, plain.length / 2)),
    text('twice', plain + plain), text('HTML', '<html></html>'),
    { name: 'bytes that are no UTF-8', body: Buffer.from(plain.replace('"u"', '"\u00ff\u00fe"'), 'latin1') },
    { name: 'random bytes', body: Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919) % 251)) },
    { name: 'UTF-16', body: Buffer.from(plain, 'utf16le') },
    text('another content type', plain, { 'content-type': 'multipart/form-data; boundary=x' }),
    zipped('a gzip bomb of 30 MB', Buffer.alloc(30 << 20)),
    zipped('a gzip bomb of 300 MB of blanks before JSON', Buffer.concat([Buffer.alloc(300 << 20, ' '), Buffer.from(plain)])),
    zipped('gzip within gzip', gzipSync(Buffer.alloc(30 << 20))),
    zipped('gzip that does not say so', plain, {}),
    { name: 'gzip cut off', body: gzipSync(plain).subarray(0, 20), headers: { 'content-encoding': 'gzip' } },
    { name: 'gzip that is none', body: Buffer.from(plain), headers: { 'content-encoding': 'gzip' } },
    { name: 'an encoding that nobody knows', body: Buffer.from(plain), headers: { 'content-encoding': 'br, gzip, deflate' } },
  ];
}

/** Sends bytes; answers what came back until the other side closed, or nothing came for a while. */
function exchange(port, bytes, { quietMs = 1000 } = {}) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = () => { socket.destroy(); resolve(text); };
    socket.setTimeout(quietMs, end);
    socket.on('data', (data) => { text = (text + data.toString('latin1')).slice(-1 << 20); });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
    socket.on('connect', () => { for (const part of [bytes].flat()) socket.write(part); });
  });
}

const statuses = (text) => [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));

/** Requests that are wrong as requests; how many answers there may be, and whether the first must be a refusal. */
function wires({ path, key, body }) {
  const plain = body.replace('CONTEXT', '{"targetingKey":"u","id":"u"}');
  const authorization = key ? `Authorization: Bearer ${key}\r\n` : '';
  const head = `POST ${path} HTTP/1.1\r\nHost: a\r\n${authorization}`;
  const sized = `Content-Length: ${Buffer.byteLength(plain)}\r\n`;
  const hidden = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';
  const refused = (name, bytes) => ({ name, bytes, refused: true, answers: 1 });
  return [
    refused('1 GB declared', `${head}Content-Length: 1073741824\r\n\r\n${'x'.repeat(1000)}`),
    refused('a length beyond 64 bits', `${head}Content-Length: 99999999999999999999999\r\n\r\n`),
    refused('a negative length', `${head}Content-Length: -5\r\n\r\n${plain}`),
    refused('two lengths', `${head}Content-Length: 5\r\n${sized}\r\n${plain}`),
    refused('length and chunks', `${head}${sized}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`),
    refused('chunks, then length', `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`),
    refused('chunks twice encoded', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`),
    refused('chunks, misspelt', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`),
    refused('a chunk of negative size', `${head}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${hidden}`),
    refused('a chunk beyond 64 bits', `${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${plain}\r\n0\r\n\r\n`),
    refused('a blank before the colon', `${head}Content-Length : 5\r\n\r\n${hidden}`),
    refused('a NUL in a header', `${head}X-A: a\0b\r\n${sized}\r\n${plain}`),
    refused('10,000 headers', `${head}${Array.from({ length: 10_000 }, (_, at) => `X-${at}: a\r\n`).join('')}${sized}\r\n${plain}`),
    refused('a header of 1 MB', `${head}X-A: ${'a'.repeat(1 << 20)}\r\n${sized}\r\n${plain}`),
    refused('a path of 1 MB', `POST ${path}${'a'.repeat(1 << 20)} HTTP/1.1\r\nHost: a\r\n\r\n`),
    refused('no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.repeat(100)),
    { name: 'endless small chunks', bytes: `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(300_000)}`, answers: 1 },
    { name: '1,000 requests at once', bytes: `${head}${sized}\r\n${plain}`.repeat(1000), answers: 1000 },
    { name: 'a path that is wrong', bytes: `POST ${path.replace(/[^/?]+(\?|$)/, '%zz%00%2e%2e$1')} HTTP/1.1\r\nHost: a\r\n${authorization}${sized}\r\n${plain}`, answers: 1 },
    { name: 'half a request, and no more', bytes: `${head}${sized}\r\n${plain.slice(0, 5)}`, answers: 1 },
  ];
}

const peakKb = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

class Judge {
  count = 0;
  failures = [];
  serverErrors = 0;

  note(where, status) {
    this.count += 1;
    if (status >= 500) this.serverErrors += 1;
    if (status >= 500 || status === 0) this.failures.push(`${where}: answered ${status || 'nothing'}`);
  }
}

async function sendBodies(server, judge, route) {
  for (const { name, body, headers = {} } of bodies(route.body)) {
    const authorization = route.key ? { authorization: `Bearer ${route.key}` } : {};
    const status = await fetch(server.url + route.path, {
      method: 'POST', body, headers: { 'content-type': 'application/json', ...authorization, ...headers }, signal: AbortSignal.timeout(kAnswerMs),
    }).then(async (answer) => { await answer.arrayBuffer(); return answer.status; }, (error) => (/EPIPE|ECONNRESET|other side closed/.test(`${error.cause?.code} ${error.cause?.message}`) ? 413 : 0));
    judge.note(`${route.name}, ${name}`, status);
  }
}

// RFC 9112, 6.1 and 6.2: what is asked of who meets a transfer coding or a version that it does not know.
const kNoFailures = [501, 505];

async function sendWires(server, judge, route) {
  await Promise.all(wires(route).map(async ({ name, bytes, refused, answers }) => {
    const all = statuses(await exchange(server.port, bytes));
    judge.count += 1;
    const where = `${route.name}, ${name}`;
    const errors = all.filter((status) => status >= 500 && !kNoFailures.includes(status));
    judge.serverErrors += errors.length;
    if (errors.length > 0) judge.failures.push(`${where}: answered ${errors[0]}`);
    if (all.length > answers) judge.failures.push(`${where}: ${all.length} answers`);
    if (refused && all.length > 0 && all[0] < 400) judge.failures.push(`${where}: taken, ${all[0]}`);
  }));
}

/** Questions in paths and queries, of the routes that are asked by GET. */
async function sendQueries(server, judge) {
  const { client, offline, server: key } = server.keys;
  for (const odd of ['%00', '%ff%fe', '%', '%zz', 'a'.repeat(10_000), '..%2f..%2fetc%2fpasswd', '%F0%9F%98%80', "'--", '{}', '%0d%0aX-A:%201']) {
    for (const [path, headers] of [
      [`/api/features/${odd}`], [`/sub/${odd}`], [`/ofrep/v1/stream?token=${odd}`], [`/api/features/${offline}?x=${odd}`], [`/api/eval/${client}${odd}`],
      [`/api/v1/decide/explain?flag=${odd}&user=${odd}&context=${odd}`, `Authorization: Bearer ${key}\r\n`],
      [`/ofrep/v1/evaluate/flags/${odd}`, `Authorization: Bearer ${key}\r\n`],
    ]) {
      const all = statuses(await exchange(server.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers ?? ''}Connection: close\r\n\r\n`, { quietMs: 5000 }));
      judge.note(`GET ${path.slice(0, 80)}`, all[0] ?? 0);
    }
  }
}

/** Clients that send a byte a second, and such as take no answer, while others ask as always. */
async function slowClients(server, judge, count) {
  const sockets = Array.from({ length: count }, (_, at) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: a\r\n${at % 2 ? `Authorization: Bearer ${server.keys.server}\r\nContent-Length: 1000\r\n\r\n{` : 'X-A: '}`);
    return socket;
  });
  const deaf = Array.from({ length: 50 }, () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    const request = `GET /api/features/${server.keys.offline} HTTP/1.1\r\nHost: a\r\n\r\n`;
    socket.write(request.repeat(2000));
    return socket;
  });
  for (let second = 0; second < 4; ++second) {
    await sleep(1000);
    for (const socket of sockets) socket.write('a');
    const answer = await server.evaluate('checkout-button', { targetingKey: 'u' }).then(({ status }) => status, () => 0);
    judge.note('a decision beside slow clients', answer);
  }
  for (const socket of [...sockets, ...deaf]) socket.destroy();
}

/** X2, for decision routes. */
export async function hostileBodies(binary, { slow }) {
  return withServer(binary, async (server) => {
    const { credentials } = JSON.parse(server.apply('shop.yaml', kShop + kOfflineApp, '--json'));
    server.keys.offline = credentials.find(({ connection }) => connection === 'offline-app').secret;
    const judge = new Judge();
    const before = await (await server.evaluate(undefined, { targetingKey: 'u' })).text();
    const beforeKb = peakKb(server.pid);
    const { pid } = server;
    for (const route of routes(server.keys)) {
      await sendBodies(server, judge, route);
      await sendWires(server, judge, route);
    }
    await sendQueries(server, judge);
    await slowClients(server, judge, slow);
    const grownKb = peakKb(pid) - beforeKb;
    const alive = await server.evaluate(undefined, { targetingKey: 'u' }).then((answer) => answer.text(), () => '');
    const flags = (text) => JSON.stringify(JSON.parse(text || '{}').flags);
    const same = flags(alive) === flags(before) && flags(alive) !== undefined;
    for (const failure of judge.failures) console.error(failure);
    return {
      id: 'X2', test: 'hostile bodies, headers, connections on decision routes', n: judge.count, target: '0 crashes, 0 5xx, bounded',
      ours: `${same ? 0 : 1} crashes, ${judge.serverErrors} 5xx, +${Math.round(grownKb / 1024)} MB`,
      met: same && judge.failures.length === 0 && grownKb < kMostGrowthKb,
      beside: `${routes(server.keys).length} routes; ${slow} slow clients and 50 that take no answer; memory may grow by ${kMostGrowthKb / 1024} MB at most`,
    };
  });
}
