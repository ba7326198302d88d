// Simulated users are answered the same by four ways: the server asked by OFREP, the server asked for remote evaluation,
// GrowthBook's SDK, and the client of C++ applications; and by a snapshot that was compiled from the documents without the server.
// Digests of blocks of users are compared, so that a difference is located.
//   node four_ways.mjs BINARY DRIVER USERS
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Findings } from '../e2e/program.mjs';
import { withServer } from '../served/server.mjs';
import { answerLine, digest, kDocuments, kFlags, user } from './crowd.mjs';
import { Driver } from './driver.mjs';
import { Pipeline } from './pipeline.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { GrowthBookClient } = require('@growthbook/growthbook');

const kBlock = 1000;

/** Digests of all blocks; `linesOf(number)` answers what the user gets, or a promise of it. */
async function digestsOf(users, linesOf) {
  const all = [];
  for (let begin = 0; begin < users; begin += kBlock) {
    const numbers = Array.from({ length: Math.min(kBlock, users - begin) }, (_, i) => begin + i);
    all.push(digest((await Promise.all(numbers.map(linesOf))).join('')));
  }
  return all;
}

async function bySdk(server, key) {
  const client = new GrowthBookClient({ apiHost: server.url, clientKey: key });
  if (!(await client.init({ timeout: 10_000 })).success) throw new Error('the SDK took no rules');
  const linesOf = (number) => {
    const attributes = user(number);
    return kFlags.map((flag) => {
      const own = client.evalFeature(flag, { attributes });
      return answerLine(flag, own.value, own.experiment?.key);
    }).join('');
  };
  return { linesOf, end: () => client.destroy() };
}

function byOfrep(server) {
  const pipeline = new Pipeline(server.port, '/ofrep/v1/evaluate/flags', server.keys.server);
  const linesOf = async (number) => {
    const { id, ...rest } = user(number);
    const { flags } = await pipeline.post({ context: { targetingKey: id, ...rest } });
    const byKey = new Map(flags.map((flag) => [flag.key, flag]));
    return kFlags.map((flag) => answerLine(flag, byKey.get(flag).value, byKey.get(flag).metadata.experimentKey)).join('');
  };
  return { linesOf, end: () => pipeline.end() };
}

function byRemoteEvaluation(server) {
  const pipeline = new Pipeline(server.port, `/api/eval/${server.keys.client}`, server.keys.client);
  const linesOf = async (number) => {
    const { features } = await pipeline.post({ attributes: user(number), forcedVariations: {}, forcedFeatures: [], url: '' });
    return kFlags.map((flag) => answerLine(flag, features[flag].defaultValue, features[flag].rules?.[0].tracks[0].experiment.key)).join('');
  };
  return { linesOf, end: () => pipeline.end() };
}

async function byDriver(driver, users, documents) {
  return driver.tell({ digests: { from: 0, to: users, block: kBlock, flags: kFlags, ...(documents ? { documents } : {}) } });
}

/** The users of a block whom two ways answer differently, and what. */
async function locate(block, users, name, way, other) {
  for (let number = block * kBlock; number < Math.min(users, (block + 1) * kBlock); ++number) {
    const [one, two] = [await way.linesOf(number), await other.linesOf(number)];
    if (one !== two) console.error(`${JSON.stringify(user(number))}\n${name}:\n${one}GrowthBook's SDK:\n${two}`);
  }
}

const [binary, driverBinary, count] = process.argv.slice(2);
const users = Number(count);
const findings = new Findings();
await withServer(binary, async (server, folder) => {
  const applied = server.apply('crowd.yaml', kDocuments);
  const key = /connection 'crowd-app'[^\n]*\n\s+(sp_\S+)/.exec(applied)[1];
  const driver = new Driver(driverBinary, { server: server.url, key, exposures: 'kept' });
  const ways = { "GrowthBook's SDK": await bySdk(server, key), 'the server by OFREP': byOfrep(server), 'remote evaluation': byRemoteEvaluation(server) };
  const digests = {};
  const timed = async (name, work) => {
    const begun = Date.now();
    digests[name] = await work();
    console.log(`${name}: ${users} users in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  };
  for (const [name, way] of Object.entries(ways)) await timed(name, () => digestsOf(users, way.linesOf));
  await timed('the C++ client', () => byDriver(driver, users));
  await timed('a snapshot of the documents', () => byDriver(driver, users, join(folder, 'crowd.yaml')));

  const [[, expected], ...others] = Object.entries(digests);
  findings.expect(new Set(expected).size === Math.ceil(users / kBlock), 'blocks of users differ in what they are answered');
  for (const [name, own] of others) {
    const wrong = own === null ? [-1] : expected.flatMap((digest, block) => (digest === own[block] ? [] : [block]));
    findings.expect(wrong.length === 0, `${name}: ${wrong.length} of ${expected.length} blocks differ from GrowthBook's SDK, the first: ${wrong[0]}`);
    if (wrong.length > 0 && ways[name]) await locate(wrong[0], users, name, ways[name], ways["GrowthBook's SDK"]);
    const differences = wrong.length === 0 ? '0 differences' : `${wrong.length} blocks of ${kBlock} users with differences`;
    console.log(`${name}: ${differences} in ${users} users x ${kFlags.length} flags`);
  }
  for (const { end } of Object.values(ways)) end();
  await driver.close();
});
process.exitCode = findings.conclude('one user, four ways');
