// Programs of others on workload W1, in process and on one thread: node --expose-gc peers.mjs NAME
//
// A peer is {version, setUp(features), prepare(user), answer(program, user, key), tearDown}. All of them are told the same
// three rules in their own words; what they cannot say is written beside them. Packages: SPLITPLOT_BENCH_MODULES (deps/bench).
import { createRequire } from 'node:module';
import { features, growthbookPayload, users } from './workload.mjs';

const kPasses = 7;
const kWarmUpMs = 3000;
// The packages' entries for `require`: what servers load, too.
const require = createRequire(`${process.env.SPLITPLOT_BENCH_MODULES}/`);

const growthbook = {
  version: '1.8.0',
  setUp: () => new (require('@growthbook/growthbook').GrowthBookClient)().initSync({ payload: growthbookPayload() }),
  prepare: (attributes) => ({ attributes }),
  answer: (client, user, key) => client.evalFeature(key, user).value,
};

/** Its hash shares nothing between rules: namespace and coverage are fractions with seeds of their own. */
const flagd = {
  version: '4.0.1',
  setUp(all) {
    const { FlagdCore } = require('@openfeature/flagd-core');
    const share = (seed, ...parts) => ({ fractional: [{ cat: [seed, { var: 'targetingKey' }] }, ...parts] });
    const isIn = (seed, percent) => ({ '==': [share(seed, ['in', percent], ['out', 100 - percent]), 'in'] });
    const targeting = (feature) => ({
      if: [
        {
          and: [
            { in: [{ var: 'country' }, feature.countries] },
            { '>': [{ var: 'purchases' }, feature.purchasesAbove] },
            { '==': [{ var: 'device' }, feature.device] },
          ],
        },
        'forced',
        { and: [isIn(feature.namespace, 100 * feature.namespaceEnd), isIn(`c-${feature.experiment}`, 100 * feature.coverage)] },
        share(feature.experiment, ...feature.variants.map((variant) => [variant, 1])),
        share(feature.rolloutSeed, ['on', 100 * feature.rollout], ['off', 100 - 100 * feature.rollout]),
      ],
    });
    const variants = Object.fromEntries(['forced', 'control', 'a', 'b', 'on', 'off'].map((name) => [name, name]));
    const flags = Object.fromEntries(all.map((feature) => [feature.key, { state: 'ENABLED', defaultVariant: 'off', variants, targeting: targeting(feature) }]));
    const silent = () => {};
    const core = new FlagdCore(undefined, { error: silent, warn: silent, info: silent, debug: silent });
    core.setConfigurations(JSON.stringify({ flags }));
    return core;
  },
  prepare: (user) => ({ targetingKey: user.id, ...user }),
  answer: (core, user, key) => core.resolveStringEvaluation(key, 'error', user).value,
};

/** Statsig's specifications: each feature a configuration, which delegates to an experiment of three groups. */
function statsigSpecifications(all) {
  const conditions = {};
  const condition = (members) => {
    const id = `c${Object.keys(conditions).length}`;
    conditions[id] = { additionalValues: {}, idType: 'userID', field: null, ...members };
    return id;
  };
  const bucketBelow = (salt, thousandths) => condition({ type: 'user_bucket', targetValue: thousandths, operator: 'lt', additionalValues: { salt } });
  const everybody = condition({ type: 'public', targetValue: null, operator: null });
  const rule = (id, ids, value, more = {}) => ({ name: id, groupName: id, id, salt: id, passPercentage: 100, conditions: ids, returnValue: { value }, idType: 'userID', ...more });
  const spec = (salt, entity, rules, more = {}) => ({ type: 'dynamic_config', salt, entity, enabled: true, defaultValue: { value: 'off' }, idType: 'userID', version: 1, rules, ...more });
  const configs = {};
  for (const feature of all) {
    const { index, key, experiment } = feature;
    const groups = feature.variants.map((variant, i) => rule(`${experiment}-${variant}`, [bucketBelow(experiment, [333, 667, 1000][i])], variant, { isExperimentGroup: true }));
    configs[experiment] = spec(experiment, 'experiment', groups, { isActive: true, hasSharedParams: false });
    const field = (name, operator, targetValue) => condition({ type: 'user_field', field: name, operator, targetValue, additionalValues: { custom_field: name } });
    configs[key] = spec(key, 'dynamic_config', [
      rule(`r1-${index}`, [field('country', 'any', feature.countries), field('purchases', 'gt', feature.purchasesAbove), field('device', 'any', [feature.device])], 'forced'),
      rule(`r2-${index}`, [bucketBelow(feature.namespace, 1000 * feature.namespaceEnd), bucketBelow(`c-${experiment}`, 1000 * feature.coverage)], '', { configDelegate: experiment }),
      rule(`r3-${index}`, [everybody], 'on', { passPercentage: 100 * feature.rollout, salt: feature.rolloutSeed }),
    ]);
  }
  return {
    dynamic_configs: configs,
    feature_gates: {},
    layer_configs: {},
    experiment_to_layer: {},
    condition_map: conditions,
    param_stores: {},
    has_updates: true,
    time: 1729873603830,
    company_id: 'bench',
    response_format: 'dcs-v2',
    id_lists: {},
    diagnostics: {},
  };
}

async function startStatsig(specifications) {
  const { Statsig } = require('@statsig/statsig-node-core');
  const text = JSON.stringify(specifications);
  const dataStore = {
    initialize: async () => {},
    shutdown: async () => {},
    get: async () => ({ result: text, time: specifications.time }),
    set: async () => {},
    supportPollingUpdatesFor: async () => false,
  };
  const statsig = new Statsig('secret-bench', {
    disableNetwork: true,
    disableAllLogging: true,
    disableCountryLookup: true,
    enableIdLists: false,
    outputLogLevel: 'error',
    specAdaptersConfig: [{ adapterType: 'data_store', initTimeoutMs: 3000 }],
    dataStore,
  });
  const { isSuccess } = await statsig.initialize();
  if (!isSuccess) throw new Error('statsig did not read its specifications');
  return statsig;
}

const kSilently = { disableExposureLogging: true };

const statsigConfig = {
  version: '0.23.2',
  setUp: (all) => startStatsig(statsigSpecifications(all)),
  prepare({ id, country, ...custom }) {
    const { StatsigUser } = require('@statsig/statsig-node-core');
    return new StatsigUser({ userID: id, country, custom });
  },
  answer: (statsig, user, key) => statsig.getDynamicConfig(user, key, kSilently).value.value,
  tearDown: (statsig) => statsig.shutdown(500),
};

/** A gate answers a boolean, so that its rules know no variants: what its core costs at least. */
const statsigGate = {
  ...statsigConfig,
  setUp(all) {
    const specifications = statsigSpecifications(all);
    for (const { key } of all) {
      const rules = specifications.dynamic_configs[key].rules.map(({ configDelegate: _none, ...rule }) => ({ ...rule, returnValue: true }));
      specifications.feature_gates[key] = { ...specifications.dynamic_configs[key], type: 'feature_gate', entity: 'feature_gate', defaultValue: false, rules };
    }
    return startStatsig({ ...specifications, dynamic_configs: {} });
  },
  answer: (statsig, user, key) => statsig.checkGate(user, key, kSilently),
};

export const peers = { growthbook, flagd, 'statsig-gate': statsigGate, 'statsig-config': statsigConfig };

async function measure(name) {
  const peer = peers[name];
  const all = features();
  const keys = all.map(({ key }) => key);
  const program = await peer.setUp(all);
  const prepared = users().map((user) => peer.prepare(user));
  let counts = {};
  const pass = () => {
    counts = {};
    for (const user of prepared) {
      for (const key of keys) {
        const value = peer.answer(program, user, key);
        counts[value] = (counts[value] ?? 0) + 1;
      }
    }
  };
  for (const begin = performance.now(); performance.now() - begin < kWarmUpMs;) pass();
  const evaluations = prepared.length * keys.length;
  const times = Array.from({ length: kPasses }, () => {
    globalThis.gc?.();
    const begin = performance.now();
    const processorBegin = process.cpuUsage();
    pass();
    const wall = (performance.now() - begin) * 1e6;
    const { user, system } = process.cpuUsage(processorBegin);
    return { wall: wall / evaluations, processor: ((user + system) * 1e3) / evaluations };
  });
  const sorted = (which) => times.map((time) => time[which]).sort((left, right) => left - right);
  const processor = sorted('processor');
  const middle = (kPasses - 1) / 2;
  console.log(JSON.stringify({ name, version: peer.version, evaluations, wall_ns: sorted('wall')[middle], processor_ns: processor[middle], least_ns: processor[0], most_ns: processor.at(-1), counts }));
  await peer.tearDown?.(program);
  process.exit(0);
}

if (process.argv[1] === import.meta.filename) await measure(process.argv[2]);
