// The common scale of a chart: where a value stands between two ends, and round numbers to label. The rules are those of the HTML
// report (src/report/src/scale.cpp). Pure functions.
import { fixed, type Span } from '../text/numbers';

// An interval's end runs out of the picture where it reaches this many times as far as three quarters of the intervals do; what is
// drawn of it then is kReachDrawn times as far: it would press all others into one dot.
const kReachTooFar = 3;
const kReachDrawn = 2;
const kMargin = 0.04;

export interface Scale {
  lower: number;
  upper: number;
  ticks: number[];
  decimals: number;
}

function reachOf(distances: number[]): number {
  const sorted = [...distances].sort((a, b) => a - b);
  const farthest = sorted.at(-1) ?? 0;
  const usual = sorted[Math.floor(((sorted.length - 1) * 3) / 4)] ?? 0;
  return farthest <= usual * kReachTooFar ? farthest : usual * kReachDrawn;
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = rough / power;
  return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

/** The ends, before a margin: every value, and nearly every interval. `fromZero`: zero is always shown (differences). */
function endsOf(spans: Span[], fromZero: boolean): [number, number] {
  const known = spans.filter((span) => Number.isFinite(span.value));
  const below = known.map((span) => span.value - span.lower).filter((d) => Number.isFinite(d) && d >= 0);
  const above = known.map((span) => span.upper - span.value).filter((d) => Number.isFinite(d) && d >= 0);
  const [reachBelow, reachAbove] = [reachOf(below), reachOf(above)];
  const start = fromZero ? [0] : [];
  const lower = Math.min(...start, ...known.map((span) => Math.max(span.lower, span.value - reachBelow)));
  const upper = Math.max(...start, ...known.map((span) => Math.min(span.upper, span.value + reachAbove)));
  if (upper > lower) return [lower, upper];
  const middle = Number.isFinite(upper) ? upper : 0;
  const half = Math.max(Math.abs(middle), 1) * 0.5;
  return [middle - half, middle + half];
}

export function scaleOf(spans: Span[], { fromZero = true, tickCount = 5 } = {}): Scale {
  const [low, high] = endsOf(spans, fromZero);
  const margin = (high - low) * kMargin;
  const [lower, upper] = [low - margin, high + margin];
  const step = roundStep((upper - lower) / (tickCount + 0.5));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: number[] = [];
  for (let k = Math.ceil(lower / step); k * step <= upper && ticks.length < 50; ++k) ticks.push(k === 0 ? 0 : k * step);
  return { lower, upper, ticks, decimals };
}

/** In [0, 100]; values beyond an end stand on it. */
export function position(scale: Scale, value: number): number {
  const share = (value - scale.lower) / (scale.upper - scale.lower);
  return 100 * Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share));
}

export function tickText(scale: Scale, tick: number): string {
  return fixed(tick, scale.decimals);
}
