// Decisions explained and lists assigned by a server: the same as by its files, and as its decisions.
//   node lists.mjs BINARY
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Findings, run } from '../e2e/program.mjs';
import { withServer } from './server.mjs';

const DOCUMENTS = `kind: flag
key: checkout
variants: {old: false, new: true}
default: old
rules: [{id: test, experiment: button, variants: {control: old, treatment: new}}]
---
kind: experiment
key: button
status: running
variants: {control: 50, treatment: 50}
population: {age: {$gte: 18}}
seed: button-1
metrics: {primary: [orders]}
---
kind: experiment
key: secret
status: running
variants: {control: 50, treatment: 50}
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
`;

async function main([binary]) {
  const findings = new Findings();
  const folder = mkdtempSync(join(tmpdir(), 'splitplot-lists-'));
  const documents = join(folder, 'shop.yaml');
  const list = join(folder, 'people.csv');
  writeFileSync(documents, DOCUMENTS);
  const people = Array.from({ length: 2500 }, (_, i) => ({ id: `user-${i}`, age: 10 + (i % 60) }));
  writeFileSync(list, 'id,age\n' + people.map(({ id, age }) => `${id},${age}\n`).join(''));
  try {
    await withServer(binary, async (server) => {
      server.run('apply', documents);
      const asked = ['--flag', 'checkout', '--user', 'user-7', '--attributes', '{"age":30}', '--explain'];
      const explained = server.run('decide', ...asked);
      findings.expect(explained === run(binary, ['decide', '--documents', documents, ...asked]), 'server and files explain differently');
      findings.expect(/rule 'test', experiment 'button': decided/.test(explained), `the explanation is ${explained}`);
      findings.expect(server.run('decide', '--flag', 'checkout', '--user', 'user-7').split('\n').length === 2, 'the answer is not one line');

      const byServer = join(folder, 'by-server.csv');
      const byFiles = join(folder, 'by-files.csv');
      server.run('assign', list, '--experiment', 'button', '--flag', 'checkout', '--output', byServer);
      run(binary, ['assign', list, '--experiment', 'button', '--flag', 'checkout', '--documents', documents, '--output', byFiles]);
      findings.expect(readFileSync(byServer, 'utf8') === readFileSync(byFiles, 'utf8'), 'server and files assign differently');
      const rows = readFileSync(byServer, 'utf8').trim().split('\n').slice(1).map((row) => row.split(','));
      findings.expect(rows.length === people.length, `${rows.length} rows of ${people.length}`);
      for (const [id, age, variant, value, reason] of rows.filter((_, i) => i % 50 === 0)) {
        const answer = await server.request('POST', '/ofrep/v1/evaluate/flags/checkout', { key: server.keys.server, body: { context: { targetingKey: id, age: Number(age) } } });
        const decision = await answer.json();
        findings.expect(String(decision.value) === value && (decision.reason === 'SPLIT') === (variant !== ''), `${id} gets ${JSON.stringify(decision)}, and in the list ${variant} ${value} ${reason}`);
        findings.expect((Number(age) < 18) === (reason === 'population'), `${id} of ${age} is left out for '${reason}'`);
      }
      server.run('assign', list, '--experiment', 'secret', '--output', join(folder, 'secret.csv'));
      const check = JSON.parse(server.run('check-assignment', '--experiment', 'secret', '--ids', list, '--json'));
      findings.expect(check.as_planned && check.samples.length === 2 && check.samples[0].others[0].experiment === 'button', `the check says ${JSON.stringify(check)}`);
      findings.expect(/as planned/.test(server.run('check-assignment', '--experiment', 'button')), 'the check is no text');
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return findings.conclude('lists');
}

process.exitCode = await main(process.argv.slice(2));
