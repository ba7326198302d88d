// A real experiment replayed through Segment's own client: what the server finds is what the file says.
//   node hillstrom.mjs BINARY HILLSTROM_CSV
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Findings, run } from '../e2e/program.mjs';
import { differences } from './compare.mjs';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { Analytics } = require('@segment/analytics-node');

const kArms = { 'No E-Mail': 'no_email', 'Mens E-Mail': 'mens', 'Womens E-Mail': 'womens' };
const kTraits = ['zip_code', 'channel', 'newbie'];
const kDay = 86_400;

const kDocuments = `
kind: experiment
key: hillstrom
hypothesis: An e-mail brings people to the shop.
status: running
variants: {no_email: 1, mens: 1, womens: 1}
control: no_email
metrics: {primary: [visit, conversion, spend]}
dimensions: [zip_code, channel, newbie]
---
{kind: metric, key: visit, type: proportion, event: Shop Visited}
---
{kind: metric, key: conversion, type: proportion, event: Order Completed}
---
{kind: metric, key: spend, type: sum, event: Order Completed, property: revenue}
`;

/** Cells of a line of the file: quoted ones hold commas. */
const cellsOf = (line) => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(([, bare, quoted]) => quoted ?? bare).slice(0, 12);

function readRows(path) {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line, index) => ({ ...Object.fromEntries(cellsOf(line).map((cell, i) => [names[i], cell])), id: `c${index}` }));
}

/** The same units as a file for \`splitplot analyze\`. */
function writeFile(path, rows) {
  const lines = rows.map((row) => [row.id, kArms[row.segment], ...kTraits.map((name) => row[name]), row.visit, row.conversion, row.spend].join(','));
  writeFileSync(path, [['id', 'arm', ...kTraits, 'visit', 'conversion', 'spend'].join(','), ...lines, ''].join('\n'));
}

/**
 * identify, Experiment Viewed with the file's arm, outcomes: half a day ago, which the server's clock, a day ahead, puts
 * after the start. The client has several requests under way at a time and the server takes them as they come, so that
 * everybody is known before the first exposure is sent: an exposure that overtakes its identify has no traits.
 */
async function replay(server, rows) {
  const begun = Date.now() - kDay * 500;
  const errors = [];
  const client = new Analytics({ writeKey: server.keys.client, host: server.url, path: '/v1/batch', maxEventsInBatch: 500, flushInterval: 200 });
  client.on('error', (error) => errors.push(JSON.stringify(error)));
  const forEach = async (send) => {
    for (const [index, row] of rows.entries()) {
      send(row, (seconds) => new Date(begun + index * 10 + seconds * 1000));
      if (index % 500 === 499) await new Promise((resolve) => { setImmediate(resolve); });
    }
    await client.flush({ timeout: 120_000 });
  };
  await forEach((row, at) => {
    const traits = { zip_code: row.zip_code, channel: row.channel, newbie: Number(row.newbie) };
    client.identify({ userId: row.id, traits, timestamp: at(0) });
  });
  await forEach((row, at) => {
    client.track({ userId: row.id, event: 'Experiment Viewed', properties: { experiment_id: 'hillstrom', variation_id: kArms[row.segment] }, timestamp: at(1) });
    if (row.visit === '1') client.track({ userId: row.id, event: 'Shop Visited', timestamp: at(60) });
    if (row.conversion === '1') client.track({ userId: row.id, event: 'Order Completed', properties: { revenue: Number(row.spend) }, timestamp: at(120) });
  });
  await client.closeAndFlush({ timeout: 120_000 });
  return errors;
}

/** What both must agree on: everything but how the data came here. */
function numbersOf(analysis) {
  const metrics = analysis.metrics.map(({ definition: _definition, role: _role, findings: _findings, ...rest }) => rest);
  return { variants: analysis.variants, sample_ratio: analysis.sample_ratio, metrics, segment_tables: analysis.segment_tables };
}

async function main([binary, csv]) {
  if (!existsSync(csv)) {
    console.log(`SKIPPED: ${csv} is missing`);
    return 77;
  }
  const findings = new Findings();
  const rows = readRows(csv);
  await withServer(binary, async (server, folder) => {
    server.apply('hillstrom.yaml', kDocuments);
    await server.request('POST', '/api/v1/test/clock', { key: server.keys.admin, body: { advance_seconds: kDay } });
    const started = Date.now();
    const errors = await replay(server, rows);
    console.log(`replayed ${rows.length} units in ${Math.round((Date.now() - started) / 1000)} s`);
    findings.expect(errors.length === 0, `the client could not deliver: ${errors[0]}`);
    const file = join(folder, 'hillstrom.csv');
    writeFile(file, rows);
    const by = kTraits.flatMap((name) => ['--by', name]);
    const metrics = ['visit', 'conversion', 'spend'].flatMap((name) => ['--metric', name]);
    const fromFile = JSON.parse(run(binary, ['analyze', file, '--unit', 'id', '--variant', 'arm', '--control', 'no_email', ...metrics, ...by, '--sequential', '--json', '--quiet']));
    const served = JSON.parse(server.run('results', 'hillstrom', '--json'));
    findings.expect(served.source.units === rows.length, `${served.source.units} units were served, ${rows.length} are in the file`);
    for (const difference of differences(numbersOf(fromFile), numbersOf(served)).slice(0, 20)) findings.expect(false, `file and server: ${difference}`);
    findings.expect(fromFile.segment_tables.length > 0, 'there are no segments to compare');
    const text = server.run('results', 'hillstrom');
    findings.expect(/womens/.test(text) && /zip_code/.test(text), 'the text of the results does not show variants and segments');
  }, { args: ['--test-mode', 'on'] });
  return findings.conclude('Hillstrom through the Segment client');
}

process.exitCode = await main(process.argv.slice(2));
