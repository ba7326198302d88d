// Expectations are those of src/experiment/tests and of figures rounded by hand: the dashboard must say what the HTML report says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chance, change, confidence, count, counted, figureText, fixed, level, lift, magnitude, pEquals, percent, pValue, signedMagnitude } from '../src/text/numbers';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('the nearer end of an interval decides the decimals of value and ends', () => {
  assert.equal(plain(figureText(change({ value: 0.0766, lower: 0.07, upper: 0.0832 }, 'rate'))), '+7.66 points [7.00, 8.32]');
  assert.equal(plain(figureText(lift({ value: 0.7214, lower: 0.641, upper: 0.807 }))), '+72.1 % [64.1, 80.7]');
  assert.equal(plain(figureText(lift({ value: 1.19, lower: 0.78, upper: 1.74 }))), '+119 % [78, 174]');
  assert.equal(plain(figureText(level({ value: 0.65, lower: 0.51, upper: 0.79 }, 'plain'))), '0.65 [0.51, 0.79]');
});

test('a small rate with a lopsided interval is not written as zero', () => {
  assert.equal(plain(figureText(level({ value: 0.00004, lower: 0.000001, upper: 0.003 }, 'rate'))), '0.004 % [0.000, 0.300]');
});

test('an interval without a bound says so and the value keeps three digits', () => {
  assert.equal(plain(figureText(lift({ value: 0.5, lower: -Infinity, upper: Infinity }))), '+50.0 % [unbounded, unbounded]');
});

test('a negative number has a minus sign, a rounded zero has none', () => {
  assert.equal(fixed(-1.25, 1), '\u22121.3');
  assert.equal(fixed(-0.001, 2), '0.00');
  assert.equal(plain(figureText(change({ value: -0.0001, lower: -0.02, upper: 0.02 }, 'rate'))), '0.0 points [\u22122.0, 2.0]');
});

test('thousands are separated, endless digits become scientific', () => {
  assert.equal(fixed(1234567.891, 1), '1,234,567.9');
  assert.equal(count(1234567), '1,234,567');
  assert.equal(fixed(2.5e16, 0), '2.50e+16');
  assert.equal(fixed(2.5e-12, 13), '2.50e\u221212');
});

test('p-values and chances never claim certainty', () => {
  assert.deepEqual([0.00005, 0.0123, 0.234, 0.9999].map((p) => plain(pValue(p))), ['< .0001', '.0123', '.234', '> .999']);
  assert.equal(plain(pEquals(0.0123)), 'p = .0123');
  assert.equal(plain(pEquals(0.00001)), 'p < .0001');
  assert.deepEqual([0, 0.5, 1].map((p) => plain(chance(p))), ['< 0.1 %', '50.0 %', '> 99.9 %']);
});

test('sizes, counts and levels', () => {
  assert.equal(plain(magnitude(0.0084, 'rate')), '0.840 points');
  assert.equal(plain(signedMagnitude(0.5, 100, '%')), '+50.0 %');
  assert.equal(plain(counted(1, 'unit')), '1 unit');
  assert.equal(plain(counted(2, 'unit')), '2 units');
  assert.equal(plain(percent(1 / 3, 2)), '33.33 %');
  assert.equal(plain(confidence(0.05)), '95 %');
});
