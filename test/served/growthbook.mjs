// GrowthBook's own SDK against a real server: it decides by itself what the server would, hears of changes, lets the server
// decide, reads what is encrypted, and sends its events.
//   node growthbook.mjs BINARY
import { createRequire } from 'node:module';
import { setTimeout as rest } from 'node:timers/promises';
import { Findings } from '../e2e/program.mjs';
import { kShop } from './documents.mjs';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { clearCache, GrowthBook, GrowthBookClient, setPolyfills } = require('@growthbook/growthbook');
const { growthbookTrackingPlugin } = require('@growthbook/growthbook/plugins');
const { EventSource } = require('eventsource');

const kUnits = 1000;
const kPatienceMs = 30_000;

const kConnections = `
kind: connection
key: shop-app
type: client
local_evaluation: true
---
kind: connection
key: secretive
type: client
local_evaluation: true
encryption: true
`;

/** Waits until `condition` answers something that is true. */
async function until(what, condition) {
  const end = Date.now() + kPatienceMs;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await rest(50);
  }
}

function units() {
  const plans = ['free', 'pro', 'team'];
  return Array.from({ length: kUnits }, (_, i) => ({
    id: `user-${i}`,
    ...(i % 4 ? { plan: plans[i % 3] } : {}),
    ...(i % 7 ? {} : { email: `someone-${i}@shop.example` }),
    country: i % 2 ? 'DE' : 'US',
  }));
}

/** Whatever the SDK decides from the rules is what the server answers. */
async function checkLocal(server, key, findings) {
  const client = new GrowthBookClient({ apiHost: server.url, clientKey: key });
  findings.expect((await client.init({ timeout: 10_000 })).success, 'the SDK took the rules');
  let different = 0;
  let split = 0;
  for (const attributes of units()) {
    const answer = await (await server.evaluate(undefined, { ...attributes, targetingKey: attributes.id })).json();
    for (const flag of answer.flags) {
      const own = client.evalFeature(flag.key, { attributes });
      const same = flag.reason === 'DISABLED' ? own.source === 'unknownFeature' : JSON.stringify(own.value) === JSON.stringify(flag.value);
      if (flag.metadata.experimentKey) ++split;
      if (!same || own.experiment?.key !== flag.metadata.experimentKey) ++different;
    }
  }
  findings.expect(different === 0, `the SDK decided ${different} times something else than the server`);
  findings.expect(split > kUnits / 4, `only ${split} decisions were an experiment's`);
  client.destroy();
}

async function checkStream(server, key, findings) {
  const gb = new GrowthBook({ apiHost: server.url, clientKey: key, attributes: { id: 'u1' } });
  await gb.init({ timeout: 10_000, streaming: true });
  findings.expect(gb.getFeatureValue('limit', 0) === 5, 'the first value came');
  server.apply('change.yaml', 'kind: flag\nkey: limit\ntype: integer\nvariants: {small: 7, large: 50}\ndefault: small\n');
  await until('the stream brings the change', () => gb.getFeatureValue('limit', 0) === 7);
  gb.destroy();
}

async function checkRemote(server, findings) {
  const tracked = [];
  const values = {};
  let counted = 0;
  for (let i = 0; i < 20; ++i) {
    const gb = new GrowthBook({
      apiHost: server.url, clientKey: server.keys.client, remoteEval: true, attributes: { id: `user-${i}`, plan: 'pro' },
      trackingCallback: (experiment, result) => tracked.push(`${result.hashValue} ${experiment.key} ${result.key}`),
    });
    const { success } = await gb.init({ timeout: 10_000 });
    findings.expect(success, 'the server decided for the SDK');
    const before = tracked.length;
    const answer = await (await server.evaluate(undefined, { targetingKey: `user-${i}`, plan: 'pro' })).json();
    const button = answer.flags.find((flag) => flag.key === 'checkout-button');
    const value = gb.getFeatureValue('checkout-button', 'none');
    values[value] = true;
    findings.expect(value === button.value, `the SDK has ${value}, the server ${button.value}`);
    findings.expect(gb.isOn('dark-mode'), 'the segment was decided');
    const expected = button.metadata.experimentKey ? [`user-${i} checkout-test ${button.value === '#f00' ? 'control' : 'treatment'}`] : [];
    findings.expect(before === counted && JSON.stringify(tracked.slice(before)) === JSON.stringify(expected), `tracked: ${tracked.slice(counted)}, not ${expected}`);
    counted = tracked.length;
    gb.destroy();
  }
  findings.expect(values['#f00'] && values['#0f0'], `both variants were served: ${Object.keys(values)}`);
  const closed = new GrowthBook({ apiHost: server.url, clientKey: server.keys.client, attributes: { id: 'u1' } });
  findings.expect(!(await closed.init({ timeout: 10_000, skipCache: true })).success, 'a key without rules gets none');
  closed.destroy();
}

async function checkEncrypted(server, key, findings) {
  const shown = await (await server.request('GET', '/api/v1/connections/secretive/encryption', { key: server.keys.admin })).json();
  const raw = await (await fetch(`${server.url}/api/features/${key}`)).text();
  findings.expect(!raw.includes('checkout'), 'nothing can be read without the key');
  const gb = new GrowthBook({ apiHost: server.url, clientKey: key, decryptionKey: shown.key, attributes: { id: 'u1', plan: 'pro' } });
  findings.expect((await gb.init({ timeout: 10_000 })).success, 'the SDK could decrypt');
  findings.expect(gb.isOn('dark-mode'), 'and decides');
  gb.destroy();
}

/** What the plugin sends becomes exposures and orders of the same people. */
async function checkEvents(server, key, findings) {
  let exposed = 0;
  for (let i = 0; i < 50; ++i) {
    const gb = new GrowthBook({
      apiHost: server.url, clientKey: key, attributes: { id: `buyer-${i}` },
      trackingCallback: () => { ++exposed; },
      plugins: [growthbookTrackingPlugin({ ingestorHost: server.url, queueFlushInterval: 1 })],
    });
    await gb.init({ timeout: 10_000 });
    gb.getFeatureValue('checkout-button', 'none');
    await gb.logEvent('Order Completed', { revenue: 10 });
    gb.destroy();
  }
  const results = await until('the events are in the results', () => {
    const found = JSON.parse(server.run('results', 'checkout-test', '--json'));
    return found.source.units === exposed ? found : undefined;
  });
  findings.expect(exposed > 25, `${exposed} of 50 were exposed`);
  const orders = results.metrics.find((metric) => metric.name === 'orders');
  findings.expect(orders.arms.length === 2 && orders.arms.every((arm) => arm.successes === arm.units), `everybody who was exposed ordered: ${JSON.stringify(orders.arms)}`);
}

const [binary] = process.argv.slice(2);
setPolyfills({ EventSource });
const findings = new Findings();
await withServer(binary, async (server) => {
  const applied = server.apply('shop.yaml', `${kShop}---\n${kConnections}`);
  const keyOf = (name) => new RegExp(`connection '${name}'[^\\n]*\\n\\s+(sp_\\S+)`).exec(applied)[1];
  const open = keyOf('shop-app');
  await checkLocal(server, open, findings);
  await checkStream(server, open, findings);
  await checkRemote(server, findings);
  await checkEncrypted(server, keyOf('secretive'), findings);
  await checkEvents(server, open, findings);
  await clearCache();  // the SDK's streams outlive its clients, and would keep this program waiting
});
process.exitCode = findings.conclude('GrowthBook SDK');
