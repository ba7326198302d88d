// What pages about experiments show, from a real server: the list, the effect over time, the analysis of an uploaded
// file. Each must agree with what the program says elsewhere.
//   node experiments.mjs BINARY TIMELINE_SCHEMA
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Findings, run } from '../e2e/program.mjs';
import { differences } from './compare.mjs';
import { kShop } from './documents.mjs';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_WEB_TEST_MODULES}/`);
const Ajv2020 = require('ajv/dist/2020').default;

const kUsers = 400;

/** Every user meets the experiment; of the green ones every second buys, of the others every third. */
async function play(server, findings) {
  const variants = {};
  const batch = [];
  for (let i = 0; i < kUsers; ++i) {
    const { variant, metadata } = await (await server.evaluate('checkout-button', { targetingKey: `user-${i}`, country: 'DE' })).json();
    if (!metadata.inExperiment) continue;
    const group = variant === 'green' ? 'treatment' : 'control';
    variants[group] = (variants[group] ?? 0) + 1;
    if (i % (variant === 'green' ? 2 : 3) === 0) batch.push({ type: 'track', userId: `user-${i}`, event: 'Order Completed', properties: { revenue: 10 + i % 7 }, messageId: `m-${i}` });
  }
  const sent = await server.request('POST', '/v1/batch', { key: server.keys.client, body: { batch } });
  findings.expect(sent.status === 200, `the events were answered ${sent.status}`);
  return variants;
}

/** The last point of a timeline against the results of the same metric. */
function compare(findings, timeline, results) {
  const metric = results.metrics.find(({ name }) => name === timeline.metric.key);
  const last = timeline.points.at(-1);
  last.variants.forEach((variant, i) => {
    const where = `${timeline.metric.key}, ${variant.key}`;
    findings.expect(variant.key === results.variants[i].name, `${where}: the results have ${results.variants[i].name} there`);
    findings.expect(variant.units === metric.arms[i].units, `${where}: ${variant.units} units, the results have ${metric.arms[i].units}`);
    findings.expect(variant.new_units === variant.units, `${where}: the units of the one step are not all units`);
    if (i === 0) return;
    const { difference } = metric.comparisons[i - 1];
    for (const [found, expected] of [[variant.difference?.estimate, difference.value], [variant.difference?.lower, difference.interval?.[0]], [variant.difference?.upper, difference.interval?.[1]]])
      findings.expect(Math.abs(found - expected) < 1e-9, `${where}: ${found} over time, ${expected} in the results`);
  });
}

async function experiments(server, schema, findings) {
  const draft = 'kind: experiment\nkey: later\nstatus: draft\nvariants: {a: 50, b: 50}\nmetrics: {primary: [orders]}\n';
  server.apply('shop.yaml', kShop);
  server.apply('later.yaml', draft);
  const variants = await play(server, findings);
  const results = JSON.parse(server.run('results', 'checkout-test', '--json'));
  const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, formats: { 'date-time': true } }).compile(schema);
  for (const metric of ['orders', 'revenue']) {
    const timeline = JSON.parse(server.run('results', 'checkout-test', '--timeline', '--metric', metric, '--json'));
    findings.expect(validate(timeline), `the timeline against its schema: ${JSON.stringify(validate.errors)}`);
    findings.expect(!validate({ ...timeline, surprise: 1 }), 'the schema accepts an unknown member');
    compare(findings, timeline, results);
  }
  const text = server.run('results', 'checkout-test', '--timeline');
  findings.expect(/treatment/.test(text) && /always-valid 95/.test(text), `the timeline as text is ${text}`);

  const { experiments: list } = JSON.parse(server.run('experiments', '--json'));
  const [running, later] = list;
  findings.expect(list.length === 2 && running.key === 'checkout-test' && later.key === 'later', `the list holds ${list.map(({ key }) => key)}`);
  for (const { key, units } of running.variants) findings.expect(units === variants[key], `${key} has ${units} units in the list, ${variants[key]} were exposed`);
  findings.expect(JSON.stringify(running.conclusion) === JSON.stringify(results.conclusion), 'the list concludes otherwise than the results');
  findings.expect(running.effects[0].estimate === results.metrics[0].comparisons[0].difference.value, 'the list has another effect than the results');
  findings.expect(later.status === 'draft' && later.units === 0 && later.computed === null, 'a draft has units or results');
  findings.expect(/checkout-test {2}running since/.test(server.run('experiments')), 'the list as text does not show the experiment');
}

async function files(binary, server, folder, findings) {
  const rows = ['id,group,bought,country'];
  for (let i = 0; i < 600; ++i) rows.push(`unit-${i},${i % 2 === 0 ? 'control' : 'treatment'},${i % (i % 2 === 0 ? 4 : 3) === 0 ? 1 : 0},${['DE', 'FR', 'IT'][i % 3]}`);
  const content = `${rows.join('\n')}\n`;
  writeFileSync(join(folder, 'test.csv'), content);
  const key = server.keys.admin;
  const post = (path, body, headers) => server.request('POST', path, { key, body, headers });
  for (const body of [Buffer.from(content), gzipSync(content)]) {
    const sent = await fetch(`${server.url}/api/v1/files?name=${encodeURIComponent('../../../tmp/test.csv')}`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });
    const file = await sent.json();
    findings.expect(sent.status === 201 && file.name === 'test.csv', `an upload is answered ${sent.status} ${JSON.stringify(file)}`);
    findings.expect(file.columns.map(({ suggestion }) => suggestion).join() === 'unit,variant,metric,dimension', `the columns seem to be ${JSON.stringify(file.columns)}`);
    const answer = await post(`/api/v1/files/${file.id}/analysis`, { variant: 'group', unit: 'id', metrics: ['bought'], by: ['country'] });
    const expected = JSON.parse(run(binary, ['analyze', join(folder, 'test.csv'), '--variant', 'group', '--unit', 'id', '--metric', 'bought', '--by', 'country', '--json']));
    const found = await answer.json();
    for (const member of ['conclusion', 'variants', 'metrics', 'segment_tables', 'findings']) {
      for (const difference of differences(found[member], expected[member], member)) findings.expect(false, `of an uploaded file, and by splitplot analyze: ${difference}`);
    }
    findings.expect(!JSON.stringify(found).includes(server.data), 'an analysis says where the file is kept');
    findings.expect((await server.request('DELETE', `/api/v1/files/${file.id}`, { key })).status === 204, 'a file is not deleted');
    findings.expect((await post(`/api/v1/files/${file.id}/analysis`, { variant: 'group', metrics: ['bought'] })).status === 404, 'a file that was deleted is analysed');
  }
  const refused = await fetch(`${server.url}/api/v1/files?name=x.csv`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]) });
  findings.expect(refused.status === 422, `a program called x.csv is answered ${refused.status}`);
  const bomb = await fetch(`${server.url}/api/v1/files?name=bomb.csv`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: gzipSync(Buffer.alloc(80 << 20, 'a')) });
  findings.expect(bomb.status === 413, `80 MB in a few bytes are answered ${bomb.status}`);
}

async function main([binary, schema]) {
  const findings = new Findings();
  await withServer(binary, async (server, folder) => {
    await experiments(server, JSON.parse(readFileSync(schema, 'utf8')), findings);
    await files(binary, server, folder, findings);
    findings.expect((await server.request('GET', '/api/v1/demo/truth', { key: server.keys.admin })).status === 404, 'a server that is no demo knows a truth');
  });
  return findings.conclude('experiments over time and in a list, files');
}

process.exitCode = await main(process.argv.slice(2));
