// The guide to connecting an application: what of it can run here is run as it stands, against a real server.
//   node connect.mjs BINARY GUIDE
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Findings } from '../e2e/program.mjs';
import { withFolder, withServer } from './server.mjs';

const run = promisify(execFile);

const kDocuments = `
kind: flag
key: checkout-button
variants: {red: "#f00", green: "#0f0"}
default: red
rules: [{experiment: colours, variants: {control: red, treatment: green}}]
---
kind: experiment
key: colours
status: running
variants: {control: 1, treatment: 1}
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
`;

/** Blocks that a comment names, by that name. */
function blocksOf(guide) {
  return Object.fromEntries([...guide.matchAll(/^<!-- run: (\w+) -->\n```(\w+)\n([\s\S]*?)^```$/gm)].map(([, name, language, text]) => [name, { language, text }]));
}

/** Runs a block with the server's address and keys in it; answers what it printed. */
async function play({ language, text }, server, folder) {
  const filled = text.replaceAll('http://127.0.0.1:8080', server.url).replaceAll('sp_server_...', server.keys.server).replaceAll('sp_client_...', server.keys.client);
  if (language === 'sh') return (await run('bash', ['-e', '-c', filled])).stdout;
  const file = join(folder, 'block.mjs');
  // Providers for browsers keep their streams open, which would keep node.
  writeFileSync(file, `${filled}\nawait new Promise((resolve) => setTimeout(resolve, 500));\nprocess.exit(0);\n`);
  return (await run('node', [file], { cwd: folder, timeout: 60_000 })).stdout;
}

const [binary, guideFile] = process.argv.slice(2);
const findings = new Findings();
const blocks = blocksOf(readFileSync(guideFile, 'utf8'));
await withFolder(async (folder) => {
  symlinkSync(process.env.SPLITPLOT_SDK_TEST_MODULES, join(folder, 'node_modules'));
  await withServer(binary, async (server) => {
    server.apply('shop.yaml', kDocuments);
    const answer = await (await server.evaluate('checkout-button', { targetingKey: 'user-1', plan: 'pro' })).json();
    for (const name of ['server', 'browser', 'rendering', 'http']) {
      const printed = blocks[name] ? await play(blocks[name], server, folder) : '';
      findings.expect(printed.includes(answer.value), `${name}: the answer ${answer.value} is not in: ${printed}`);
    }
    const unitsOf = () => JSON.parse(server.run('results', 'colours', '--json')).source.units;
    for (const end = Date.now() + 30_000; unitsOf() !== 1 && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 100));
    const results = JSON.parse(server.run('results', 'colours', '--json'));
    findings.expect(results.source.units === 1, `${results.source.units} units met the experiment, not one user in four ways`);
  });
});
process.exitCode = findings.conclude('guide to connecting an application');
