// The example of the C++ client, built against the installed library, against a real server; and again without it, by its file.
//   node client.mjs BINARY SHOP
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Findings } from '../e2e/program.mjs';
import { kShop } from '../served/documents.mjs';
import { withServer } from '../served/server.mjs';

const [binary, shop] = process.argv.slice(2);
const findings = new Findings();
await withServer(binary, async (server, folder) => {
  server.apply('shop.yaml', kShop);
  const visit = () => execFileSync(shop, [server.url, server.keys.server, join(folder, 'rules')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const served = visit();
  const answer = await (await server.evaluate('checkout-button', { targetingKey: 'visitor-3', plan: 'pro' })).json();
  findings.expect(served.includes(`visitor-3: button ${answer.value}, dark mode on`), `the shop shows what the server answers (${answer.value}): ${served}`);
  const sent = Number(/rules from server, version \S+, \w+; (\d+) events sent/.exec(served)?.[1]);
  findings.expect(sent >= 2 && sent <= 7, `two orders and at most five exposures were sent: ${served}`);
  await server.kill();
  const offline = visit();
  const shown = (text) => text.split('\n').filter((line) => line.startsWith('visitor-')).join();
  findings.expect(shown(offline) === shown(served) && offline.includes('rules from disk'), `without the server: ${offline}`);
});
process.exitCode = findings.conclude('example of the C++ client');
