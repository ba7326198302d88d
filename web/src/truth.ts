// The truth of a demo: the simulator's true effects, to be drawn beside what was estimated. Pure functions.
import type { TrueEffect, Truth } from './api/types';
import { counted, type Span } from './text/numbers';

/** The true effect of a variant on a metric: over all, or of one level of a dimension. */
export type TruthOf = (metric: string, variant: string, dimension?: string, segment?: string) => TrueEffect | undefined;

/** Nothing where the truth says nothing of the experiment. */
export function truthOf(truth: Truth | undefined, experiment: string): TruthOf | undefined {
  const found = truth?.experiments.find(({ key }) => key === experiment);
  if (!found) return undefined;
  return (metric, variant, dimension, segment) =>
    found.metrics
      .find(({ key }) => key === metric)
      ?.effects.find((effect) => effect.variant === variant && (effect.dimension ?? undefined) === dimension && (effect.level ?? undefined) === segment);
}

export interface Coverage {
  intervals: number;
  covering: number;
}

/** How many of the intervals whose truth is known hold it. */
export function coverage(drawn: { span: Span | undefined; truth: number | undefined }[]): Coverage {
  const known = drawn.filter((one): one is { span: Span; truth: number } => one.span !== undefined && one.truth !== undefined);
  return { intervals: known.length, covering: known.filter(({ span, truth }) => span.lower <= truth && truth <= span.upper).length };
}

export function coverageSentence({ intervals, covering }: Coverage, what = 'interval'): string {
  if (intervals === 0) return 'The truth of these effects is not written down.';
  return `${covering} of ${counted(intervals, what)} ${covering === 1 ? 'holds' : 'hold'} the truth.`;
}
