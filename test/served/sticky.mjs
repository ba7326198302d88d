// Sticky experiments: whoever was assigned a variant keeps it, over weights, attributes, crashes and protocols.
//   node sticky.mjs PATH-TO-SPLITPLOT
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Server, withFolder } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { GrowthBook } = require('@growthbook/growthbook');

const kBinary = process.argv[2];
const kUsers = Array.from({ length: 60 }, (_, i) => `user-${i}`);
const kPatienceMs = 20_000;

const documents = (variants, sticky) => `
kind: flag
key: colour
variants: {red: red, green: green}
default: red
rules: [{experiment: colours, variants: {control: red, treatment: green}}]
---
kind: experiment
key: colours
status: running
population: {plan: free}
variants: ${variants}
sticky: ${sticky}
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
`;

await withFolder(async (folder) => {
  const server = await new Server(kBinary, join(folder, 'data')).start();
  try {
    await check(server);
  } finally {
    await server.kill();
  }
});

async function check(server) {
  const single = async (user, plan = 'free') => (await (await server.evaluate('colour', { targetingKey: user, plan })).json()).value;
  const bulk = async (user, plan = 'free') => {
    const answer = await server.evaluate(undefined, { targetingKey: user, plan }, { key: server.keys.client });
    return (await answer.json()).flags[0].value;
  };
  const remote = async (user, plan = 'free') => {
    const gb = new GrowthBook({ apiHost: server.url, clientKey: server.keys.client, remoteEval: true, attributes: { id: user, plan } });
    await gb.init({ timeout: kPatienceMs, skipCache: true });
    const { value } = gb.evalFeature('colour');
    gb.destroy();
    return value;
  };
  const ways = [single, bulk, remote];
  const allKeep = async (before, why, plan) => {
    for (const [i, user] of kUsers.entries()) assert.equal(await ways[(i + 1) % 3](user, plan), before[i], `${user}: ${why}`);
  };

  server.apply('colours.yaml', documents('{control: 50, treatment: 50}', '{version: 1}'));
  const first = [];
  for (const [i, user] of kUsers.entries()) first.push(await ways[i % 3](user));
  assert.equal(new Set(first).size, 2, 'both variants are met');
  await server.stop();
  const written = server.run('journal', '--data', server.data).split('\n').filter((line) => line.includes('"$assignment"'));
  assert.equal(written.length, kUsers.length, 'each is written once, and also by bulk and remote evaluation');
  await server.start();

  server.apply('colours.yaml', documents('{control: 1, treatment: 999}', '{version: 1}'));
  await allKeep(first, 'weights changed');
  await allKeep(first, 'it left the population', 'pro');
  assert.equal(await bulk('somebody-else', 'pro'), 'red', 'who was never in it is asked');

  await server.kill();
  await server.start();
  await allKeep(first, 'the server crashed and came back');
  await server.stop();
  server.run('rebuild', '--data', server.data);
  await server.start();
  await allKeep(first, 'everything was made again from the journal');

  server.apply('colours.yaml', documents('{control: 1, treatment: 999}', '{version: 2}'));
  const again = [];
  for (const user of kUsers) again.push(await bulk(user));
  assert.ok(again.filter((value) => value === 'green').length > kUsers.length * 0.9, 'another version assigns anew');

  await server.stop();
  server.run('verify', '--data', server.data);  // throws where journal and warehouse do not agree
  await server.start();
}
