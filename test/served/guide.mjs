// The guide to the first served experiment, pasted block by block as a newcomer would, from an empty folder.
//   node guide.mjs BINARY GUIDE
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Findings } from '../e2e/program.mjs';
import { withFolder } from './server.mjs';

const kFiveMinutesMs = 300_000;

function blocksOf(guide) {
  return [...readFileSync(guide, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
}

/** Runs the block that starts the server; answers it with the keys that it showed. */
async function startServer(block, folder, env) {
  const server = spawn('bash', ['-c', `exec ${block}`], { cwd: folder, env });
  let shown = '';
  server.stdout.setEncoding('utf8').on('data', (text) => { shown += text; });
  for (let waited = 0; !/listens on/.test(shown) && waited < 60_000; waited += 50) await sleep(50);
  return { server, keys: Object.fromEntries([...shown.matchAll(/^ {2}(\w+) +(sp_\S+)$/gm)].map(([, name, key]) => [name, key])) };
}

async function main([binary, guide]) {
  const findings = new Findings();
  const [start, ...blocks] = blocksOf(guide);
  findings.expect(blocks.length >= 6, 'the guide has fewer blocks than there are steps');
  await withFolder(async (folder) => {
    const begun = Date.now();
    const port = 20000 + (process.pid % 20000);  // the guide's 8080 may be in use here
    const env = { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}`, SPLITPLOT_SERVER: `http://127.0.0.1:${port}`, SPLITPLOT_LISTEN: `127.0.0.1:${port}` };
    const { server, keys } = await startServer(start, folder, env);
    try {
      const script = blocks.join('\n').replaceAll('sp_admin_...', keys.admin).replaceAll('sp_server_...', keys.server).replaceAll(':8080', `:${port}`);
      const output = execFileSync('bash', ['-e', '-c', script], { cwd: folder, env, encoding: 'utf8', timeout: kFiveMinutesMs, maxBuffer: 64 << 20 });
      for (const expected of [/created/, /"reason":"SPLIT"/, /\{"success":true\}/, /checkout-button|orders/, /treatment/, /pro/, /first experiment/]) {
        findings.expect(expected.test(output), `the output of the guide does not show ${expected}`);
      }
      findings.expect(/<html/.test(readFileSync(`${folder}/report.html`, 'utf8')), 'there is no report.html');
      const results = JSON.parse(execFileSync(binary, ['results', 'checkout-button', '--json'], { env: { ...env, SPLITPLOT_KEY: keys.admin }, encoding: 'utf8' }));
      findings.expect(results.source.units === 400, `${results.source.units} units are in the results, not 400`);
      findings.expect(results.metrics[0].comparisons[0].significant === true, 'the planted effect is not found');
      console.log(`${Math.round((Date.now() - begun) / 1000)} s from an empty folder to the results`);
    } finally {
      server.kill('SIGTERM');
    }
  });
  return findings.conclude('guide to the first served experiment');
}

process.exitCode = await main(process.argv.slice(2));
