// The demo as somebody tries it: a week of history, an address to look at, results that grow and that the truth goes with,
// and a second start that goes on. And the shop as HTTP clients of a server of its own.
//   node demo.mjs SPLITPLOT
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Server, withFolder } from './server.mjs';

const [binary] = process.argv.slice(2);
const kPatienceMs = 60_000;

/** Asks again until the answer is there. */
async function eventually(what, ask) {
  const last = Date.now() + kPatienceMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < last, `still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

class Demo {
  constructor(folder) {
    this.folder = folder;
  }

  async start() {
    const args = ['demo', '--data', this.folder, '--listen', '127.0.0.1:0', '--users', '1500', '--rate', '40', '--speed', '2000'];
    this.process = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    this.process.stdout.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
    const [, url, key] = await eventually('an address', () => {
      assert.equal(this.process.exitCode, null, text);
      return /(http:\/\/127\.0\.0\.1:\d+)\/#key=(sp_admin_\S+)/.exec(text);
    });
    assert.ok(text.includes(`export SPLITPLOT_SERVER=${url} SPLITPLOT_KEY=${key}\n`), text);
    Object.assign(this, { url, key });
  }

  async stop() {
    this.process.kill('SIGINT');
    const [code] = this.process.exitCode === null ? await once(this.process, 'exit') : [this.process.exitCode];
    assert.equal(code, 0);
  }

  truth() {
    return JSON.parse(readFileSync(join(this.folder, 'demo-truth.json'), 'utf8'));
  }

  async results(experiment) {
    const answer = await fetch(`${this.url}/api/v1/experiments/${experiment}/results?format=json`, {
      headers: { authorization: `Bearer ${this.key}` },
    });
    assert.equal(answer.status, 200);
    return answer.json();
  }
}

const units = (results) => results.variants.reduce((sum, variant) => sum + variant.units, 0);

await withFolder(async (parent) => {
  const demo = new Demo(join(parent, 'shop'));
  await demo.start();
  const first = demo.truth();
  assert.equal(first.counts.visitors > 1000, true);
  assert.equal(statSync(join(demo.folder, 'demo-keys.json')).mode & 0o077, 0, 'the keys are for the owner alone');
  const summary = execFileSync(binary, ['results', 'checkout-flow'], { encoding: 'utf8', env: { ...process.env, SPLITPLOT_SERVER: demo.url, SPLITPLOT_KEY: demo.key } });
  assert.match(summary, /^WHAT NOW$/m);
  const before = units(await demo.results('free-shipping-banner'));

  const second = join(parent, 'second');
  const busy = spawnSync(binary, ['demo', '--data', second, '--listen', new URL(demo.url).host, '--users', '1500'], { encoding: 'utf8' });
  assert.equal(busy.status, 6, busy.stdout);
  assert.match(busy.stderr, /cannot listen on 127\.0\.0\.1/);
  assert.doesNotMatch(busy.stdout, /Opening a shop/);
  assert.deepEqual(readdirSync(parent), ['shop'], 'a demo that could not listen leaves nothing');
  await eventually('more units', async () => units(await demo.results('free-shipping-banner')) > before + 20);
  await demo.stop();

  const left = demo.truth();
  assert.ok(left.counts.visits > first.counts.visits);
  const { key } = demo;
  await demo.start();
  assert.equal(demo.key, key, 'the same key is printed again');
  await eventually('the shop goes on', () => demo.truth().counts.visits > left.counts.visits + 20);
  const results = await demo.results('free-shipping-banner');
  assert.deepEqual(results.findings.filter(({ severity }) => severity === 'problem'), []);
  assert.equal(results.sample_ratio.mismatch ?? false, false);
  await demo.stop();
  const last = demo.truth();
  const [all] = last.experiments[0].metrics[0].effects.filter(({ level }) => level === null);
  assert.ok(all.units >= units(results) - 5, `${all.units} units are true, ${units(results)} were found`);
});

await withFolder(async (parent) => {
  const server = await new Server(binary, join(parent, 'data')).start();
  const file = join(parent, 'truth.json');
  const said = server.run('simulate', '--live', server.url, '--admin-key', server.keys.admin, '--rate', '400', '--speed', '5000',
    '--visitors', '400', '--seed', '3', '--duplicates', '0.1', '--truth', file);
  assert.match(said, /400 visitors/);
  const truth = JSON.parse(readFileSync(file, 'utf8'));
  for (const experiment of truth.experiments) {
    const results = JSON.parse(server.run('results', experiment.key, '--json'));
    assert.equal(units(results), experiment.metrics[0].effects[0].units, experiment.key);
  }
  assert.throws(() => server.run('simulate', '--live', server.url, '--key', 'sp_server_wrong', '--visitors', '3', '--rate', '100',
    '--speed', '100000'), ({ status, stderr }) => status === 6 && /401/.test(stderr));
  assert.equal(await server.stop(), 0);
});
