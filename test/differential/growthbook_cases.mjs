// Random payloads of GrowthBook, with contexts to ask them in: all of the rule model. Members are of the types that the SDK
// declares; their values may be as odd as they like.
import { ConditionMaker } from './growthbook_conditions.mjs';

const kUnits = ['id', 'company', 'user'];
const kUnitValues = ['u1', 'u2', 'Anna', 'ü😀', '12', 'x y', '', 0, 1, 12, -3, 1.5, 1e21, 1e-7, 9007199254740991, true, false, null];
const kFlagKeys = ['f0', 'f1', 'f2', 'flag-é', 'f4'];
const kExperimentKeys = ['e0', 'e1', 'e2', 'exp é', 'x&y'];
const kGroups = ['vips', 'ids', 'list2', 'who', 'circle', 'broken', 'empty', 'nowhere'];
const kFlagValues = [true, false, null, 0, 1, 5.5, '', 'on', 'a', [], [1, 'a'], {}, { a: 1, b: [null] }];
const kAddresses = ['https://shop.example', 'https://shop.example/', 'http://shop.example/a', 'https://shop.example/a/b', 'https://shop.example/a/b/?x=1', 'https://www.shop.example/A?x=1&y=a%20b',
  'https://shop.example/a#h', '/a', '', 'https://shop.example:8080/a/b'];
const kPages = ['*', '/', '/a', '/a/', '/a/*', '/a/b', 'a/b', '/*/b', 'shop.example/a', '*.shop.example/*', 'https://shop.example/a*', 'shop.example', '/a?x=1', '/A/B', '/a#h', '/*?y=a b', '?x=*',
  'http://shop.example/a'];
const kPagePatterns = ['/a', '^https://shop', 'b/?$', '\\?x=1', '^/a', 'example/$', 'example:\\d+/', '.', 'nowhere'];

export class CaseMaker {
  constructor(dice) {
    this.dice = dice;
    this.conditions = new ConditionMaker(dice, kGroups);
  }

  /** {features, ..., attributes, ..., ask}: a payload, a context, and what to ask there. */
  make() {
    const { dice } = this;
    this.attributes = this.#attributes();
    const features = {};
    const keys = kFlagKeys.slice(0, dice.between(1, kFlagKeys.length));
    for (const key of keys) features[key] = this.#feature();
    const experiments = kExperimentKeys.slice(0, dice.below(4)).map((key) => this.#experiment(key));
    const one = { features, experiments, savedGroups: this.#groups(), contextualBandits: this.#bandits(), attributes: this.attributes, ...this.#surroundings() };
    if (dice.chance(0.5)) one.stickyBucketAssignmentDocs = this.#documents();
    one.ask = [...keys, ...(dice.chance(0.1) ? ['nowhere'] : [])].map((feature) => ({ feature }));
    for (const { key } of experiments) one.ask.push({ experiment: key });
    if (dice.chance(0.3)) one.ask.push(...one.ask);
    return one;
  }

  #attributes() {
    const { dice } = this;
    const attributes = this.conditions.attributes();
    attributes.id = dice.chance(0.5) ? `u${dice.below(100_000)}` : dice.pick(kUnitValues);
    for (const name of ['company', 'user']) {
      if (dice.chance(0.6)) attributes[name] = dice.chance(0.5) ? `c${dice.below(1000)}` : dice.pick(kUnitValues);
    }
    if (dice.chance(0.05)) delete attributes.id;
    return attributes;
  }

  #surroundings() {
    const { dice } = this;
    const around = {};
    if (dice.chance(0.6)) around.url = this.#address();
    if (dice.chance(0.05)) around.enabled = false;
    if (dice.chance(0.05)) around.qaMode = true;
    if (dice.chance(0.1)) around.forcedVariations = Object.fromEntries(dice.list(1, 2, () => [dice.pick([...kExperimentKeys, ...kFlagKeys]), dice.pick([-1, 0, 1, 2, 9])]));
    if (dice.chance(0.1)) around.forcedFeatureValues = Object.fromEntries(dice.list(1, 2, () => [dice.pick([...kFlagKeys, 'nowhere']), dice.pick(kFlagValues)]));
    return around;
  }

  #address() {
    const { dice } = this;
    let address = dice.pick(kAddresses);
    if (dice.chance(0.25)) {
      const query = dice.list(1, 2, () => `${dice.pick([...kExperimentKeys, 'f0'])}${dice.pick(['=0', '=1', '=2', '=9', '=-1', '=-0', '=+1', '= 1', '=1abc', '=0x1', '=', '', '=1=2', '=\t1'])}`).join('&');
      address += `${address.includes('?') ? dice.pick(['&', '?']) : '?'}${query}${dice.pick(['', '#h', '?f0=1'])}`;
    }
    return address;
  }

  #condition() {
    return this.conditions.condition(this.attributes);
  }

  #groups() {
    const { dice } = this;
    const list = () => dice.list(0, 4, () => dice.pick([this.attributes.id ?? 'u', ...Object.values(this.attributes), 'a', 'DE', 5, '5']));
    const groups = { ids: list(), vips: list(), list2: { type: 'list', attributeKey: dice.pick(['id', 'country', 'address.country']), values: list() }, empty: [] };
    groups.who = { type: 'condition', condition: this.#condition() };
    groups.circle = { type: 'condition', condition: { $or: [{ $savedGroup: { id: dice.pick(['circle', 'who', 'list2']) } }, this.#condition()] } };
    groups.broken = dice.pick([null, {}, { type: 'list' }, { type: 'list', attributeKey: 'id' }, { type: 'list', values: list() }, { type: 'condition' }, { type: 'future', values: list() }]);
    for (const name of Object.keys(groups)) {
      if (dice.chance(0.2)) delete groups[name];
    }
    return groups;
  }

  #bandits() {
    const { dice } = this;
    const contexts = dice.list(0, 3, (i) => ({ leafId: i + 10, condition: dice.chance(0.9) ? this.#condition() : undefined, weights: this.#weights(dice.between(2, 3)) }));
    return { bandit: { banditVersion: dice.chance(0.7) ? dice.below(9) : undefined, contexts: dice.chance(0.9) ? contexts : undefined } };
  }

  #feature() {
    const { dice } = this;
    const feature = dice.chance(0.9) ? { defaultValue: dice.pick(kFlagValues) } : {};
    if (dice.chance(0.95)) feature.rules = dice.list(0, 4, (i) => this.#rule(i));
    return feature;
  }

  #rule(index) {
    const { dice } = this;
    const rule = {};
    if (dice.chance(0.9)) rule.id = `rule-${index}`;
    if (dice.chance(0.25)) rule.parentConditions = dice.list(1, 2, () => this.#prerequisite());
    if (dice.chance(0.15)) rule.filters = this.#filters();
    if (dice.chance(0.4)) rule.condition = this.#condition();
    if (dice.chance(0.45)) return this.#force(rule);
    if (dice.chance(0.05)) return rule;
    const experiment = this.#variations(rule);
    if (dice.chance(0.8)) experiment.key = `${dice.pick(kExperimentKeys)}${index === 0 ? '' : `-${index}`}`;
    else experiment.key = index === 0 && dice.chance(0.5) ? undefined : `own-${index}`;
    return experiment;
  }

  #prerequisite() {
    const { dice } = this;
    const prerequisite = { id: dice.pick([...kFlagKeys, ...kFlagKeys, 'nowhere']) };
    if (dice.chance(0.9)) {
      const tests = this.conditions.tests(dice.pick(kFlagValues), 2);
      prerequisite.condition = dice.weighted([4, () => ({ value: dice.pick([true, false, { $exists: true }]) })], [3, () => ({ value: tests })], [1, () => ({ 'value.a': tests })], [1, () => ({ country: tests })], [1, () => ({})]);
    }
    if (dice.chance(0.4)) prerequisite.gate = dice.chance(0.8);
    return prerequisite;
  }

  #range() {
    const { dice } = this;
    const end = () => dice.pick([0, 0.1, 0.25, 0.3, 0.5, 0.5, 0.7, 0.9, 1, 1.1, -0.1]);
    return [end(), end()].sort((left, right) => (dice.chance(0.9) ? left - right : 0));
  }

  #hashing(rule) {
    const { dice } = this;
    if (dice.chance(0.5)) rule.hashAttribute = dice.pick(kUnits);
    if (dice.chance(0.3)) rule.fallbackAttribute = dice.pick(kUnits);
    if (dice.chance(0.5)) rule.seed = dice.pick(['s', 'seed-é', `s${dice.below(1000)}`, '']);
    if (dice.chance(0.7)) rule.hashVersion = dice.pick([1, 2, 2, 2, 0, 3]);
    if (dice.chance(0.1)) rule.disableStickyBucketing = dice.chance(0.8);
  }

  #filters() {
    const { dice } = this;
    return dice.list(0, 2, () => {
      const filter = { seed: `layer-${dice.below(20)}`, ranges: dice.list(0, 3, () => this.#range()) };
      if (dice.chance(0.4)) filter.attribute = dice.pick(kUnits);
      if (dice.chance(0.4)) filter.hashVersion = dice.pick([1, 2, 0, 5]);
      return filter;
    });
  }

  #force(rule) {
    const { dice } = this;
    rule.force = dice.pick(kFlagValues);
    if (dice.chance(0.6)) this.#hashing(rule);
    if (dice.chance(0.4)) rule.coverage = this.#coverage();
    if (dice.chance(0.25)) rule.range = this.#range();
    return rule;
  }

  #coverage() {
    return this.dice.pick([0, 0.1, 0.25, 0.5, 0.5, 0.8, 0.999, 1, 1.5, -0.5]);
  }

  #weights(variants) {
    const { dice } = this;
    return dice.weighted(
      [4, () => Array.from({ length: variants }, () => 1 / variants)],
      [4, () => { const first = dice.pick([0, 0.1, 0.3, 0.7, 1]); return [first, ...Array.from({ length: variants - 1 }, () => (1 - first) / (variants - 1))]; }],
      [1, () => dice.list(0, 4, () => dice.pick([0, 0.2, 0.5, 0.6, 1]))],
      [1, () => [...Array.from({ length: variants - 1 }, () => 0.5), 0.5049 - (variants - 2) * 0.5]],
      [1, () => [1.5, -0.5, ...Array.from({ length: variants - 2 }, () => 0)]],
    );
  }

  #variations(experiment) {
    const { dice } = this;
    const variants = dice.weighted([1, () => 1], [8, () => 2], [5, () => 3], [1, () => 4]);
    const values = Array.from({ length: variants }, () => dice.pick(kFlagValues));
    if (dice.chance(0.2)) experiment.contextualVariations = values;
    if (!experiment.contextualVariations || dice.chance(0.1)) experiment.variations = values;
    this.#hashing(experiment);
    if (dice.chance(0.4)) experiment.coverage = this.#coverage();
    if (dice.chance(0.6)) experiment.weights = this.#weights(variants);
    if (dice.chance(0.2)) experiment.ranges = dice.list(0, variants, () => this.#range());
    if (dice.chance(0.3)) experiment.namespace = [`ns-${dice.below(9)}`, ...this.#range()];
    if (dice.chance(0.2)) experiment.contextualBanditRef = dice.pick(['bandit', 'bandit', 'nowhere']);
    if (dice.chance(0.4)) experiment.bucketVersion = dice.below(3);
    if (dice.chance(0.2)) experiment.minBucketVersion = dice.below(3);
    if (dice.chance(0.6)) experiment.meta = Array.from({ length: variants }, (_, i) => this.#meta(i));
    return experiment;
  }

  #meta(index) {
    const { dice } = this;
    const meta = {};
    if (dice.chance(0.8)) meta.key = dice.pick([`${index}`, `v${index}`, 'same', '']);
    if (dice.chance(0.3)) meta.name = dice.pick(['Control', 'é', '']);
    if (dice.chance(0.15)) meta.passthrough = dice.chance(0.9);
    return meta;
  }

  #experiment(key) {
    const { dice } = this;
    const experiment = this.#variations({ key });
    experiment.variations ??= experiment.contextualVariations;
    delete experiment.contextualVariations;
    delete experiment.contextualBanditRef;
    if (dice.chance(0.3)) experiment.condition = this.#condition();
    if (dice.chance(0.2)) experiment.filters = this.#filters();
    if (dice.chance(0.3)) experiment.parentConditions = dice.list(1, 2, () => this.#prerequisite());
    if (dice.chance(0.4)) experiment.urlPatterns = dice.list(0, 3, () => this.#page());
    if (dice.chance(0.3)) experiment.status = dice.pick(['draft', 'running', 'stopped']);
    if (dice.chance(0.15)) experiment.active = dice.chance(0.5);
    if (dice.chance(0.15)) experiment.force = dice.pick([0, 1, 5, -1]);
    return experiment;
  }

  #page() {
    const { dice } = this;
    const page = dice.chance(0.7) ? { type: 'simple', pattern: dice.pick(kPages) } : { type: 'regex', pattern: dice.pick(kPagePatterns) };
    if (dice.chance(0.7)) page.include = dice.chance(0.7);
    return page;
  }

  #documents() {
    const { dice } = this;
    const documents = {};
    for (const attributeName of kUnits) {
      const value = this.attributes[attributeName];
      if (!value || dice.chance(0.4)) continue;
      const attributeValue = typeof value === 'string' ? value : JSON.stringify(value);
      const assignments = Object.fromEntries(dice.list(0, 4, () => [`${dice.pick([...kExperimentKeys, 'e0-1', 'e1-2', 'own-1', 'f0'])}__${dice.below(3)}`, dice.pick(['0', '1', 'v0', 'v1', 'same', 'gone'])]));
      documents[`${attributeName}||${attributeValue}`] = { attributeName, attributeValue, assignments };
    }
    return documents;
  }
}
