// Split-URL tests: GrowthBook's own SDK sends visitors of a page where the server does, by rules and by remote evaluation, and
// joins addresses the same way; who asks the server itself is counted where a server asks.
//   node redirects.mjs BINARY GUIDE
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as rest } from 'node:timers/promises';
import { Findings } from '../e2e/program.mjs';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { GrowthBook } = require('@growthbook/growthbook');
// Only its browser code joins addresses; the function is not among what the package exports.
const { mergeQueryStrings } = require(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/@growthbook/growthbook/dist/cjs/util.js`);

const kPatienceMs = 20_000;
const kPages = [
  'https://shop.example/landing', 'https://shop.example/landing/?utm_source=mail&id=7#top', 'https://www.shop.example/landing?ref=a%20b',
  'https://shop.example/prices?plan=pro', 'https://shop.example/prices?plan=free&landing=1', 'https://shop.example/landing?landing=1',
  'https://shop.example/landing?landing=0&x=1', 'https://shop.example/both', 'https://shop.example/', 'https://shop.example/landing-new', 'landing',
];

const kDocuments = `
kind: experiment
key: both-and-more
status: running
seed: both
coverage: 50%
pages: [https://shop.example/both]
variants: [{key: control}, {key: first, redirect: "https://shop.example/first"}]
---
kind: experiment
key: landing
status: running
seed: landing
pages: ["/landing", "/both"]
variants:
  - {key: control, weight: 30}
  - {key: new, weight: 40, redirect: "https://shop.example/landing-new?id=1&a=%C3%A4"}
  - {key: other, weight: 30, redirect: "https://Other.Example"}
overrides: {tester: other}
metrics: {primary: [orders]}
---
kind: experiment
key: prices
status: running
seed: prices
population: {plan: {$ne: free}}
pages: [{type: regex, pattern: "/prices\\\\?"}]
keep_query: false
variants: [{key: control}, {key: new, redirect: "https://shop.example/new-prices#offers"}]
variants_for: [{if: {plan: team}, variants: {control: 10, new: 90}}]
---
kind: experiment
key: draft
pages: [https://shop.example/]
variants: [{key: control}, {key: new, redirect: "https://shop.example/draft"}]
overrides: {tester: new}
---
kind: metric
key: orders
type: proportion
event: Order Completed
---
kind: connection
key: shop-app
type: client
local_evaluation: true
`;

const visitors = () => Array.from({ length: 200 }, (_, i) => ({ id: i % 20 ? `visitor-${i}` : 'tester', plan: ['free', 'pro', 'team'][i % 3] }));

/** Where the SDK goes, and what it reports. */
function bySdk(options, payload) {
  const seen = { redirect: null, tracks: [] };
  const gb = new GrowthBook({
    ...options,
    navigate: (url) => { seen.redirect = url; },
    trackingCallback: (experiment, result) => { seen.tracks.push(`${experiment.key}=${result.key} ${result.hashValue}`); },
  });
  if (payload) {
    gb.initSync({ payload });
    gb.destroy();
  }
  return { gb, seen };
}

async function byServer(server, attributes, url, key = server.keys.client) {
  const { id, ...others } = attributes;
  return server.request('POST', '/api/v1/redirect', { key, body: { context: { targetingKey: id, ...others, url } } });
}

async function checkSame(server, key, findings) {
  const payload = await (await fetch(`${server.url}/api/features/${key}`)).json();
  findings.expect(payload.experiments.length >= 5, `only ${payload.experiments.length} experiments are in the payload`);
  const ways = new Map();
  for (const [i, attributes] of visitors().entries()) {
    const url = kPages[(i * 7 + Math.floor(i / 11)) % kPages.length];
    const { seen } = bySdk({ attributes, url }, payload);
    const answer = await byServer(server, attributes, url);
    const own = await answer.json();
    if (url === 'landing') {
      findings.expect(answer.status === 400 && seen.redirect === null, `${url}: ${answer.status}, the SDK goes to ${seen.redirect}`);
      continue;
    }
    findings.expect(own.redirect === seen.redirect, `${attributes.id} on ${url}: the server says ${own.redirect}, the SDK ${seen.redirect}`);
    const isForced = own.experiment === 'landing' ? attributes.id === 'tester' || /landing=\d/.test(url) : own.experiment === 'draft';
    const expected = own.experiment && !isForced ? [`${own.experiment}=${own.variant} ${attributes.id}`] : [];
    findings.expect(JSON.stringify(seen.tracks) === JSON.stringify(expected), `${attributes.id} on ${url}: reported ${seen.tracks}, not ${expected}`);

    const remote = bySdk({ apiHost: server.url, clientKey: server.keys.client, remoteEval: true, attributes, url });
    await remote.gb.init({ timeout: kPatienceMs, skipCache: true });
    remote.gb.destroy();
    findings.expect(remote.seen.redirect === own.redirect, `${attributes.id} on ${url}: evaluated remotely, the SDK goes to ${remote.seen.redirect}, not ${own.redirect}`);
    findings.expect(JSON.stringify(remote.seen.tracks) === JSON.stringify(expected), `${attributes.id} on ${url}: reported ${remote.seen.tracks} remotely, not ${expected}`);
    ways.set(`${own.experiment} ${own.variant}`, (ways.get(`${own.experiment} ${own.variant}`) ?? 0) + 1);
  }
  for (const way of ['landing control', 'landing new', 'landing other', 'prices control', 'prices new', 'both-and-more control', 'both-and-more first', 'null null'])
    findings.expect(ways.get(way) > 0, `nobody met ${way}: ${JSON.stringify([...ways])}`);
}

/** A small generator of numbers: the same in each run. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const kQueries = ['a=1', 'a=2', 'b', 'b=', '=x', '', 'a+b=c+d', 'a%20b=1', '%C3%A4=%c3%b6', 'ä=ö', 'x=%', 'x=%zz', 'x=%ff%fe', 'q=a%26b', 'list[]=1', 'list[]=2', 'tilde=~*-._', "it's=1", 'p=(1)', 'emoji=😀',
  'plus=%2B', 'nul=%00', 'slash=/a/b?c', 'at=@:', 'utm_source=news%20letter', 'bad=%e2%82', 'eq=a=b'];
const kOwnQueries = kQueries.filter((one) => /^[\x21-\x7e]*$/.test(one) && !/%(?![0-9a-f]{2})/i.test(one));

function queryOf(roll, from) {
  const members = Array.from({ length: roll(4) }, () => from[roll(from.length)]);
  return members.length || roll(4) === 0 ? `?${members.join('&')}` : '';
}

/** The page's query joined with a redirect's, as the SDK does. */
async function checkJoining(server, findings) {
  const roll = dice(20261123);
  const hosts = ['shop.example', 'SHOP.example', 'shop.example:443', 'shop.example:8443', '127.0.0.1:80', 'a-b.c_d.example.'];
  const paths = ['', '/', '/new', '/new/%41%2f~b', "/it's/(1)", '/a//b/'];
  const targets = Array.from({ length: 80 }, () =>
    `https://${hosts[roll(hosts.length)]}${paths[roll(paths.length)]}${queryOf(roll, kOwnQueries)}${['', '#', '#top?x', "#it's"][roll(4)]}`);
  server.apply('targets.yaml', '# where they lead\n' + targets.map((target, i) =>
    JSON.stringify({ kind: 'experiment', key: `join-${i}`, status: 'running', pages: [`https://page-${i}.example/*`], overrides: { u: 'new' }, variants: [{ key: 'control' }, { key: 'new', redirect: target }] })).join('\n---\n'));
  let added = 0;
  for (let i = 0; i < 2000; ++i) {
    const target = targets[i % targets.length];
    const page = `https://page-${i % targets.length}.example/a${queryOf(roll, kQueries)}${['', '#x', '#?a=9'][roll(3)]}`;
    const expected = mergeQueryStrings(page, target);
    const answer = await byServer(server, { id: 'u' }, page);
    const { redirect } = await answer.json();
    findings.expect(redirect === expected, `${target} from ${page}: ${redirect}, the SDK says ${expected}`);
    if (expected !== new URL(target).href) ++added;
  }
  findings.expect(added > 700, `only ${added} redirects took something along`);
}

async function checkCounting(server, findings) {
  const units = () => JSON.parse(server.run('results', 'landing', '--json')).source.units;
  findings.expect(units() === 0, 'what browsers ask is no exposure');
  const page = 'https://shop.example/landing';
  const asked = visitors().slice(0, 50);
  const counted = asked.filter(({ id }) => id !== 'tester').length;
  for (const attributes of asked) await byServer(server, attributes, page, server.keys.server);
  const end = Date.now() + kPatienceMs;
  while (units() < counted && Date.now() < end) await rest(100);
  findings.expect(units() === counted, `${units()} of ${counted} are counted; who is forced is not`);
}

async function checkRefusals(server, findings) {
  const page = 'https://shop.example/landing';
  const ask = (body, key = server.keys.client, path = '/api/v1/redirect') => server.request('POST', path, { key, body });
  const expect = async (what, answer, status, code) => {
    const { status: got } = answer;
    const said = await answer.json();
    findings.expect(got === status && (!code || said.code === code), `${what}: ${got} ${JSON.stringify(said)}`);
  };
  await expect('no page', await ask({ context: { targetingKey: 'u' } }), 400, 'bad_parameter');
  await expect('a path', await ask({ context: { targetingKey: 'u', url: '/landing' } }), 400, 'bad_parameter');
  await expect('nobody', await ask({ context: { url: page } }), 400, 'targeting_key_missing');
  await expect('nobody, elsewhere', await ask({ context: { url: 'https://shop.example/elsewhere' } }), 200);
  await expect('no JSON', await ask('{"context": '), 400, 'bad_request');
  await expect('no context', await ask({ context: 3 }), 400, 'bad_request');
  await expect('no key', await ask({ context: { targetingKey: 'u', url: page } }, 'sp_client_x'), 401);
  await expect('a public key asks why', await ask({ context: { id: 'u' }, url: page }, server.keys.client, '/api/v1/redirect/explain'), 403);
  await expect('a server asks why', await ask({ context: { id: 'u' }, url: page }, server.keys.server, '/api/v1/redirect/explain'), 200);
  const { headers } = await ask({ context: { targetingKey: 'u', url: page } });
  findings.expect(headers.get('access-control-allow-origin') === '*' && headers.get('cache-control') === 'no-store', 'browsers may ask, and keep no answer');
  findings.expect(/is no whole address/.test(refused(server, 'redirect: /new')), 'relative addresses are refused');
  findings.expect(/not with https: or http:/.test(refused(server, 'redirect: "javascript:alert(1)"')), 'scripts are refused');
}

/** What apply says to a variant with this member. */
function refused(server, member) {
  try {
    server.apply('refused.yaml', `# wrong\n{kind: experiment, key: refused, pages: [/old], variants: [{key: a}, {key: b, ${member}}]}`);
  } catch (error) {
    return error.stderr;
  }
  return 'nothing';
}

function checkCommand(server, findings) {
  const ask = (...more) => server.run('decide', '--redirect', '--user', 'tester', '--url', 'https://shop.example/landing?x=1', ...more);
  findings.expect(/^redirect = "https:\/\/other\.example\/\?x=1" .*experiment 'landing': 'other', forced/.test(ask()), ask());
  findings.expect(/experiment 'landing': decided/.test(ask('--explain')) && /no +on this page/.test(ask('--explain')), ask('--explain'));
  findings.expect(JSON.parse(ask('--json')).value === 'https://other.example/?x=1', ask('--json'));
}

/** The blocks of the guide that can run here, as they stand, in a server of their own. */
async function checkGuide(server, guide, findings) {
  const blocks = Object.fromEntries([...guide.matchAll(/^<!-- run: (\w+) -->\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name, text]) => [name, text]));
  const filled = (text) => text.replaceAll('http://127.0.0.1:8080', server.url).replaceAll('sp_server_...', server.keys.server);
  server.apply('guide.yaml', blocks.document);
  const printed = {
    http: execFileSync('bash', ['-e', '-c', filled(blocks.http)], { encoding: 'utf8' }),
    node: execFileSync('node', ['--input-type=module', '-e', filled(blocks.node)], { encoding: 'utf8', timeout: kPatienceMs }),
  };
  const { redirect, experiment } = JSON.parse(printed.http);
  findings.expect(experiment === 'landing', `the guide's visitor is in the experiment: ${printed.http}`);
  findings.expect(redirect === null || redirect === 'https://shop.example/landing-new?utm_source=mail', `the guide's visitor goes to ${redirect}`);
  findings.expect(printed.node.trim() === (redirect ?? 'the page itself'), `by Node, the guide's visitor goes to ${printed.node}`);
}

const [binary, guideFile] = process.argv.slice(2);
const findings = new Findings();
await withServer(binary, (server) => checkGuide(server, readFileSync(guideFile, 'utf8'), findings));
await withServer(binary, async (server) => {
  const applied = server.apply('redirects.yaml', kDocuments);
  const key = /connection 'shop-app'[^\n]*\n\s+(sp_\S+)/.exec(applied)[1];
  await checkSame(server, key, findings);
  await checkRefusals(server, findings);
  checkCommand(server, findings);
  await checkCounting(server, findings);
  await checkJoining(server, findings);
});
process.exitCode = findings.conclude('redirects');
