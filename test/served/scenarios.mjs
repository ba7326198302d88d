// OpenFeature's own scenarios for flag evaluation, with its SDKs and their OFREP providers against a real server that has
// the flags of the scenarios as documents.
//   node scenarios.mjs BINARY FEATURE_FILE FLAGS_JSON
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { Findings } from '../e2e/program.mjs';
import { readScenarios } from './gherkin.mjs';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { OpenFeature, ProviderFatalError, GeneralError, ServerProviderEvents, OpenFeatureEventEmitter } = require('@openfeature/server-sdk');
const { OFREPProvider } = require('@openfeature/ofrep-provider');
const web = require('@openfeature/web-sdk');
const { OFREPWebProvider } = require('@openfeature/ofrep-web-provider');

/** What neither provider does, whatever the server answers. */
const kLeftOut = { '@reason-codes-cached': 'the provider for servers keeps no answers, and that for browsers says so only of those of an earlier page' };
/** The newest provider for servers takes an answer without a value for an error, so these are played with that for browsers. */
const kOnTheWeb = ['@reason-codes-disabled'];

/** The scenarios' targeting is written in JavaScript; the two forms that there are, as conditions. */
const kTargeting = {
  "email == 'ballmer@macrosoft.com' ? 'zero' : ''": { if: { email: 'ballmer@macrosoft.com' }, serve: 'zero' },
  "!customer && email == 'ballmer@macrosoft.com' && age > 10 ? 'internal' : ''": {
    if: { customer: { $ne: true }, email: 'ballmer@macrosoft.com', age: { $gt: 10 } }, serve: 'internal',
  },
};

/** JSON cannot tell 1.0 from 1, and documents can. */
function documentsOf(flags) {
  return Object.entries(flags)
    .filter(([, flag]) => flag.defaultVariant)  // a flag without a default is none of ours, and no scenario asks for one
    .map(([key, flag]) => ({
      kind: 'flag', key, variants: flag.variants, default: flag.defaultVariant,
      ...(key.startsWith('float-') ? { type: 'float' } : {}),
      ...(flag.disabled ? { enabled: false } : {}),
      ...(flag.flagMetadata ? { metadata: flag.flagMetadata } : {}),
      ...(flag.contextEvaluator ? { rules: [kTargeting[flag.contextEvaluator]] } : {}),
    }));
}

const kReaders = {
  Boolean: (text) => text === 'true',
  String: (text) => text,
  Integer: Number,
  Float: Number,
  Object: (text) => JSON.parse(text.replaceAll('\\"', '"')),
};
const kMethods = { Boolean: 'getBooleanDetails', String: 'getStringDetails', Integer: 'getNumberDetails', Float: 'getNumberDetails', Object: 'getObjectDetails' };

/** A provider of this server, in each of the states that the scenarios speak of. */
function providerIn(state, server) {
  class Provider extends OFREPProvider {
    events = new OpenFeatureEventEmitter();
    async initialize() {
      if (state === 'not ready') await new Promise(() => {});
      if (state === 'fatal') throw new ProviderFatalError('fatal');
      if (state === 'error') throw new GeneralError('error');
    }
  }
  return new Provider({ baseUrl: server.url, headers: [['Authorization', `Bearer ${server.keys.server}`]] });
}

/** One scenario: what was given, and what came of it. */
class World {
  context = {};
  hooks = [];
  hookCalls = [];

  constructor(server, domain) {
    this.server = server;
    this.domain = domain;
  }

  async useProvider(state) {
    const provider = providerIn(state, this.server);
    if (state === 'not ready') {
      OpenFeature.setProvider(this.domain, provider);
    } else {
      await OpenFeature.setProviderAndWait(this.domain, provider).catch(() => {});
    }
    if (state === 'stale') provider.events.emit(ServerProviderEvents.Stale, { message: 'stale' });
    this.client = OpenFeature.getClient(this.domain);
  }

  async evaluate(options) {
    this.details = await this.client[kMethods[this.type]](this.key, this.fallback, this.context, options);
  }
}

/** The same in a browser's SDK, which asks for all flags beforehand. */
class WebWorld extends World {
  async useProvider() {
    await web.OpenFeature.setProviderAndWait(this.domain, new OFREPWebProvider({ baseUrl: this.server.url, headers: [['Authorization', `Bearer ${this.server.keys.client}`]] }), this.context);
    this.client = web.OpenFeature.getClient(this.domain);
  }

  async evaluate() {
    this.details = this.client[kMethods[this.type]](this.key, this.fallback);
  }
}

function expectEqual(found, wanted, what) {
  if (!isDeepStrictEqual(found, wanted)) throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

const kSteps = [
  [/^a (stable|not ready|fatal|error|stale) provider$/, (world, [state]) => world.useProvider(state)],
  [/^an? (\w+)-flag with key "(.*)" and a fallback value "(.*)"$/, (world, [type, key, fallback]) => {
    Object.assign(world, { type, key, fallback: kReaders[type](fallback) });
  }],
  [/^a context containing a key "(.*)", with type "(.*)" and with value "(.*)"$/, (world, [key, type, value]) => { world.context[key] = kReaders[type](value); }],
  [/^a context containing a key "(.*)" with null value$/, (world, [key]) => { world.context[key] = null; }],
  [/^evaluation options containing specific hooks$/, (world) => {
    const hook = (name) => ({ before: () => { world.hookCalls.push(`before ${name}`); }, after: () => { world.hookCalls.push(`after ${name}`); } });
    world.hooks = [hook('first'), hook('second')];
  }],
  [/^an evaluation context with modifiable data$/, (world) => {
    world.context = { targetingKey: 'u', nested: { list: [1, 2] } };
    world.contextBefore = structuredClone(world.context);
  }],
  [/^the flag was evaluated with details$/, (world) => world.evaluate()],
  [/^the flag was evaluated with details using the evaluation options$/, (world) => world.evaluate({ hooks: world.hooks })],
  [/^the flag was evaluated with details asynchronously$/, async (world) => {
    const pending = world.evaluate();
    world.wasPending = world.details === undefined;
    await pending;
  }],
  [/^the evaluation should complete without blocking$/, (world) => expectEqual(world.wasPending, true, 'went on while it was asked')],
  [/^the resolved details value should be "(.*)"$/, (world, [value]) => expectEqual(world.details.value, kReaders[world.type](value), 'the value')],
  [/^the reason should be "(.*)"$/, (world, [reason]) => expectEqual(world.details.reason, reason, 'the reason')],
  [/^the error-code should be "(.*)"$/, (world, [code]) => expectEqual(world.details.errorCode, code, 'the error code')],
  [/^the flag key should be "(.*)"$/, (world, [key]) => expectEqual(world.details.flagKey, key, 'the key')],
  [/^the variant should be "(.*)"$/, (world, [variant]) => expectEqual(world.details.variant, variant, 'the variant')],
  [/^the resolved metadata should contain$/, (world, _, rows) => {
    for (const { key, metadata_type: type, value } of rows) expectEqual(world.details.flagMetadata[key], kReaders[type](value), `metadata ${key}`);
  }],
  [/^the provider status should be "(.*)"$/, (world, [status]) => expectEqual(world.client.providerStatus, status, 'the status')],
  [/^the specified hooks should execute during evaluation$/, (world) => expectEqual(world.hookCalls.length, 4, 'the number of calls')],
  [/^the hook order should be maintained$/, (world) => expectEqual(world.hookCalls, ['before first', 'before second', 'after second', 'after first'], 'the order')],
  [/^the original evaluation context should remain unmodified$/, (world) => expectEqual(world.context, world.contextBefore, 'the context')],
  [/^the evaluation details should be immutable$/, (world) => expectEqual(Object.isFrozen(world.details.flagMetadata), true, 'metadata frozen')],
];

async function play(scenario, server, number) {
  const isOnTheWeb = scenario.tags.some((tag) => kOnTheWeb.includes(tag));
  const world = new (isOnTheWeb ? WebWorld : World)(server, `scenario-${number}`);
  for (const { text, rows } of scenario.steps) {
    const step = kSteps.find(([pattern]) => pattern.test(text));
    if (!step) throw new Error(`nobody knows what to do for: ${text}`);
    await step[1](world, step[0].exec(text).slice(1), rows);
  }
}

const [binary, featureFile, flagsFile] = process.argv.slice(2);
const findings = new Findings();
const scenarios = readScenarios(readFileSync(featureFile, 'utf8'));
let played = 0;
await withServer(binary, async (server) => {
  server.apply('flags.json', JSON.stringify(documentsOf(JSON.parse(readFileSync(flagsFile, 'utf8')))));
  for (const [number, scenario] of scenarios.entries()) {
    const reason = scenario.tags.map((tag) => kLeftOut[tag]).find(Boolean);
    if (reason) {
      console.log(`left out: ${scenario.name}: ${reason}`);
      continue;
    }
    await play(scenario, server, number).then(() => { ++played; }, (error) => findings.expect(false, `${scenario.name}: ${error.message}`));
  }
  await OpenFeature.clearProviders();
});
findings.expect(played === scenarios.length - 2, `only ${played} scenarios were played`);
console.log(`${played} of ${scenarios.length} scenarios hold`);
process.exit(findings.conclude('OpenFeature scenarios'));
