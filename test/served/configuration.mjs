// Configuration as files: applied twice it changes nothing, broken it changes nothing and says where, rolled back it
// decides exactly as before.
//   node configuration.mjs BINARY
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Findings } from '../e2e/program.mjs';
import { kShop } from './documents.mjs';
import { withServer } from './server.mjs';

const kUsers = 500;

/** All answers to all flags for many users, as text. */
async function decisions(server) {
  const answers = [];
  for (let i = 0; i < kUsers; ++i) {
    const context = { targetingKey: `user-${i}`, plan: i % 3 === 0 ? 'pro' : 'free', country: i % 2 === 0 ? 'DE' : 'FR' };
    const { flags } = await (await server.evaluate(undefined, context)).json();
    answers.push(flags.map(({ metadata: { version: _version, ...metadata }, ...flag }) => ({ ...flag, metadata })));
  }
  return JSON.stringify(answers);
}

function failure(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

async function main([binary]) {
  const findings = new Findings();
  await withServer(binary, async (server, folder) => {
    const first = JSON.parse(server.apply('shop.yaml', kShop, '--json'));
    const before = await decisions(server);
    const again = JSON.parse(server.apply('shop.yaml', kShop, '--json'));
    findings.expect(again.revision === first.revision && again.changes.every(({ change }) => change === 'unchanged'), 'the second apply of the same files changed something');

    const files = join(folder, 'broken');
    mkdirSync(files);
    writeFileSync(join(files, 'good.yaml'), 'kind: flag\nkey: new-flag\nvariants: {on: true, off: false}\ndefault: off\n');
    writeFileSync(join(files, 'bad.yaml'), 'kind: flag\nkey: other\nvariants: {on: true, off: false}\ndefault: of\nruls: []\n');
    const refused = failure(() => server.run('apply', files));
    findings.expect(refused?.status === 3, `a broken file is answered with exit code ${refused?.status}, not 3`);
    for (const place of [/bad\.yaml:4/, /bad\.yaml:5/, /did you mean/i]) {
      findings.expect(place.test(refused?.stderr ?? ''), `the refusal does not say ${place}: ${refused?.stderr}`);
    }
    findings.expect((await server.evaluate('new-flag', {})).status === 404, 'a document beside a broken one was applied');
    findings.expect(await decisions(server) === before, 'a refused change changed decisions');

    server.apply('shop.yaml', kShop.replace('{control: 50, treatment: 50}', '{control: 10, treatment: 90}').replace('rollout: 0.2', 'rollout: 0.9'));
    findings.expect(await decisions(server) !== before, 'a changed split changes no decision: the comparison sees nothing');
    server.run('rollback', String(first.revision));
    findings.expect(await decisions(server) === before, 'the rollback did not restore the former decisions exactly');

    server.run('export', join(folder, 'exported'));
    const unchanged = server.run('diff', join(folder, 'exported'));
    findings.expect(/nothing to change/.test(unchanged), `what was exported differs from what is there: ${unchanged}`);
    findings.expect(/hypothesis: A green button/.test(readFileSync(join(folder, 'exported', 'experiments', 'checkout-test.yaml'), 'utf8')), 'an exported document is not as written');
    findings.expect(/connection|admin/.test(server.run('history')), 'the history does not say who made a change');
    await server.stop();
    await server.start();
    findings.expect(await decisions(server) === before, 'decisions differ after a restart');
  });
  return findings.conclude('configuration as files');
}

process.exitCode = await main(process.argv.slice(2));
