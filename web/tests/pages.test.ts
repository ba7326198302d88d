import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SegmentTable } from '../src/api/types';
import { pauseAfter } from '../src/api/use_polled';
import { labelPlaces } from '../src/charts/label_places';
import { colourClass } from '../src/charts/colours';
import { position, scaleOf } from '../src/charts/scale';
import { timeTicks } from '../src/charts/time_axis';
import { choiceOf, experimentAddress, keyOf, pathOf, routeOf, titleOf, withChoices } from '../src/route';
import { duration, endMoment } from '../src/text/time';
import { differsSentence, nameOr, splitSentence, withMinus } from '../src/text/words';
import { coverage, coverageSentence, truthOf } from '../src/truth';

test('the fragment names the page, and what it does not know is no page', () => {
  assert.deepEqual(routeOf(''), { page: 'overview' });
  assert.deepEqual(routeOf('#/traffic'), { page: 'traffic' });
  assert.deepEqual(routeOf(experimentAddress('a/b c:d')), { page: 'experiment', key: 'a/b c:d' });
  assert.deepEqual(routeOf('#/experiments/%E0%A4'), { page: 'unknown' });
  assert.deepEqual(routeOf('#/experiments/a/b'), { page: 'unknown' });
});

test('choices stand behind the page in the address and do not change which page it is', () => {
  const page = experimentAddress('a/b?c');
  const chosen = withChoices(page, { dimension: 'shopper & co', metric: 'orders' });
  assert.deepEqual(routeOf(chosen), { page: 'experiment', key: 'a/b?c' });
  assert.equal(pathOf(chosen), pathOf(page));
  assert.equal(choiceOf(chosen, 'dimension'), 'shopper & co');
  const changed = withChoices(chosen, { dimension: undefined, metric: 'rev=1#2' });
  assert.equal(choiceOf(changed, 'dimension'), undefined);
  assert.equal(choiceOf(changed, 'metric'), 'rev=1#2');
  assert.equal(withChoices(changed, { metric: undefined }), page);
  assert.equal(withChoices('', { all: 'on' }), '#/?all=on');
});

test('every page has a name of its own', () => {
  assert.equal(titleOf(routeOf(experimentAddress('checkout/flow'))), 'checkout/flow · Splitplot');
  const titles = ['#/', '#/traffic', '#/file', '#/nowhere', '#/experiments/x'].map((fragment) => titleOf(routeOf(fragment)));
  assert.equal(new Set(titles).size, 5);
});

test('only a fragment that begins with key= holds a key', () => {
  assert.equal(keyOf('#key=sp_admin_x%2By'), 'sp_admin_x+y');
  assert.equal(keyOf('#/experiments/key=1'), undefined);
  assert.equal(keyOf('#key='), undefined);
});

test('a scale of differences shows zero and lets one far too wide interval run out of the picture', () => {
  const narrow = [1, 2, 3, 4].map((value) => ({ value, lower: value - 1, upper: value + 1 }));
  const scale = scaleOf([...narrow, { value: 2, lower: -500, upper: 500 }]);
  assert.ok(scale.lower <= 0 && scale.upper < 50, `${scale.lower} to ${scale.upper}`);
  assert.equal(position(scale, 500), 100);
  assert.ok(scale.ticks.includes(0));
});

test('a scale of nothing is still a scale', () => {
  const scale = scaleOf([]);
  assert.ok(scale.lower < 0 && scale.upper > 0 && scale.ticks.length > 0);
});

test('an axis of days names each in its middle between midnights, one of hours round times, and neither more than there is room for', () => {
  const days = timeTicks(new Date(2026, 0, 5, 13), new Date(2026, 0, 30, 2), 10);
  assert.ok(days.ticks.length > 3 && days.ticks.length <= 10);
  assert.ok(days.ticks.every((tick) => tick.getHours() === 12));
  const week = timeTicks(new Date(2026, 0, 5, 13), new Date(2026, 0, 8, 13), 10);
  assert.deepEqual(week.bounds, [new Date(2026, 0, 6), new Date(2026, 0, 7), new Date(2026, 0, 8)]);
  assert.equal(days.text(new Date(2026, 0, 6)), '6 Jan');
  const hours = timeTicks(new Date(2026, 0, 5, 13, 7), new Date(2026, 0, 5, 18), 6);
  assert.deepEqual(hours.ticks.map((tick) => tick.getHours()), [14, 15, 16, 17, 18]);
  assert.equal(hours.text(new Date(2026, 0, 5, 9)), '09:00');
});

test('labels that would lie on each other are moved apart in their order', () => {
  const moved = labelPlaces([{ place: 5, name: 'b' }, { place: 4.9, name: 'a' }], 1);
  assert.deepEqual(moved.map(({ name }) => name), ['a', 'b']);
  assert.ok((moved[1]?.place ?? 0) - (moved[0]?.place ?? 0) >= 1 - 1e-9);
});

test('the control is grey and no treatment ever is', () => {
  assert.equal(colourClass(0), 'v0');
  assert.ok(Array.from({ length: 20 }, (_, i) => colourClass(i + 1)).every((name) => name !== 'v0'));
});

test('polls pause longer after failures and after slow answers, but never for ever', () => {
  assert.equal(pauseAfter(3000, 10, 0), 3000);
  assert.equal(pauseAfter(3000, 10, 2), 12_000);
  assert.equal(pauseAfter(3000, 2000, 0), 8000);
  assert.equal(pauseAfter(3000, 10, 50), 30_000);
});

test('an experiment of two hours is not one of no days', () => {
  const to = new Date('2026-11-22T12:00:00Z');
  assert.equal(duration('2026-11-22T09:30:00Z', to).replace('\u00a0', ' '), '2 hours');
  assert.equal(duration('2026-11-19T09:30:00Z', to).replace('\u00a0', ' '), '3 days');
  assert.equal(duration('2026-11-23T09:30:00Z', to), 'less than a minute');
});

test('a midnight is the end of the day before, any other time is itself', () => {
  assert.equal(endMoment(new Date(2026, 10, 16).toISOString()), 'the end of 15 Nov 2026');
  assert.match(endMoment(new Date(2026, 10, 16, 0, 5).toISOString()), /^16 Nov 2026/);
});

test('a small p-value says that the effect differs, never that it is the same', () => {
  const table = (p: number): SegmentTable => ({ dimension: 'shopper', heterogeneity: { q: 9, degrees_of_freedom: 2, p_value: p, adjusted_p_value: p } }) as unknown as SegmentTable;
  assert.match(differsSentence(table(0.00001), 0.05), /^The effect differs between the levels of shopper/);
  assert.match(differsSentence(table(0.4), 0.05), /^No difference between the levels of shopper was found/);
});

test('a hyphen before a number becomes a minus, one inside a name stays', () => {
  assert.equal(withMinus('one-page -1.2 [-2, 3], 2026-01-02'), 'one-page \u22121.2 [\u22122, 3], 2026-01-02');
});

test('names without a visible character get a word', () => {
  assert.equal(nameOr(' \u200b'), '(empty)');
  assert.equal(nameOr('<b>'), '<b>');
});

test('a split that did not arrive is said to be no base for any effect', () => {
  const test = { statistic: 20, degrees_of_freedom: 1, p_value: 0.00001 };
  const split = { overall: test, at_every_look: null, mismatch: true, by_dimension: [] };
  assert.match(splitSentence(split), /did not arrive.*no effect can be trusted/);
});

test('the truth of a level is not taken for that of all, and coverage counts what is known', () => {
  const effect = { variant: 'b', units: 1, control_value: 1, value: 2, difference: 1, lift: 1 };
  const effects = [{ ...effect, dimension: 'device', level: 'tv' }, { ...effect, dimension: null, level: null, difference: 5 }];
  const known = truthOf({ version: 1, experiments: [{ key: 'x', control: 'a', metrics: [{ key: 'm', effects }], faults: [] }] }, 'x');
  assert.equal(known?.('m', 'b')?.difference, 5);
  assert.equal(known('m', 'b', 'device', 'tv')?.difference, 1);
  assert.equal(known('m', 'b', 'device', 'radio'), undefined);
  const span = { value: 1, lower: 0, upper: 2 };
  const counted = coverage([{ span, truth: 1 }, { span, truth: 3 }, { span, truth: undefined }, { span: undefined, truth: 1 }]);
  assert.deepEqual(counted, { intervals: 2, covering: 1 });
  assert.equal(coverageSentence(counted).replaceAll('\u00a0', ' '), '1 of 2 intervals holds the truth.');
});
