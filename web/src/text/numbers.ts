// How a result is written, digit for digit as the HTML report does it (src/experiment/src/numbers.cpp): of a number with its
// interval, the nearer end decides the decimals, and value and ends get the same number of them. Pure functions.

const kMostDecimals = 9;
const kLargestFixed = 1e15;
export const kNoBreakSpace = '\u00a0';
const kMinus = '\u2212';

/** What a metric's numbers are: shares of one (shown as percent, differences as points), or in the metric's own unit. */
export type Quantity = 'rate' | 'plain';

/** An estimate with both ends; an end that is not bounded is infinite. */
export interface Span {
  value: number;
  lower: number;
  upper: number;
}

/** What a quantity is multiplied by to be shown. */
export function factorOf(quantity: Quantity): 1 | 100 {
  return quantity === 'rate' ? 100 : 1;
}

export function scaled({ value, lower, upper }: Span, factor: number): Span {
  return { value: value * factor, lower: lower * factor, upper: upper * factor };
}

/** A number with its interval, in pieces for a table. */
export interface Figure {
  value: string;
  lower: string;
  upper: string;
  unit: string;
}

/** Decimals that show two significant digits of `size`. */
function decimalsFor(size: number): number {
  if (!(size > 0) || !Number.isFinite(size)) return 2;
  return 1 - Math.floor(Math.log10(size));
}

/** The distance to the nearer end decides, but counts as at least an eighth of the width. */
function decimalsOf(span: Span): number {
  const width = span.upper - span.lower;
  if (!Number.isFinite(width) || !(width > 0)) return decimalsFor(Math.abs(span.value)) + 1;
  return decimalsFor(Math.max(Math.min(span.value - span.lower, span.upper - span.value), width / 8));
}

/** Fixed decimals with thousands separators; scientific notation where they would be endless. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return 'unbounded';
  if (Math.abs(value) >= kLargestFixed || (decimals > kMostDecimals && value !== 0)) {
    return value.toExponential(2).replace('-', kMinus);
  }
  const digits = Math.abs(value).toFixed(Math.min(Math.max(decimals, 0), kMostDecimals));
  const [whole = '0', part] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = part === undefined ? grouped : `${grouped}.${part}`;
  return value < 0 && /[1-9]/.test(digits) ? kMinus + text : text;
}

/** The same with a plus for positive numbers. */
export function signedFixed(value: number, decimals: number): string {
  const digits = fixed(value, decimals);
  return Number.isFinite(value) && value > 0 && /[1-9]/.test(digits) ? `+${digits}` : digits;
}

function figure(span: Span, factor: number, unit: string, write: (value: number, decimals: number) => string): Figure {
  const shown = scaled(span, factor);
  const decimals = decimalsOf(shown);
  return { value: write(shown.value, decimals), lower: fixed(shown.lower, decimals), upper: fixed(shown.upper, decimals), unit };
}

/** A level: a rate in percent, or a mean. */
export function level(span: Span, quantity: Quantity): Figure {
  return quantity === 'rate' ? figure(span, 100, '%', fixed) : figure(span, 1, '', fixed);
}

/** A signed difference: in points for rates. */
export function change(span: Span, quantity: Quantity): Figure {
  return quantity === 'rate' ? figure(span, 100, 'points', signedFixed) : figure(span, 1, '', signedFixed);
}

/** A signed relative change in percent. */
export function lift(span: Span): Figure {
  return figure(span, 100, '%', signedFixed);
}

/** A share of one in percent, with its interval, to whole percent. */
export function share(span: Span): Figure {
  return { value: fixed(span.value * 100, 0), lower: fixed(span.lower * 100, 0), upper: fixed(span.upper * 100, 0), unit: '%' };
}

function withUnit(number: string, unit: string): string {
  return unit === '' ? number : number + kNoBreakSpace + unit;
}

/** "+7.66 points". */
export function valueText(figureShown: Figure): string {
  return withUnit(figureShown.value, figureShown.unit);
}

/** "[6.99, 8.32]". */
export function intervalText(figureShown: Figure): string {
  return `[${figureShown.lower},${kNoBreakSpace}${figureShown.upper}]`;
}

/** "+7.66 points [6.99, 8.32]". */
export function figureText(figureShown: Figure): string {
  return `${valueText(figureShown)} ${intervalText(figureShown)}`;
}

/** A size without an interval, to three significant digits: "0.840 points". */
export function magnitude(value: number, quantity: Quantity): string {
  const shown = quantity === 'rate' ? value * 100 : value;
  const decimals = shown === 0 ? 0 : Math.max(0, decimalsFor(Math.abs(shown)) + 1);
  return withUnit(fixed(shown, decimals), quantity === 'rate' ? 'points' : '');
}

/** A known number without an interval, signed, to three significant digits: "+0.840 points", "+12.3 %". */
export function signedMagnitude(value: number, factor: 1 | 100, unit: string): string {
  const shown = value * factor;
  const decimals = shown === 0 ? 0 : Math.max(0, decimalsFor(Math.abs(shown)) + 1);
  return withUnit(signedFixed(shown, decimals), unit);
}

/** "1,234,567". */
export function count(number: number): string {
  return fixed(Math.round(number), 0);
}

/** "1 unit", "2 units". */
export function counted(number: number, singular: string): string {
  return `${count(number)}${kNoBreakSpace}${singular}${number === 1 ? '' : 's'}`;
}

/** "< .0001", ".0123", ".234", "> .999". */
export function pValue(p: number): string {
  if (!Number.isFinite(p)) return 'unknown';
  if (p < 0.0001) return `<${kNoBreakSpace}.0001`;
  if (p > 0.999) return `>${kNoBreakSpace}.999`;
  return p.toFixed(p < 0.0995 ? 4 : 3).slice(1);
}

/** "p = .0123", "p < .0001". */
export function pEquals(p: number): string {
  const digits = pValue(p);
  return digits.startsWith('.') ? `p${kNoBreakSpace}=${kNoBreakSpace}${digits}` : `p${kNoBreakSpace}${digits}`;
}

/** A probability that has no interval of its own: "98.7 %". Never 0 % or 100 %, which rounding alone would make. */
export function chance(probability: number): string {
  if (!Number.isFinite(probability)) return 'unknown';
  if (probability < 0.001) return withUnit(`<${kNoBreakSpace}0.1`, '%');
  if (probability > 0.999) return withUnit(`>${kNoBreakSpace}99.9`, '%');
  return withUnit(fixed(probability * 100, 1), '%');
}

/** A share of a whole, counted and so exact: "33.29 %". */
export function percent(part: number, decimals: number): string {
  return withUnit(fixed(part * 100, decimals), '%');
}

/** alpha = 0.05 gives "95 %". */
export function confidence(alpha: number): string {
  return withUnit(String(Number((100 * (1 - alpha)).toPrecision(6))), '%');
}
