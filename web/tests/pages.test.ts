import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pauseAfter } from '../src/api/use_polled';
import { labelPlaces } from '../src/charts/label_places';
import { colourClass } from '../src/charts/colours';
import { position, scaleOf } from '../src/charts/scale';
import { timeTicks } from '../src/charts/time_axis';
import { experimentAddress, keyOf, routeOf } from '../src/route';
import { duration } from '../src/text/time';
import { nameOr, splitSentence } from '../src/text/words';
import { coverage, coverageSentence, truthOf } from '../src/truth';

test('the fragment names the page, and what it does not know is no page', () => {
  assert.deepEqual(routeOf(''), { page: 'overview' });
  assert.deepEqual(routeOf('#/traffic'), { page: 'traffic' });
  assert.deepEqual(routeOf(experimentAddress('a/b c:d')), { page: 'experiment', key: 'a/b c:d' });
  assert.deepEqual(routeOf('#/experiments/%E0%A4'), { page: 'unknown' });
  assert.deepEqual(routeOf('#/experiments/a/b'), { page: 'unknown' });
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

test('an axis of days has midnights, one of hours round times, and neither more than there is room for', () => {
  const days = timeTicks(new Date(2026, 0, 5, 13), new Date(2026, 0, 30, 2), 10);
  assert.ok(days.ticks.length > 3 && days.ticks.length <= 10);
  assert.ok(days.ticks.every((tick) => tick.getHours() === 0));
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
