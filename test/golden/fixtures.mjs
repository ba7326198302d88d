// Input files of the golden tests: small, made by rule, the same on every machine.

import { mkdirSync, rmSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { writeHostileFixtures } from './hostile.mjs';

// A 32-bit linear congruential generator (Numerical Recipes' constants): enough to look like data.
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function shopRows(count, { seed = 1, variants = ['control', 'new'], segments = ['phone', 'laptop', 'tablet'], lift = 0.05 } = {}) {
  const random = generator(seed);
  const rows = [];
  for (let i = 0; i < count; i += 1) {
    const variant = variants[Math.floor(random() * variants.length)];
    const device = segments[Math.floor(random() * segments.length)];
    const before = Math.round(random() * 10000) / 100;
    const bought = random() < 0.2 + (variant === 'new' ? lift : 0) ? 1 : 0;
    const spend = bought ? Math.round((10 + before * 0.5 + random() * 20) * 100) / 100 : 0;
    rows.push({ user: `u${i + 1}`, variant, device, before, bought, spend });
  }
  return rows;
}

// No effect in either segment, but the new variant is rare where people buy much.
function simpsonRows() {
  const random = generator(21);
  const rows = [];
  for (let i = 0; i < 4000; i += 1) {
    const device = i % 2 === 0 ? 'phone' : 'laptop';
    const variant = random() < (device === 'phone' ? 0.7 : 0.3) ? 'new' : 'control';
    const bought = random() < (device === 'phone' ? 0.1 : 0.4) ? 1 : 0;
    rows.push({ user: `u${i + 1}`, variant, device, before: Math.round(random() * 100), bought, spend: bought * Math.round(random() * 50) });
  }
  rows.push({ user: 'u4001', variant: 'new', device: 'watch', before: 5, bought: 0, spend: 0 });
  return rows;
}

// Few purchases per region; in one nobody buys, one has few units, and one has none in the new variant.
function rareRows() {
  const counts = { north: [3, 400, 6, 400], south: [2, 350, 5, 360], east: [4, 500, 7, 480], west: [0, 150, 0, 160], isle: [0, 9, 1, 8], cape: [1, 30, 0, 0] };
  const rows = [];
  for (const [region, [a, n, b, m]] of Object.entries(counts)) {
    for (let i = 0; i < n; i += 1) rows.push({ variant: 'control', region, bought: i < a ? 1 : 0, before: i % 7, spend: i % 11 });
    for (let i = 0; i < m; i += 1) rows.push({ variant: 'new', region, bought: i < b ? 1 : 0, before: i % 7, spend: (i % 11) + (i % 3) });
  }
  return rows;
}

function csv(rows, separator = ',') {
  const columns = Object.keys(rows[0]);
  return [columns.join(separator), ...rows.map((row) => columns.map((column) => row[column]).join(separator))].join('\n') + '\n';
}

function writeLargeFile(path) {
  // One and a half million units with long ids: more than the memory that its case allows.
  const file = openSync(path, 'w');
  const random = generator(99);
  writeSync(file, 'user,variant,bought\n');
  let chunk = '';
  for (let i = 0; i < 1_500_000; i += 1) {
    const variant = random() < 0.5 ? 'control' : 'new';
    chunk += `a-rather-long-user-identifier-${i},${variant},${random() < 0.1 ? 1 : 0}\n`;
    if (chunk.length > 1 << 20) {
      writeSync(file, chunk);
      chunk = '';
    }
  }
  writeSync(file, chunk);
  closeSync(file);
}

function eventFiles(folder) {
  const random = generator(5);
  const exposures = [];
  const events = [];
  for (let i = 0; i < 400; i += 1) {
    const variant = i % 2 === 0 ? 'control' : 'new';
    exposures.push({ user_id: i, variant, plan: i % 3 === 0 ? 'pro' : 'free', ts: `2026-03-0${1 + (i % 5)} 10:00:00` });
    for (let k = 0; k < 3; k += 1) {
      const day = 1 + Math.floor(random() * 9);
      const event = random() < 0.4 ? 'purchase' : 'view';
      const value = event === 'purchase' ? Math.round((20 + random() * 30 + (variant === 'new' ? 5 : 0)) * 100) / 100 : '';
      events.push({ user_id: i, event, value, ts: `2026-03-0${day} 12:00:00` });
    }
  }
  events.push({ user_id: 9999, event: 'purchase', value: 500, ts: '2026-03-05 12:00:00' });
  writeFileSync(join(folder, 'exposures.csv'), csv(exposures));
  writeFileSync(join(folder, 'events.csv'), csv(events));
}

// Documents to decide by, without a server.
const SHOP_DOCUMENTS = `kind: flag
key: checkout
variants: {old: false, new: true}
default: old
rules:
  - id: staff
    if: {email: {$regex: "@shop.example$"}}
    serve: new
  - id: test
    if: {country: {$in: [DE, AT]}}
    requires: [{flag: payment, is: on}]
    experiment: checkout-test
    variants: {control: old, treatment: new}
  - id: few
    serve: new
    rollout: 10%
---
kind: flag
key: payment
variants: {on: true, off: false}
default: on
---
kind: flag
key: greeting
content: {target: text, defaults: {user.name: there, user.age: unknown}}
variants:
  long: Hello {{user.name}} of age {{user.age}}
  short: Hello
default: long
---
kind: segment
key: grown
condition: {age: {$gte: 18}}
---
kind: layer
key: page
seed: page-1
---
kind: experiment
key: checkout-test
status: running
variants: {control: 50, treatment: 50}
population: {$inSegment: grown}
layer: {key: page, slice: [0, 0.8]}
seed: checkout-1
metrics: {primary: [orders]}
---
kind: experiment
key: secret-seed
status: running
variants: {control: 50, treatment: 50}
metrics: {primary: [orders]}
---
kind: experiment
key: letter
variants: {control: 50, treatment: 50}
population: {country: {$in: [DE, AT]}}
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
`;

// A list that goes out elsewhere: names as people have them, and as people wish harm by them.
function people() {
  const random = generator(31);
  const lines = ['id,name,age,spend,country'];
  for (let i = 0; i < 400; i += 1) {
    const age = 16 + Math.floor(random() * 60);
    const spend = Math.round(age * 2 + random() * 100);
    const country = ['DE', 'DE', 'AT', 'FR'][Math.floor(random() * 4)];
    const name = ['"Doe, Jane"', 'Ann', '=HYPERLINK("x")', 'José'][i % 4].replace('=HYPERLINK("x")', '"=HYPERLINK(""x"")"');
    lines.push(`p${i + 1},${name},${i % 25 === 0 ? '' : age},${spend},${country}`);
  }
  return lines.join('\n') + '\n';
}

export function writeFixtures(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = (name, content) => writeFileSync(join(folder, name), content);
  const shop = shopRows(3000);
  write('shop.csv', csv(shop));
  write('shop.tsv', csv(shop, '\t'));
  write('semicolon.csv', csv(shop, ';'));
  write('shop.csv.gz', gzipSync(csv(shop)));
  write('shop.jsonl', shop.map((row) => JSON.stringify(row)).join('\n') + '\n');
  write('decimal-comma.csv', csv(shop.map((row) => ({ ...row, spend: String(row.spend).replace('.', ','), before: String(row.before).replace('.', ',') })), ';'));
  write('three-variants.csv', csv(shopRows(4500, { seed: 7, variants: ['A', 'B', 'C'] })));
  write('one-variant.csv', csv(shop.filter((row) => row.variant === 'new')));
  write('many-variants.csv', csv(shop.map((row) => ({ ...row, variant: row.user }))));
  write('tiny-variant.csv', csv([...shop.filter((row) => row.variant === 'control'), ...shop.filter((row) => row.variant === 'new').slice(0, 3)]));
  write('constant.csv', csv(shop.map((row) => ({ ...row, bought: 0, spend: 7 }))));
  write('empty-cells.csv', csv(shop.map((row, i) => ({ ...row, spend: i % 10 === 0 ? '' : row.spend, device: i % 50 === 0 ? '' : row.device, before: i % 4 === 0 ? '' : row.before, variant: i % 500 === 0 ? '' : row.variant }))));
  write('missing-in-one-variant.csv', csv(shop.map((row, i) => ({ ...row, spend: row.variant === 'new' && i % 5 === 0 ? '' : row.spend }))));
  write('nan.csv', csv(shop.map((row, i) => ({ ...row, spend: i % 100 === 0 ? 'NaN' : i % 101 === 0 ? 'Infinity' : row.spend }))));
  write('mixed-types.csv', csv(shop.map((row, i) => ({ ...row, spend: i === 16 || i === 2500 ? 'unknown' : row.spend }))));
  write('yes-no.csv', csv(shop.map((row) => ({ ...row, bought: row.bought ? 'yes' : 'no' }))));
  write('duplicated-units.csv', csv([...shop, ...shop.slice(0, 40)]));
  write('switchers.csv', csv([...shop, ...shop.slice(0, 40).map((row) => ({ ...row, variant: row.variant === 'new' ? 'control' : 'new' }))]));
  write('uneven.csv', csv(shop.filter((row, i) => row.variant === 'control' || i % 4 !== 0)));
  write('simpson.csv', csv(simpsonRows()));
  write('few.csv', csv([1, 2, 3, 11, 12, 13].map((spend, i) => ({ user: `u${i}`, variant: i < 3 ? 'control' : 'new', spend }))));
  write('many-segments.csv', csv(shopRows(20000, { seed: 3, segments: Array.from({ length: 200 }, (_, i) => `store ${String(i + 1).padStart(3, '0')}`) })));
  write('rare.csv', csv(rareRows()));
  write('ragged.csv', 'user,variant,spend\nu1,A,1\nu2,B,2,surplus\nu3,A,3\n');
  write('header-only.csv', 'user,variant,spend\n');
  write('empty.csv', '');
  write('segments.csv', 'segment,rate,share\nphone,0.05,0.7\n"laptop, old",0.08,0.24\ntablet,0.06,0.05\ntv,0.02,0.01\n');
  write('segments-bad.csv', 'segment,rate,per_day\nphone,0.05,4000\nlaptop,high,900\n');
  write('segments-column.csv', 'segment,rate,perday\nphone,0.05,4000\n');
  write('binary.csv', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256)));
  write('late-text.csv', csv([...shopRows(30000, { seed: 11 }), { user: 'u30001', variant: 'new', device: 'phone', before: 1, bought: 1, spend: 'oops' }]));
  write('shop.yaml', SHOP_DOCUMENTS);
  write('shop-wrong.yaml', SHOP_DOCUMENTS.replace('serve: new', 'serve: nwe'));
  write('payload.json', JSON.stringify({ features: { banner: { defaultValue: 'none', rules: [{ id: 'de', condition: { country: 'DE' }, force: 'flag' }, { coverage: 0.5, hashAttribute: 'id', force: 'half' }] } } }));
  write('ann.json', '{"country": "DE", "age": 34}');
  write('people.csv', people());
  write('people-wrong.csv', 'id,age\nu1,30\nu2,31,extra\n');
  write('people-variant.csv', 'id,variant\nu1,a\n');
  eventFiles(folder);
  writeHostileFixtures(folder);
  writeLargeFile(join(folder, 'large.csv'));
}
