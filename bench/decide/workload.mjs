// W1: 100 features of three rules, 10,000 users of 11 attributes. Deterministic, and the same in every language that reads
// the files.
//
//   node workload.mjs FOLDER    writes payload.json (GrowthBook's form) and users.ndjson
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dice } from '../../test/differential/dice.mjs';

const kUsers = 10_000;
const kFeatures = 100;
const kSeed = 42;
const kCountries = ['US', 'GB', 'DE', 'FR', 'ES', 'IT', 'NL', 'SE', 'PL', 'BR', 'MX', 'AR', 'CA', 'AU', 'NZ', 'JP', 'KR', 'IN', 'SG', 'ZA'];
const kDevices = [...Array(5).fill('mobile'), ...Array(4).fill('desktop'), 'tablet'];

export function users() {
  const dice = new Dice(kSeed);
  return Array.from({ length: kUsers }, (_, i) => ({
    id: `user-${1_000_000 + ((i * 7919) % 1_000_003)}`,
    country: dice.pick(kCountries),
    device: dice.pick(kDevices),
    purchases: dice.below(21),
    plan: dice.pick(['free', 'pro', 'team', 'enterprise']),
    age: dice.between(18, 77),
    browser: dice.pick(['chrome', 'safari', 'firefox', 'edge']),
    os: dice.pick(['ios', 'android', 'windows', 'macos', 'linux']),
    language: dice.pick(['en', 'de', 'fr', 'es', 'pt', 'ja']),
    premium: dice.chance(0.2),
    city: `city-${dice.below(500)}`,
  }));
}

/** What every program is to be told in its own words: a targeted value, an experiment in a namespace, a roll-out. */
export function features() {
  return Array.from({ length: kFeatures }, (_, i) => ({
    index: i,
    key: `feature-${String(i).padStart(3, '0')}`,
    countries: Array.from({ length: 5 }, (_unused, k) => kCountries[(i + k * 3) % kCountries.length]),
    purchasesAbove: 5,
    device: 'mobile',
    experiment: `exp-${i}`,
    variants: ['control', 'a', 'b'],
    coverage: 0.8,
    namespace: `ns-${i % 10}`,
    namespaceEnd: 0.6,
    rolloutSeed: `roll-${i}`,
    rollout: 0.25,
  }));
}

export function growthbookPayload() {
  const rules = (feature) => [
    { id: `r1-${feature.index}`, condition: { country: { $in: feature.countries }, purchases: { $gt: feature.purchasesAbove }, device: feature.device }, force: 'forced' },
    {
      id: `r2-${feature.index}`,
      key: feature.experiment,
      seed: feature.experiment,
      hashAttribute: 'id',
      hashVersion: 2,
      variations: feature.variants,
      weights: [1 / 3, 1 / 3, 1 / 3],
      coverage: feature.coverage,
      namespace: [feature.namespace, 0, feature.namespaceEnd],
      meta: [{ key: '0' }, { key: '1' }, { key: '2' }],
      phase: '0',
    },
    { id: `r3-${feature.index}`, hashAttribute: 'id', seed: feature.rolloutSeed, hashVersion: 2, coverage: feature.rollout, force: 'on' },
  ];
  return { features: Object.fromEntries(features().map((feature) => [feature.key, { defaultValue: 'off', rules: rules(feature) }])) };
}

if (process.argv[1] === import.meta.filename) {
  const folder = process.argv[2];
  writeFileSync(join(folder, 'payload.json'), JSON.stringify(growthbookPayload()));
  writeFileSync(join(folder, 'users.ndjson'), users().map((user) => `${JSON.stringify(user)}\n`).join(''));
}
