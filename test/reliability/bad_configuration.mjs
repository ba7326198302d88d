// R9: configuration that must not come to hold: blank, too large, contradictory, unknown, hostile. Each is refused with a
// place, and everything decides as before.
import { withServer } from '../served/server.mjs';
import { kShop } from '../served/documents.mjs';

const kUsers = 100;
const kMostBytes = 16 << 20;  // of a body with documents

const kTwo = 'variants: {on: true, off: false}\ndefault: off\n';
const experiment = (key, rest) => `kind: experiment\nkey: ${key}\nhypothesis: it helps\nstatus: running\nmetrics: {primary: [orders]}\n${rest}`;
const flag = (key, rest) => `kind: flag\nkey: ${key}\n${rest}`;

/** Name, texts of files, and what the first place that is named must match. */
const kCases = [
  ['blank, for all there is', [''], /connection/, { prune: true }],
  ['only a comment, for all there is', ['# nothing\n'], /connection/, { prune: true }],
  ['no files, for all there is', [], /connection/, { prune: true }],
  ['every document twice', [kShop, kShop], /checkout-button/],
  ['two halves of the same key in one file', [`${flag('same', kTwo)}---\n${flag('same', kTwo)}`], /same/],
  ['a negative weight', [experiment('heavy', 'variants: {control: 120, treatment: -20}\n')], /variants/],
  ['a weight that is not a number', [experiment('heavy', 'variants: {control: .nan, treatment: 50}\n')], /:6/],
  ['an infinite weight', [experiment('heavy', 'variants: {control: .inf, treatment: 50}\n')], /:6/],
  ['a roll-out to 120 %', [flag('wide', `${kTwo}rules:\n  - {serve: on, rollout: 1.2}\n`)], /rollout/],
  ['a slice beyond its layer', [`kind: layer\nkey: page\n---\n${experiment('wide', 'variants: {control: 50, treatment: 50}\nlayer: {key: page, slice: [0.5, 1.5]}\n')}`], /slice/],
  ['slices that overlap', [`kind: layer\nkey: page\n---\n${['a', 'b'].map((key) => experiment(key, 'variants: {control: 50, treatment: 50}\nlayer: {key: page, slice: [0, 0.6]}\n')).join('---\n')}`], /slice|layer/],
  ['flags that need each other', [['a', 'b'].map((key, at) => flag(key, `${kTwo}rules:\n  - serve: on\n    requires: [{flag: ${'ba'[at]}, is: on}]\n`)).join('---\n')], /\ba\b|\bb\b/],
  ['a flag that needs itself', [flag('a', `${kTwo}rules:\n  - serve: on\n    requires: [{flag: a, is: on}]\n`)], /\ba\b/],
  ['segments that consist of each other', ['kind: segment\nkey: x\ncondition: {$inSegment: y}\n---\nkind: segment\nkey: y\ncondition: {$inSegment: x}\n'], /\bx\b|\by\b/],
  ['an unknown member', [flag('a', `${kTwo}ruls: []\n`)], /ruls/],
  ['an unknown member of a rule', [flag('a', `${kTwo}rules:\n  - {serve: on, rollot: 0.5}\n`)], /rules\/0/],
  ['an unknown kind', ['kind: flagg\nkey: a\n'], /kind|:1/],
  ['an unknown operator', [flag('a', `${kTwo}rules:\n  - {serve: on, if: {plan: {$equals: pro}}}\n`)], /rules\/0\/if/],
  ['a default that is no variant', [flag('a', 'variants: {on: true, off: false}\ndefault: of\n')], /default/],
  ['values of several types', [flag('a', 'variants: {on: true, off: 3}\ndefault: on\n')], /variants/],
  ['an experiment that is not there', [flag('a', `${kTwo}rules:\n  - {experiment: nowhere, variants: {control: on}}\n`)], /rules\/0/],
  ['a key with a slash', [flag('a/b', kTwo)], /key/],
  ['a hostile regular expression', [flag('a', `${kTwo}rules:\n  - {serve: on, if: {email: {$regex: "(((("}}}\n`)], /rules\/0\/if/],
  ['nesting without end', [flag('a', `type: json\nvariants: {on: ${'['.repeat(5000)}${']'.repeat(5000)}}\ndefault: on\n`)], /./],
  ['aliases that multiply', [`kind: flag\nkey: a\ntype: json\ndefault: on\nvariants:\n  on:\n    a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefghi'.split('').map((name, at) => `    ${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[at]}`).join(',')}]\n`).join('')}`], /./],
  ['half a document', ['kind: flag\nkey: a\nvariants: {on: true'], /./],
  ['bytes that are no text', ['kind: flag\nkey: a\u0000b\nvariants: {on: true}\ndefault: on\n'], /./],
];

async function decisions(server) {
  const all = [];
  for (let i = 0; i < kUsers; ++i) {
    const answer = await server.evaluate(undefined, { targetingKey: `user-${i}`, plan: i % 3 === 0 ? 'pro' : 'free' });
    all.push(answer.status === 200 ? JSON.stringify((await answer.json()).flags) : `${answer.status}`);
  }
  return all.join('\n');
}

/** What is wrong with how a case was answered; empty if nothing. */
async function judged(server, texts, place, options) {
  const files = texts.map((text, at) => ({ name: `file${at}.yaml`, text }));
  const answer = await server.request('POST', '/api/v1/apply', { key: server.keys.admin, body: { files, ...options } });
  const body = await answer.text();
  if (answer.status !== 422) return `answered ${answer.status}: ${body.slice(0, 200)}`;
  const { errors } = JSON.parse(body);
  if (!errors?.length) return 'refused without saying where';
  const told = errors.map((error) => `${error.place ?? ''} ${error.subject ?? ''} ${error.pointer ?? ''} ${error.detail}`).join('\n');
  if (!errors.some(({ place, pointer, subject }) => place || pointer || subject)) return `refused without a place: ${told}`;
  return place.test(told) ? '' : `the place is another one: ${told}`;
}

/** R9. */
export async function badConfiguration(binary) {
  return withServer(binary, async (server) => {
    const { revision } = JSON.parse(server.apply('shop.yaml', kShop, '--json'));
    const before = await decisions(server);
    const failures = [];
    for (const [name, texts, place, options] of kCases) {
      const wrong = await judged(server, texts, place, options);
      if (wrong) failures.push(`${name}: ${wrong}`);
    }
    const heavy = await server.request('POST', '/api/v1/apply', {
      key: server.keys.admin, body: { dry_run: true, files: [{ name: 'heavy.yaml', text: experiment('heavy', 'variants: {control: 80, treatment: 40}\n') }] },
    });
    const { warnings } = await heavy.json();
    if (!warnings?.some(({ pointer, detail }) => pointer === '/variants' && /add up to 120/.test(detail))) failures.push(`weights that add up to 120 are taken without a word: ${JSON.stringify(warnings)}`);
    const large = JSON.stringify({ files: [{ name: 'large.yaml', text: '# '.repeat(kMostBytes) }] });
    const refused = await server.request('POST', '/api/v1/apply', { key: server.keys.admin, body: large }).then(({ status }) => status, () => 0);
    if (refused !== 413) failures.push(`twice the size that is allowed: answered ${refused}`);
    const held = (await server.status()).revision;
    if (held !== revision) failures.push(`the revision is ${held} now, and was ${revision}`);
    if (await decisions(server) !== before) failures.push('decisions changed');
    await server.kill();
    await server.start();
    if (await decisions(server) !== before) failures.push('decisions changed with a restart');
    for (const failure of failures) console.error(failure);
    return {
      id: 'R9', test: 'bad configuration: blank, large, contradictory, unknown', n: kCases.length + 2, target: 'refused, place, last kept',
      ours: `${failures.length} not refused as they should be`, met: failures.length === 0, beside: 'decisions and revision the same, also after kill -9; weights are shares of their sum: 80 and 40 are warned of',
    };
  });
}
