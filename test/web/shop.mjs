// A small shop's experiments and what its visitors did, sent to a real server: repeatable, and with everything that can break a page.
import { random } from '../reliability/producer.mjs';

const kDayMs = 86_400_000;
const kDays = 12;
export const kScript = '<script>globalThis.intruder = 1</script><img src=x onerror="globalThis.intruder = 1">';
const kLongKey = 'a-key-that-goes-on-and-on-because-nobody-stopped-whoever-named-this-experiment-of-the-third-quarter';
const kCities = Array.from({ length: 30 }, (_, i) => `city ${String(i + 1).padStart(2, '0')}`);
const kMany = ['control', 'blue', 'green', 'red', 'a-variant-with-a-name-that-is-much-longer-than-any-column', 'violet', 'grey', 'amber'];

const documents = `
kind: experiment
key: express-checkout
hypothesis: A checkout of one page makes more people buy.
status: running
variants: {control: 1, express: 1, one-page: 1}
control: control
plan: {planned_units: 6000}
metrics: {primary: [bought], secondary: [revenue]}
dimensions: [device, city]
---
kind: experiment
key: ${kLongKey}
status: running
variants: {${kMany.map((name) => `${name}: 1`).join(', ')}}
control: control
metrics: {primary: [bought]}
---
kind: experiment
key: lost-units
hypothesis: Banners do no harm.
status: running
variants: {control: 1, banner: 1}
control: control
metrics: {primary: [bought]}
dimensions: [device]
---
kind: experiment
key: nobody-yet
status: running
variants: {control: 1, treatment: 1}
metrics: {primary: [bought]}
---
kind: experiment
key: next-quarter
hypothesis: To be run when the shop is ready.
status: draft
variants: {control: 1, treatment: 1}
metrics: {primary: [bought]}
---
{kind: metric, key: bought, type: proportion, event: Order Completed}
---
{kind: metric, key: revenue, type: sum, event: Order Completed, property: revenue}
`;

/** The chance to buy. Only `express` on a telephone changes it, and by much. */
function rate(variant, device) {
  return 0.12 + (variant === 'express' && device === 'mobile' ? 0.18 : 0);
}

const kDevices = { mobile: 0.6, desktop: 0.32, tablet: 0.08 };

/** The truth of express-checkout's first metric, in the simulator's form. */
export function shopTruth() {
  const effect = (variant, level, devices) => {
    const total = devices.reduce((sum, device) => sum + kDevices[device], 0);
    const mean = (of) => devices.reduce((sum, device) => sum + kDevices[device] * rate(of, device), 0) / total;
    const [value, control] = [mean(variant), mean('control')];
    return { variant, dimension: level === null ? null : 'device', level, units: 1000, control_value: control, value, difference: value - control, lift: value / control - 1 };
  };
  const all = Object.keys(kDevices);
  const effects = ['express', 'one-page'].flatMap((variant) => [effect(variant, null, all), ...all.map((device) => effect(variant, device, [device]))]);
  return { version: 1, seed: '7', groups: [], experiments: [{ key: 'express-checkout', control: 'control', metrics: [{ key: 'bought', effects }], faults: [] }], faults: [] };
}

/** What one visitor does: known traits, an exposure to every experiment, perhaps an order with a name that is a script. */
function visit(user, at, draw) {
  const device = draw() < 0.6 ? 'mobile' : draw() < 0.8 ? 'desktop' : 'tablet';
  const city = kCities[Math.floor(draw() ** 1.6 * kCities.length)];
  const variant = ['control', 'express', 'one-page'][user % 3];
  const seen = [
    ['express-checkout', variant],
    [kLongKey, kMany[user % kMany.length]],
    // Of those who saw the banner a third never arrive: the split is broken.
    ...(user % 2 === 0 || draw() < 0.67 ? [['lost-units', user % 2 === 0 ? 'control' : 'banner']] : []),
  ];
  const time = (seconds) => new Date(at + seconds * 1000).toISOString();
  const who = { userId: `visitor-${user}` };
  const shown = seen.map(([experiment, variation], i) => ({ ...who, type: 'track', event: 'Experiment Viewed', timestamp: time(1), messageId: `seen-${user}-${i}`, properties: { experiment_id: experiment, variation_id: variation } }));
  const buys = draw() < rate(variant, device);
  const order = { ...who, type: 'track', event: 'Order Completed', timestamp: time(90), messageId: `order-${user}`, properties: { revenue: Math.round(2000 + draw() * 6000) / 100 } };
  return { known: { ...who, type: 'identify', timestamp: time(0), messageId: `known-${user}`, traits: { device, city } }, rest: buys ? [...shown, order] : shown };
}

async function send(server, events) {
  for (let from = 0; from < events.length; from += 500) {
    const body = { batch: events.slice(from, from + 500) };
    const response = await server.request('POST', '/v1/batch', { key: server.keys.client, body });
    if (response.status !== 200) throw new Error(`events were answered ${response.status}: ${await response.text()}`);
    await response.text();
  }
}

/** What a page must show as text and nothing else, and what the server must refuse. */
async function sendOddities(server) {
  const now = new Date().toISOString();
  await send(server, [
    { type: 'track', userId: kScript, event: kScript, timestamp: now, messageId: 'script-1' },
    { type: 'track', userId: 'x', event: ' ', timestamp: now, messageId: 'blank-1' },
    { type: 'track', event: 'Nobody did this', timestamp: now, messageId: 'nobody-1' },
    { type: 'track', userId: 'x', event: 'Twice', timestamp: now, messageId: 'twice-1' },
    { type: 'track', userId: 'x', event: 'Twice', timestamp: now, messageId: 'twice-1' },
  ]);
}

/** Documents, twelve days of visitors on the test clock, and oddities. The server must run in test mode. */
export async function fillShop(server, visitors) {
  server.apply('shop.yaml', documents, '--message', 'the shop');
  const begun = Date.now();
  await server.request('POST', '/api/v1/test/clock', { key: server.keys.admin, body: { advance_seconds: (kDays * kDayMs) / 1000 } });
  const draw = random(7);
  const visits = Array.from({ length: visitors }, (_, user) => visit(user, begun + 60_000 + (user / visitors) * (kDays - 0.5) * kDayMs, draw));
  // Who somebody is comes first: an exposure that overtakes it has no traits.
  await send(server, visits.map(({ known }) => known));
  await send(server, visits.flatMap(({ rest }) => rest));
  await sendOddities(server);
  return { longKey: kLongKey };
}
