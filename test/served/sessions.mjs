// An experiment that randomises sessions: one visitor's visits are units of their own, however exposures and events come.
//   node sessions.mjs BINARY
import { setTimeout as rest } from 'node:timers/promises';
import { Findings } from '../e2e/program.mjs';
import { withServer } from './server.mjs';

const kPatienceMs = 20_000;
const kSessions = 40;

const kDocuments = `
kind: flag
key: banner
variants: {off: false, on: true}
default: off
rules: [{experiment: banners, variants: {control: off, treatment: on}}]
---
kind: experiment
key: banners
status: running
unit: session
attribute: sessionId
variants: {control: 1, treatment: 1}
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
`;

const [binary] = process.argv.slice(2);
const findings = new Findings();
await withServer(binary, async (server) => {
  server.apply('sessions.yaml', kDocuments);
  const orders = { true: 0, false: 0 };
  const send = (path, key, body) => server.request('POST', path, { key, body });
  for (let i = 0; i < kSessions; ++i) {
    // The same visitor all the time, and now and then nobody knows who.
    const sessionId = `visit-${i}`;
    const { value } = await (await server.evaluate('banner', { ...(i % 5 ? { targetingKey: 'ann' } : {}), sessionId }, { key: i % 2 ? server.keys.server : server.keys.client })).json();
    if (i % 4 === 0) {
      await send('/v1/track', server.keys.client, { userId: 'ann', event: 'Experiment Viewed', properties: { experiment_id: 'banners', variation_id: value ? 'treatment' : 'control' }, context: { sessionId } });
    } else if (i % 2 === 0) {
      await send(`/track?client_key=${server.keys.client}`, undefined, [{ event_name: 'Experiment Viewed', user_id: 'ann', properties_json: { experimentId: 'banners', variationId: value ? 'treatment' : 'control', hashAttribute: 'sessionId', hashValue: sessionId } }]);
    }
    if (i % 3) continue;
    ++orders[value];
    if (i % 2) await send('/v1/track', server.keys.client, { userId: 'ann', event: 'Order Completed', context: { sessionId } });
    else await send(`/track?client_key=${server.keys.client}`, undefined, [{ event_name: 'Order Completed', user_id: 'ann', session_id: sessionId, properties_json: {} }]);
  }
  await send('/v1/track', server.keys.client, { userId: 'ann', event: 'Order Completed' });  // of no session
  const results = () => JSON.parse(server.run('results', 'banners', '--json'));
  const arms = () => results().metrics?.find(({ name }) => name === 'orders')?.arms ?? [];
  const ordered = () => arms().reduce((sum, { successes }) => sum + successes, 0);
  for (const end = Date.now() + kPatienceMs; ordered() < orders.true + orders.false && Date.now() < end;) await rest(100);
  findings.expect(results().source.units === kSessions, `${results().source.units} of ${kSessions} sessions are counted`);
  const successes = Object.fromEntries(arms().map(({ variant, successes: count }) => [variant, count]));
  findings.expect(successes.control === orders.false && successes.treatment === orders.true, `orders by variant: ${JSON.stringify(arms())}, not ${JSON.stringify(orders)}`);
});
process.exitCode = findings.conclude('sessions');
