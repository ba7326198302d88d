// The server over HTTP, beside what others do and what sockets alone allow, in one run:
//
//   node run.mjs SPLITPLOT
//
//  * workload W1 (../decide/workload.mjs): all of 100 flags by OFREP beside unleash-server with 100 toggles; by GrowthBook's
//    remote evaluation beside a server in node with GrowthBook's SDK; and of 1,000 flags;
//  * one flag by OFREP; each of these beside nginx with a fixed body of the same size;
//  * events, durable, 100 a batch, as events a second.
//
// Each server has one worker on core 0, the load comes from core 1 on 64 keep-alive connections. The programs take turns
// in rounds; a figure is the median of its rounds, a ratio the median of the ratios of each round.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { users } from '../decide/workload.mjs';
import { fixedServer, growthbookServer, splitplotServer, stopAll, unleashIsMissing, unleashServer } from './programs.mjs';
import { w1Documents } from './w1_documents.mjs';

const kRounds = 5;
const kSeconds = 3;
const kWarmSeconds = 2;  // of a round of its own: compilers of peers, caches of ours

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const folder = mkdtempSync(join(tmpdir(), 'splitplot-http-'));
chmodSync(folder, 0o711);  // PostgreSQL is another user

function load(script, target, connections, seconds) {
  const printed = execFileSync('taskset', ['-c', '1', 'wrk', '-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', '-s', join(import.meta.dirname, script), target.url],
                               { encoding: 'utf8', env: { ...process.env, WAUTH: target.authorization ?? '', WREQUESTS: target.requests ?? '' } });
  const [rate, p50, p99, bytes, errors] = /^RESULT (.*)$/m.exec(printed)[1].split(' ').map(Number);
  if (errors > 0) throw new Error(`${target.name}: ${errors} requests failed`);
  return { rate, p50, p99, bytes };
}

const requestsFile = (name, lines) => {
  const file = join(folder, `${name}.tsv`);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
};

/** Rounds over all targets in turn; of each its medians, and those of its ratios to the first. */
function measure(targets, { script = 'requests.lua', connections = 64 } = {}) {
  const rounds = targets.map(() => []);
  for (let round = -1; round < kRounds; ++round) {
    targets.forEach((target, i) => {
      const found = load(script, target, connections, round < 0 ? kWarmSeconds : kSeconds);
      if (round >= 0) rounds[i].push(found);
    });
  }
  const of = (i, member) => median(rounds[i].map((one) => one[member]));
  const ratio = (i, member) => median(rounds[i].map((one, round) => rounds[0][round][member] / one[member]));
  return targets.map((target, i) => ({
    name: target.name, rate: of(i, 'rate'), p50: of(i, 'p50'), p99: of(i, 'p99'), bytes: of(i, 'bytes'), rateRatio: ratio(i, 'rate'), p99Ratio: ratio(i, 'p99'), floor: target.floor, p99Limit: target.p99Limit,
  }));
}

const cell = (value, width) => String(value).padStart(width);
const verdict = (met) => (met ? 'met' : 'missed');
function print(title, results) {
  console.log(`\n${title.padEnd(44)}${cell('requests/s', 11)}${cell('p50 ms', 9)}${cell('p99 ms', 9)}${cell('bytes', 8)}${cell('ours / it', 11)}${cell('target', 9)}${cell('p99 ours / it', 15)}`);
  for (const one of results) {
    const compared = one === results[0] ? '' : cell(one.rateRatio.toFixed(2), 11) +
      (one.floor ? `${cell(`>= ${one.floor}`, 9)}${cell(one.p99Ratio.toFixed(2), 15)}  ${verdict(one.rateRatio >= one.floor)}` : '') +
      (one.p99Limit ? `; p99 <= ${one.p99Limit}: ${verdict(one.p99Ratio <= one.p99Limit)}` : '');
    console.log(`  ${one.name.padEnd(42)}${cell(one.rate.toFixed(0), 11)}${cell(one.p50.toFixed(2), 9)}${cell(one.p99.toFixed(2), 9)}${cell(one.bytes, 8)}${compared}`);
  }
}

const everybody = users();
const contexts = everybody.map(({ id, ...others }) => JSON.stringify({ context: { targetingKey: id, ...others } }));
const attributes = everybody.map((user) => JSON.stringify({ attributes: user }));
const unleashQueries = everybody.map(({ id, ...others }) => `userId=${id}&${Object.entries(others).map(([name, value]) => `properties%5B${name}%5D=${value}`).join('&')}`);

/** The body that a server gives to the first of its requests. */
async function firstBody(target, [method, path, body]) {
  const response = await fetch(target.url + path, { method, body, headers: { authorization: target.authorization ?? '', 'content-type': 'application/json' } });
  if (!response.ok) throw new Error(`${target.name}: ${response.status} ${await response.text()}`);
  return response.text();
}

/** A server of ours asked in one way, nginx that answers as much, and others. */
async function compare(title, ours, requests, nginxFloor, others = [], p99Limit = 3) {
  const split = requests[0].split('\t');
  const body = await firstBody(ours, split);
  const name = title.replaceAll(/\W+/g, '-');
  const file = requestsFile(name, requests);
  const fixed = await fixedServer(join(folder, `nginx-${name}`), body);
  print(title, measure([{ ...ours, requests: file }, { name: 'nginx, fixed body of that size', url: fixed.url, requests: file, floor: nginxFloor, p99Limit }, ...others]));
}

try {
  const server = await splitplotServer(process.argv[2], join(folder, 'hundred'), w1Documents());
  const ours = { name: 'splitplot', url: server.url, authorization: `Bearer ${server.key}` };

  const peers = [];
  const missing = unleashIsMissing();
  if (missing === '') {
    const unleash = await unleashServer(join(folder, 'unleash'));
    peers.push({ name: 'unleash-server 8.2.0, 100 toggles', url: unleash.url, authorization: unleash.key, requests: requestsFile('unleash', unleashQueries.map((query) => `GET\t/api/frontend?${query}`)), floor: 8 });
  }
  await compare('all of 100 flags by OFREP', ours, contexts.map((body) => `POST\t/ofrep/v1/evaluate/flags\t${body}`), 0.25, peers);
  if (missing !== '') console.log(`  unleash-server not measured: ${missing}`);

  const growthbook = await growthbookServer();
  await compare('all of 100 flags, remote evaluation', ours, attributes.map((body) => `POST\t/api/eval/${server.key}\t${body}`), 0.25,
                [{ name: "node with GrowthBook's SDK 1.8.0", url: growthbook.url, requests: requestsFile('growthbook', attributes.map((body) => `POST\t/\t${body}`)), floor: 8 }]);
  await compare('one flag by OFREP', ours, contexts.map((body) => `POST\t/ofrep/v1/evaluate/flags/feature-007\t${body}`), 0.5);

  const [events] = measure([{ ...ours, name: 'events' }], { script: 'events.lua', connections: 32 });
  console.log(`\nevents acknowledged durable, batches of 100: ${(events.rate * 100).toFixed(0)} /s, p99 ${events.p99.toFixed(1)} ms`);

  const large = await splitplotServer(process.argv[2], join(folder, 'thousand'), w1Documents(10));
  await compare('all of 1,000 flags by OFREP', { name: 'splitplot', url: large.url, authorization: `Bearer ${large.key}` }, contexts.map((body) => `POST\t/ofrep/v1/evaluate/flags\t${body}`), 0);
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
