// What the management API answers to requests that nobody should send, to the character: bad_requests.txt. None of them
// changes anything.
//   node bad_requests.mjs BINARY FIXTURES            FIXTURES: what test/golden/golden.mjs wrote
//   node bad_requests.mjs BINARY FIXTURES --update   takes the answers as expected (read the diff before you commit it)
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Findings } from '../e2e/program.mjs';
import { withServer } from './server.mjs';

const kGolden = join(dirname(fileURLToPath(import.meta.url)), 'bad_requests.txt');
const kDepth = 100_000;
const [binary, fixtures, mode] = process.argv.slice(2);

const fixture = (path) => readFileSync(join(fixtures, 'bad', path), 'utf8');
const files = (...paths) => JSON.stringify({ files: paths.map((path) => ({ name: path, text: fixture(path) })) });
const text = (content) => JSON.stringify({ files: [{ name: 'shop.yaml', text: content }] });

const kDocuments = `kind: flag
key: banner
variants: {off: false, on: true}
default: off
---
kind: items
key: products
items: [{id: s1, price: 5}]
---
kind: experiment
key: draft
variants: {control: 50, treatment: 50}
`;

// Name, method, path, body.
const kRequests = [
  ['no body', 'POST', '/api/v1/apply', ''],
  ['no JSON', 'POST', '/api/v1/apply', '{"files":'],
  ['a list', 'POST', '/api/v1/apply', '[]'],
  ['nothing asked', 'POST', '/api/v1/apply', '{}'],
  ['unknown members', 'POST', '/api/v1/apply', '{"fils":[],"dry_rum":true,"a/b~c":1}'],
  ['members of other kinds', 'POST', '/api/v1/apply', '{"files":{},"dry_run":"yes","prune":1,"message":5}'],
  ['files that are none', 'POST', '/api/v1/apply', '{"files":["a",{"name":"a"},{"name":"a","text":5},{"name":"a","text":"","mode":1}]}'],
  ['too many files', 'POST', '/api/v1/apply', JSON.stringify({ files: Array.from({ length: 2001 }, (_, i) => ({ name: `${i}`, text: '' })) })],
  ['a long message', 'POST', '/api/v1/apply', JSON.stringify({ files: [], message: 'x'.repeat(1001) })],
  ['one name twice', 'POST', '/api/v1/apply', '{"files":[],"files":[]}'],
  ['half a pair', 'POST', '/api/v1/apply', '{"files":[{"name":"\\ud800","text":""}]}'],
  ['nested 100,000 deep', 'POST', '/api/v1/apply', '{"files":' + '['.repeat(kDepth)],
  ['bytes that are no text', 'POST', '/api/v1/apply', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
  ['larger than the route takes', 'POST', '/api/v1/apply', 'x'.repeat((16 << 20) + 1)],
  ['documents with unknown members', 'POST', '/api/v1/apply', files('unknown.yaml')],
  ['documents in circles', 'POST', '/api/v1/apply', files('cycles.yaml')],
  ['documents nested too deep', 'POST', '/api/v1/apply', files('nested/conditions.json', 'nested/conditions.yaml', 'nested/alias-bomb.yaml')],
  ['documents in two files', 'POST', '/api/v1/apply', JSON.stringify({ files: [{ name: 'a', text: 'kind: layer\nkey: l' }, { name: 'b', text: 'kind: layer\nkey: l' }] })],
  ['pruning everything', 'POST', '/api/v1/apply', '{"files":[],"prune":true}'],
  ['a variant that is in use is gone', 'POST', '/api/v1/apply', text('kind: flag\nkey: banner\nvariants: {off: false, other: true}\ndefault: on\n')],
  ['no revision', 'POST', '/api/v1/rollback', '{}'],
  ['a revision that never was', 'POST', '/api/v1/rollback', '{"revision":999}'],
  ['a negative revision', 'POST', '/api/v1/rollback', '{"revision":-1}'],
  ['no kind', 'GET', '/api/v1/documents?kind=flagg'],
  ['no document', 'GET', '/api/v1/documents/flag/banern'],
  ['a key with a slash', 'GET', '/api/v1/documents/flag/a%2Fb'],
  ['a path that climbs', 'GET', '/api/v1/documents/flag/..%2F..%2Fkeys'],
  ['no number', 'GET', '/api/v1/history?limit=many'],
  ['half a name', 'GET', '/api/v1/history?kind=flag'],
  ['items without a header', 'POST', '/api/v1/items/products', ''],
  ['items of ragged rows', 'POST', '/api/v1/items/products', 'id,price\ns1,5\ns2\n'],
  ['items with an open quote', 'POST', '/api/v1/items/products', 'id,name\ns1,"5\n'],
  ['items twice', 'POST', '/api/v1/items/products', '[{"id":"s1"},{"id":"s1"}]'],
  ['items that are no objects', 'POST', '/api/v1/items/products', '[1,"x",[{}]]'],
  ['items under an odd key', 'POST', '/api/v1/items/a%2Fb', 'id\ns1\n'],
  ['a list that is no text', 'POST', '/api/v1/lists/known', Buffer.from([0x61, 0x0a, 0xff, 0x0a])],
  ['a list with an open quote', 'POST', '/api/v1/lists/known', 'a\n"b\n'],
  ['a list of lists', 'POST', '/api/v1/lists/known', '["a",["b"]]'],
  ['a list of several columns', 'POST', '/api/v1/lists/known', 'id,name\nu1,Ann\n'],
  ['a list nested 100,000 deep', 'POST', '/api/v1/lists/known', '['.repeat(kDepth)],
  ['a list in no mode', 'POST', '/api/v1/lists/known?mode=merge', 'a\n'],
  ['taking from no list', 'POST', '/api/v1/lists/known?mode=remove', 'a\n'],
  ['a preview of no flag', 'POST', '/api/v1/content/preview', '{"flag":"nothing","contxt":{}}'],
  ['an explanation of no flag', 'POST', '/api/v1/decide/explain', '{"flag":"baner","context":{}}'],
  ['an explanation with a context of another kind', 'POST', '/api/v1/decide/explain', '{"flag":"banner","context":[1]}'],
  ['assignments of no experiment', 'POST', '/api/v1/experiments/drft/assignments', '{"units":[{"id":"u1"}]}'],
  ['assignments of a draft', 'POST', '/api/v1/experiments/draft/assignments', '{"units":[{"id":"u1"}]}'],
  ['assignments of units that are none', 'POST', '/api/v1/experiments/draft/assignments', '{"units":["u1",5]}'],
  ['a check over ids that are none', 'POST', '/api/v1/experiments/draft/assignment-check', '{"ids":5}'],
  ['another key for nobody', 'POST', '/api/v1/connections/shp/keys', '{}'],
  ['encryption of nobody', 'GET', '/api/v1/connections/a%2Fb/encryption'],
  ['a route that is none', 'POST', '/api/v1/aply', '{}'],
  ['a method that is none', 'DELETE', '/api/v1/apply'],
];

/** An answer as a reader would tell it: what is wrong, each place of it, what to do. */
function told(answer) {
  let problem;
  try {
    problem = JSON.parse(answer);
  } catch {
    return answer;
  }
  if (typeof problem.code !== 'string') return JSON.stringify(problem);
  const hinted = ({ detail, hint }) => `${detail}${hint ? ` (${hint})` : ''}`;
  const lines = (problem.errors ?? []).map((error) => `  ${[error.place, error.subject, error.pointer].filter(Boolean).join(', ')}: ${hinted(error)}`);
  return [`${problem.code}: ${hinted(problem)}`, ...lines].join('\n');
}

async function answersOf(server) {
  let printed = '';
  for (const [name, method, path, body] of kRequests) {
    const headers = { authorization: `Bearer ${server.keys.admin}`, 'content-type': 'application/json' };
    const response = await fetch(server.url + path, { method, headers, body });
    printed += `== ${name}\n${method} ${path}\n${response.status} ${response.headers.get('content-type')}\n${told(await response.text())}\n\n`;
  }
  return printed;
}

async function main() {
  const findings = new Findings();
  await withServer(binary, async (server) => {
    server.apply('shop.yaml', kDocuments);
    const everything = async () => (await server.request('GET', '/api/v1/documents', { key: server.keys.admin })).text();
    const before = [(await server.status()).revision, await everything()];
    const answers = await answersOf(server);
    findings.expect(JSON.stringify(before) === JSON.stringify([(await server.status()).revision, await everything()]), 'something was changed');
    if (mode === '--update') {
      writeFileSync(kGolden, answers);
      return;
    }
    const wanted = readFileSync(kGolden, 'utf8').split('\n\n== ');
    for (const [i, section] of answers.split('\n\n== ').entries()) {
      findings.expect(section === wanted[i], `expected:\n== ${wanted[i]}\nanswered:\n== ${section}`);
    }
  });
  return findings.conclude('bad requests');
}

process.exitCode = await main();
