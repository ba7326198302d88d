// Content as its users meet it: items imported from a file, templates rendered by OFREP and by remote evaluation, left out
// where SDKs decide by themselves, previewed by the command with and without a server.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, withFolder } from './server.mjs';

const [, , binary] = process.argv;

const kDocuments = `
kind: items
key: products
items: "id,category,name,price,stock\\n"
exclude: [{if: {stock: {$lte: 0}}}, {column: id, in: bought}]
---
kind: segment
key: fans
condition: {visits: {$gt: 5}}
---
kind: flag
key: banner
content:
  target: html
  defaults: {user.name: there}
  blocks:
    greeting: [{if: {$inSegment: fans}, text: Welcome back}, {text: Welcome}]
  items:
    offers: {from: products, exclude: [{column: category, in: user.disliked}], order: -price, limit: 2}
variants:
  plain: Welcome
  offers: "{{greeting}}, {{user.name}}: {{#offers}}<b>{{name}}</b>{{^-last}}, {{/-last}}{{/offers}}"
default: plain
rules:
  - experiment: banner-test
    variants: {control: plain, treatment: offers}
---
kind: experiment
key: banner-test
status: running
variants: {control: 1, treatment: 999999}
---
kind: flag
key: card
type: json
content: {max_bytes: 80, defaults: {user.name: you}}
variants:
  small: '{"title": "For {{user.name}}"}'
  large: '{"title": "For {{user.name}}", "more": {{user.more}}, "{{user.key}}": 1}'
default: small
rules: [{serve: large}]
---
kind: flag
key: needs-card
variants: {on: true, off: false}
default: off
rules: [{requires: [{flag: card, is: large}], serve: on}]
---
kind: flag
key: simple
variants: {on: true, off: false}
default: on
`;

const kItems = `id,category,name,price,stock
s1,shoes,Runner <b>,59.9,3
s2,shoes,Boot,120,0
h1,hats,Beanie,15,7
b1,bags,Tote,25.5,2
`;

async function post(server, path, key, body, headers = {}) {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const one = async (server, flag, context) => {
  const answer = await post(server, `/ofrep/v1/evaluate/flags/${flag}`, server.keys.server, { context });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
};

await withFolder(async (folder) => {
  const server = await new Server(binary, join(folder, 'data')).start();
  const run = (...args) =>
    spawnSync(binary, args, { encoding: 'utf8', env: { ...process.env, SPLITPLOT_SERVER: server.url, SPLITPLOT_KEY: server.keys.admin } });
  try {
    const documents = join(folder, 'documents.yaml');
    const items = join(folder, 'products.csv');
    writeFileSync(documents, kDocuments);
    writeFileSync(items, kItems);
    const applied = run('apply', documents);
    assert.equal(applied.status, 0, applied.stderr);

    // Items from a file: refused with row and column, then taken; the rest of the document stays.
    writeFileSync(join(folder, 'wrong.csv'), `${kItems}s1,shoes,Again,1,1\n`);
    const refused = run('items', 'import', 'products', join(folder, 'wrong.csv'));
    assert.equal(refused.status, 3, refused.stdout);
    assert.match(refused.stderr, /items 'products', \/items: row 6, column 'id': 's1' is there twice, first in row 2/);
    const imported = run('items', 'import', 'products', items);
    assert.equal(imported.status, 0, imported.stderr);
    assert.match(imported.stdout, /^products: 4 items, revision \d+\n/);
    assert.match(imported.stdout, /price +number/);
    assert.match(run('get', 'items', 'products').stdout, /exclude:/);

    // OFREP, one flag and all.
    const user = { targetingKey: 'ann', name: 'Ann & <Bob>', visits: 9, disliked: ['shoes'], bought: ['b1'] };
    const banner = await one(server, 'banner', user);
    assert.equal(banner.value, 'Welcome back, Ann &amp; &lt;Bob&gt;: <b>Beanie</b>');
    assert.equal(banner.variant, 'offers');
    assert.equal(banner.reason, 'SPLIT');
    assert.equal((await one(server, 'banner', { targetingKey: 'ann' })).value, 'Welcome, there: <b>Runner &lt;b&gt;</b>, <b>Tote</b>');
    const card = await one(server, 'card', { targetingKey: 'ann', name: 'A"', more: [1, 2.5], key: 'k' });
    assert.deepEqual(card.value, { title: 'For A"', more: [1, 2.5], k: 1 });
    const all = await post(server, '/ofrep/v1/evaluate/flags', server.keys.client, { context: user });
    assert.equal(all.body.flags.find(({ key }) => key === 'banner').value, banner.value);

    // No JSON comes out: the default, and the reason says so.
    const broken = await one(server, 'card', { targetingKey: 'ann', name: 'Ann', key: 'title' });
    assert.deepEqual(broken.value, { title: 'For Ann' });
    assert.equal(broken.variant, 'small');
    assert.equal(broken.reason, 'ERROR');
    assert.match(broken.metadata.contentFailure, /^the content of the variant 'large' is of no use: what it shows is no JSON/);
    assert.equal(broken.errorCode, undefined);

    // A stored trait is known, too.
    const identified = await post(server, '/v1/identify', server.keys.server, { userId: 'stored', traits: { name: 'Stored' } });
    assert.equal(identified.status, 200);
    assert.match((await one(server, 'banner', { targetingKey: 'stored' })).value, /^Welcome, Stored: /);

    // GrowthBook: remote evaluation renders, also what is tracked; rules for SDKs leave out what they cannot say.
    const remote = await post(server, `/api/eval/${server.keys.client}`, '', { attributes: { ...user, id: 'ann' } });
    const rule = remote.body.features.banner.rules[0];
    assert.equal(rule.force, banner.value);
    assert.equal(rule.tracks[0].result.value, banner.value);
    const local = await (await fetch(`${server.url}/api/features/${server.keys.server}`)).json();
    assert.deepEqual(Object.keys(local.features), ['simple']);

    // Previews.
    const preview = await post(server, '/api/v1/content/preview', server.keys.admin, { flag: 'banner', variant: 'offers', context: { name: 'Zoe' } });
    assert.deepEqual(preview.body, { flag: 'banner', variant: 'offers', value: 'Welcome, Zoe: <b>Runner &lt;b&gt;</b>, <b>Tote</b>', cut: false });
    assert.equal((await post(server, '/api/v1/content/preview', server.keys.admin, { flag: 'none' })).status, 404);
    assert.equal((await post(server, '/api/v1/content/preview', server.keys.client, { flag: 'banner' })).status, 403);
    const rendered = run('render', '--flag', 'banner', '--attributes', '{"id": "ann", "name": "Ann", "disliked": ["bags", "shoes"]}');
    assert.equal(rendered.stdout, 'Welcome, Ann: <b>Beanie</b>\n', rendered.stderr);
    const failing = run('render', '--flag', 'card', '--variant', 'large', '--attributes', '{"key": "title"}');
    assert.match(failing.stderr, /the variant 'small' is shown: the content of the variant 'large' is of no use/);
    assert.deepEqual(JSON.parse(failing.stdout), { title: 'For you' });
    const exported = join(folder, 'exported');
    assert.equal(run('export', exported).status, 0);
    const offline = execFileSync(binary, ['render', '--documents', exported, '--flag', 'banner', '--variant', 'offers'], { encoding: 'utf8' });
    assert.equal(offline, 'Welcome, there: <b>Runner &lt;b&gt;</b>, <b>Tote</b>\n');

    // A template that makes no sense changes nothing.
    writeFileSync(documents, kDocuments.replace('{{greeting}}', '{{greting}}'));
    const misspelt = run('apply', documents);
    assert.equal(misspelt.status, 3);
    assert.match(misspelt.stderr, /flag 'banner', \/variants\/offers: line 1, column 1: there is no 'greting' \(did you mean 'greeting'\?\)/);
    assert.equal((await one(server, 'banner', user)).value, banner.value);

    // Everything is there again after a restart.
    await server.stop();
    await server.start();
    assert.equal((await one(server, 'banner', user)).value, banner.value);
  } finally {
    await server.stop();
  }
});
console.log('content: ok');
