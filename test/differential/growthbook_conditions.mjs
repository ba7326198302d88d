// Random attributes, and conditions about them: all of GrowthBook's language that a document may say here. What is refused
// on purpose (docs/formats/conditions.md) is left out, and so is what no JSON of an SDK's user holds: integers beyond
// 2^53, letters whose small forms depend on their neighbours.

const kTexts = [
  '', 'a', 'b', 'A', 'B', 'ab', 'a,b', 'x/y', 'DE', 'US', 'de', '5', '5.0', '05', ' 5 ', '0x10', '0b11', '1e3', '.5', '5.', '+5', '-1', '1_0',
  '1e400', 'Infinity', '-Infinity', 'NaN', 'true', 'false', 'null', 'undefined', '[object Object]', '\u00a05', 'é', 'É', 'Zürich', 'ñ', '😀',
  '\ue000', 'ß', '1.2.3', 'v1.2.3', '1.2.3-rc.1', '1.2.3+build', '1.10.0', '2.0', '10', '123456.1', '1.2.3-rc.10', '1-2', 'user@shop.example',
];
const kNumbers = [0, 1, -1, 2, 5, 5.5, 10, 16, 18, 1000, 0.1, -0.5, 1e21, 1e-7, 123456789, 9007199254740991, 1.2, 3];
const kScalars = [null, true, false];
const kNames = ['country', 'age', 'score', 'plan', 'tags', 'address', 'version', 'items', 'vip', 'größe', '$groups'];
const kPaths = [...kNames, ...kNames, 'id', 'company', 'nobody', 'address.country', 'address.zip', 'address.geo.lat', 'tags.0', 'tags.1', 'items.0.sku', 'items.1',
  'items.0.n', 'address.0', 'country.a', 'plan.0'];
const kTypes = ['null', 'boolean', 'number', 'string', 'array', 'object'];
const kPatterns = ['a', '^a', 'b$', '^$', '.', '[0-9]+', '\\d{2}', '^\\s*5', 'x/y', 'x\\/y', 'a|b', '(a)(b)?$', '(?=a)', '[^a]', 'null', 'true', 'object', 'é',
  '@shop\\.example$', '^v?1\\.', 'Z.rich', ',', '\\w+,\\w+', '(?:a|b){2}', 'a.*b', '^\\S+$', '\\bexample\\b', '[A-Z]{2}'];
const kOrders = ['$lt', '$lte', '$gt', '$gte'];
const kVersions = ['$veq', '$vne', '$vlt', '$vlte', '$vgt', '$vgte'];

export class ConditionMaker {
  /** `groups`: names of saved groups, some of which do not exist. */
  constructor(dice, groups) {
    this.dice = dice;
    this.groups = groups;
  }

  scalar() {
    const { dice } = this;
    return dice.weighted([6, () => dice.pick(kTexts)], [4, () => dice.pick(kNumbers)], [2, () => dice.pick(kScalars)]);
  }

  value(depth = 0) {
    const { dice } = this;
    if (depth > 2) return this.scalar();
    return dice.weighted([8, () => this.scalar()], [2, () => dice.list(0, 3, () => this.value(depth + 1))], [1, () => this.#object(depth)]);
  }

  #object(depth) {
    const object = {};
    for (const name of this.dice.list(0, 3, () => this.dice.pick(['a', 'b', 'country', 'sku', 'n', '0', '1', 'é']))) object[name] = this.value(depth + 1);
    return object;
  }

  attributes() {
    const { dice } = this;
    const attributes = {};
    for (const name of kNames) {
      if (dice.chance(0.7)) attributes[name] = this.value();
    }
    if (dice.chance(0.4)) attributes.tags = dice.list(0, 4, () => this.scalar());
    if (dice.chance(0.4)) attributes.items = dice.list(0, 3, () => (dice.chance(0.8) ? { sku: this.scalar(), n: dice.pick(kNumbers) } : this.scalar()));
    if (dice.chance(0.4)) attributes.address = { country: dice.pick(['DE', 'US', 'de']), zip: this.scalar(), geo: { lat: dice.pick(kNumbers) } };
    if (dice.chance(0.4)) attributes.version = dice.pick(kTexts.filter((text) => /\d/.test(text)));
    return attributes;
  }

  /** `known`: attributes whose values it prefers, so that it is met now and then. */
  condition(known, depth = 0, isElement = false) {
    const { dice } = this;
    const condition = {};
    const parts = dice.weighted([6, () => 1], [3, () => 2], [1, () => 0], [1, () => 3]);
    for (let i = 0; i < parts; ++i) {
      if (depth < 3 && dice.chance(0.3)) this.#connect(condition, known, depth, isElement);
      else this.#ask(condition, known, depth, isElement);
    }
    // Operators alone would be about the element itself.
    if (isElement && Object.keys(condition).some((name) => name.startsWith('$'))) condition.sku ??= this.scalar();
    return condition;
  }

  #connect(condition, known, depth, isElement) {
    const { dice } = this;
    const inner = () => this.condition(known, depth + 1, isElement);
    dice.weighted(
      [3, () => { condition.$and = dice.list(0, 3, inner); }],
      [3, () => { condition.$or = dice.list(0, 3, inner); }],
      [2, () => { condition.$nor = dice.list(0, 2, inner); }],
      [3, () => { condition.$not = inner(); }],
      [2, () => { condition.$savedGroup = this.#reference(); }],
    );
  }

  #reference() {
    const { dice } = this;
    const id = dice.pick(this.groups);
    return dice.weighted([4, () => ({ id })], [4, () => ({ id, attributeKey: dice.pick(kPaths) })], [1, () => dice.pick([null, id, {}, { id: 5 }, [], { id, attributeKey: 5 }])]);
  }

  #ask(condition, known, depth, isElement) {
    const { dice } = this;
    const path = isElement ? dice.pick(['sku', 'n', 'a', '0', 'sku.0']) : dice.pick(kPaths);
    const there = path.split('.').reduce((value, part) => (value !== null && typeof value === 'object' ? value[part] : undefined), known);
    condition[path] = this.tests(there, depth);
  }

  /** A plain value or operators. `near`: a value that it may well be about. */
  tests(near, depth) {
    const { dice } = this;
    const like = () => this.#like(near);
    if (dice.chance(0.35)) return like();
    const tests = {};
    for (let i = dice.weighted([5, () => 1], [2, () => 2]); i > 0; --i) Object.assign(tests, this.#operator(like, depth));
    return tests;
  }

  #like(near) {
    const { dice } = this;
    if (near === undefined || dice.chance(0.5)) return this.value(1);
    if (Array.isArray(near) && near.length > 0 && dice.chance(0.5)) return dice.pick(near);
    return dice.chance(0.8) || near === null || typeof near === 'object' ? near : String(near);
  }

  #operator(like, depth) {
    const { dice } = this;
    const scalar = () => {
      const value = like();
      return value !== null && typeof value === 'object' ? this.scalar() : value;
    };
    const comparable = () => {
      const value = scalar();
      return typeof value === 'string' || typeof value === 'number' ? value : dice.pick(kNumbers);
    };
    const choices = [
      [3, () => ({ [dice.pick(['$eq', '$ne'])]: scalar() })],
      [5, () => ({ [dice.pick(kOrders)]: comparable() })],
      [5, () => ({ [dice.pick(['$in', '$nin', '$ini', '$nini'])]: dice.list(0, 4, scalar) })],
      [2, () => ({ [dice.pick(['$inGroup', '$notInGroup'])]: dice.pick(this.groups) })],
      [2, () => ({ $exists: dice.chance(0.5) })],
      [2, () => ({ $type: dice.pick(kTypes) })],
      [3, () => ({ [dice.pick(['$regex', '$regexi'])]: dice.pick(kPatterns) })],
      [4, () => ({ [dice.pick(kVersions)]: dice.pick([...kTexts.filter((text) => /\d/.test(text)), 'a', 'v', 5, 0]) })],
    ];
    if (depth < 3) {
      const inner = () => (dice.chance(0.6) ? scalar() : this.#operators(like, depth + 1));
      choices.push(
        [2, () => ({ $not: this.tests(like(), depth + 1) })],
        [2, () => ({ [dice.pick(['$all', '$alli'])]: dice.list(0, 3, inner) })],
        [2, () => ({ $size: dice.chance(0.6) ? dice.below(4) : { [dice.pick(kOrders)]: dice.below(4) } })],
        [3, () => ({ $elemMatch: dice.chance(0.5) ? this.#operators(like, depth + 1) : this.condition({}, depth + 1, true) })],
      );
    }
    return dice.weighted(...choices);
  }

  #operators(like, depth) {
    return Object.assign({}, ...this.dice.list(1, 2, () => this.#operator(like, depth)));
  }
}
