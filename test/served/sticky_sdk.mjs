// GrowthBook's own SDK with its own services for sticky buckets, deciding by rules of this server: whoever was assigned keeps
// the variant when weights change, is assigned anew under a new version, and is left out where an old one is no longer valid.
// The server, which keeps what it assigned in profiles, decides the same for the same people at every step.
//   node sticky_sdk.mjs PATH-TO-SPLITPLOT
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { clearCache, ExpressCookieStickyBucketService, GrowthBook, LocalStorageStickyBucketService, StickyBucketService } = require('@growthbook/growthbook');

const kBinary = process.argv[2];
const kPatienceMs = 20_000;
const kPeople = Array.from({ length: 40 }, (_, i) => ({ id: `user-${i}`, deviceId: `device-${i}`, plan: 'free' }));
const kNewcomers = Array.from({ length: 10 }, (_, i) => ({ id: `newcomer-${i}`, deviceId: `new-device-${i}`, plan: 'free' }));

const documents = (variants, sticky) => `
kind: flag
key: colour
variants: {red: red, green: green, none: none}
default: none
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
---
kind: connection
key: shop-app
type: client
local_evaluation: true
`;

/** What a browser has. */
class Storage {
  #items = new Map();
  getItem(key) { return this.#items.get(key) ?? null; }
  setItem(key, value) { this.#items.set(key, value); }
}

/** A store as a company has one, behind the interface that the SDK asks for. */
class StoreService extends StickyBucketService {
  #documents = new Map();
  async getAssignments(name, value) { return this.#documents.get(this.getKey(name, value)) ?? null; }
  async saveAssignments(document) { this.#documents.set(this.getKey(document.attributeName, document.attributeValue), document); }
}

/** Cookies of a person, kept between requests as a browser and cookie-parser do. */
class Cookies {
  #jar = new Map();
  service(person) {
    if (!this.#jar.has(person)) this.#jar.set(person, {});
    const cookies = this.#jar.get(person);
    const response = { cookie: (name, value) => { cookies[decodeURIComponent(name)] = decodeURIComponent(value); return response; } };
    return new ExpressCookieStickyBucketService({ req: { cookies }, res: response });
  }
}

const localStorage = new Storage();
const store = new StoreService();
const cookies = new Cookies();
/** Each person keeps to one of the services. */
const kServices = [() => new LocalStorageStickyBucketService({ localStorage }), () => store, (person) => cookies.service(person)];

await withServer(kBinary, async (server) => {
  const applied = server.apply('colours.yaml', documents('{control: 50, treatment: 50}', '{version: 1, fallback_attribute: deviceId}'));
  const clientKey = /connection 'shop-app'[^\n]*\n\s+(sp_\S+)/.exec(applied)[1];

  /** By the SDK alone, from the rules. */
  const local = async (attributes, person) => {
    const gb = new GrowthBook({ apiHost: server.url, clientKey, attributes, stickyBucketService: kServices[person % kServices.length](person) });
    await gb.init({ timeout: kPatienceMs, skipCache: true });
    const { value, experimentResult } = gb.evalFeature('colour');
    await new Promise((done) => { setImmediate(done); });  // services save behind the answer
    gb.destroy();
    return { value, kept: experimentResult?.stickyBucketUsed ?? false };
  };
  const remote = async ({ id, ...others }) => {
    const context = id === undefined ? others : { targetingKey: id, ...others };
    return (await (await server.evaluate('colour', context)).json()).value;
  };
  /** What all of them get, of whom both sides say the same. */
  const all = async (people, why) => {
    clearCache();
    const answers = [];
    for (const [i, attributes] of people.entries()) {
      const own = await local(attributes, i);
      assert.equal(own.value, await remote(attributes), `${JSON.stringify(attributes)}: SDK and server differ after ${why}`);
      answers.push(own);
    }
    return answers;
  };
  const values = (answers) => answers.map(({ value }) => value);
  const change = (variants, sticky) => { server.apply('colours.yaml', documents(variants, sticky)); };

  const visitors = kPeople.map(({ deviceId, plan }) => ({ deviceId, plan }));
  const first = await all(visitors, 'the first visit');
  assert.deepEqual([...new Set(values(first))].sort(), ['green', 'red'], 'devices are assigned, where nobody is logged in');
  assert.ok(first.every(({ kept }) => !kept), 'nothing was kept before');

  const loggedIn = await all(kPeople, 'logging in');
  assert.deepEqual(values(loggedIn), values(first), 'who logs in keeps what the device was assigned');
  assert.ok(loggedIn.every(({ kept }) => kept));

  change('{control: 1, treatment: 999}', '{version: 1, fallback_attribute: deviceId}');
  const reweighted = await all(kPeople, 'new weights');
  assert.deepEqual(values(reweighted), values(first), 'weights move nobody');
  const left = await all(kPeople.map((person) => ({ ...person, plan: 'pro' })), 'leaving the population');
  assert.deepEqual(values(left), values(first), 'nor does leaving the population');
  const elsewhere = await all(kPeople.map((person, i) => ({ ...person, deviceId: `other-device-${i}` })), 'another device');
  assert.deepEqual(values(elsewhere), values(first), 'the user counts before the device');

  change('{control: 1, treatment: 999}', '{version: 2, fallback_attribute: deviceId}');
  const anew = await all(kPeople, 'a new version');
  assert.ok(anew.filter(({ value }) => value === 'green').length > kPeople.length * 0.9, 'a new version assigns by the weights of now');
  assert.ok(anew.every(({ kept }) => !kept));
  change('{control: 999, treatment: 1}', '{version: 2, fallback_attribute: deviceId}');
  assert.deepEqual(values(await all(kPeople, 'weights under the new version')), values(anew));

  change('{control: 50, treatment: 50}', '{version: 3, first_valid: 2, fallback_attribute: deviceId}');
  assert.ok(values(await all(kPeople, 'an old version is not valid any more')).every((value) => value === 'none'), 'who was in it before is left out');
  const newcomers = await all(kNewcomers, 'newcomers come');
  assert.ok(values(newcomers).every((value) => value !== 'none'), 'newcomers take part');

  // A service that knows nobody: the SDK decides by hash, as a server would that has kept nothing.
  change('{control: 50, treatment: 50}', '{version: 4, fallback_attribute: deviceId}');
  const fresh = new GrowthBook({ apiHost: server.url, clientKey, attributes: { id: 'stranger', plan: 'free' } });
  clearCache();
  await fresh.init({ timeout: kPatienceMs, skipCache: true });
  assert.equal(fresh.getFeatureValue('colour', ''), await remote({ id: 'stranger', plan: 'free' }), 'without a service');
  fresh.destroy();
});
