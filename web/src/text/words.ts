// The words around the numbers, those of the HTML report (src/report/src/wording.cpp) cut down to a line. Pure functions.
import type { Analysis, Comparison, Difference, EstimateValue, Family, Metric, NotEstimable, SampleRatio, Segment, SegmentTable } from '../api/types';
import { chance, change, confidence, counted, figureText, intervalText, pEquals, type Quantity, share, type Span, valueText } from './numbers';

export function isEstimable<T extends object>(estimate: T | NotEstimable): estimate is T {
  return !('not_estimable' in estimate);
}

export function spanOf(estimate: EstimateValue): Span {
  return { value: estimate.value, lower: estimate.interval[0] ?? -Infinity, upper: estimate.interval[1] ?? Infinity };
}

export function quantityOf(metric: { kind: Metric['kind'] }): Quantity {
  return metric.kind === 'proportion' ? 'rate' : 'plain';
}

/** The difference's unit as a heading says it. */
export function differenceUnit(quantity: Quantity): string {
  return quantity === 'rate' ? 'percentage points' : "the metric's own unit";
}

/** A name without a visible character would be a hole in the page. */
export function nameOr(name: string): string {
  return /[^\s\p{C}\p{M}]/u.test(name) ? name : '(empty)';
}

export type Verdict = 'better' | 'worse' | 'unclear' | 'withheld' | 'unknown';

export const verdictWords: Record<Verdict, string> = {
  better: 'significantly better',
  worse: 'significantly worse',
  unclear: 'no significant difference',
  withheld: 'no verdict: the data do not allow one',
  unknown: 'cannot be compared',
};

function verdictBy(metric: Metric, difference: Difference, test: Comparison | Segment): Verdict {
  if (!isEstimable(difference)) return 'unknown';
  if (test.verdict_withheld) return 'withheld';
  if (!test.significant || difference.value === 0) return 'unclear';
  return difference.value > 0 === (metric.direction === 'higher_is_better') ? 'better' : 'worse';
}

export function verdictOf(metric: Metric, comparison: Comparison): Verdict {
  return verdictBy(metric, comparison.difference, comparison);
}

export function segmentVerdict(metric: Metric, segment: Segment): Verdict {
  return verdictBy(metric, segment.raw, segment);
}

/** "primary, rate, higher is better". */
export function aboutMetric(metric: Metric): string {
  const kind = metric.kind === 'proportion' ? 'rate' : 'mean';
  const direction = metric.direction === 'higher_is_better' ? 'higher is better' : 'lower is better';
  return [metric.role, kind, direction].filter((word) => word !== null).join(', ');
}

/** "always-valid 95 % interval". */
export function intervalName(analysis: Analysis): string {
  const name = `${confidence(analysis.request.alpha)} interval`;
  if (analysis.request.monitoring === 'sequential') return `always-valid ${name}`;
  return analysis.request.monitoring === 'group_sequential' ? `repeated ${name}` : name;
}

const correctionNames: Record<string, string> = {
  bonferroni: 'Bonferroni',
  sidak: 'Šidák',
  holm: 'Holm',
  holm_sidak: 'Holm-Šidák',
  hochberg: 'Hochberg',
  hochberg_sidak: 'Hochberg-Šidák',
  hommel: 'Hommel',
  benjamini_hochberg: 'Benjamini-Hochberg',
  benjamini_yekutieli: 'Benjamini-Yekutieli',
  hierarchical: 'false discovery rate by segment families',
};

/** What "significant" means here. */
export function familySentence(family: Family, alpha: number): string {
  if (family.tests === 0) return 'Nothing could be tested, so nothing can be significant.';
  const limit = Number(alpha.toPrecision(4));
  const tests = `${counted(family.tests, 'test')} (${family.description})`;
  if (family.correction === 'none') return `Significant means a p-value of at most ${limit}, not corrected for there being ${tests}.`;
  return `Significant means a corrected p-value of at most ${limit}: ${correctionNames[family.correction] ?? family.correction} over ${tests}.`;
}

/** Which check of the split decides, in words. */
export function splitSentence(split: SampleRatio): string {
  if (!isEstimable(split.overall)) return `Whether the planned split arrived cannot be tested: ${split.overall.not_estimable}.`;
  const p = pEquals(split.at_every_look?.p_value ?? split.overall.p_value);
  const holds = split.at_every_look ? ', valid at every look' : '';
  return split.mismatch
    ? `The planned split did not arrive (${p}${holds}): units were lost or gained by variant, and no effect can be trusted until this is understood.`
    : `Units split as planned (${p}${holds})`;
}

export function monitoringSentence(analysis: Analysis): string {
  if (analysis.request.monitoring === 'sequential') {
    return 'Look as often as you like: intervals and p-values hold at every look. Chances and pooled segment effects hold for one look.';
  }
  if (analysis.look) return `Planned looks: this is look ${analysis.look.look}; intervals and p-values hold at all planned looks together.`;
  return 'Intervals and p-values hold for one look, at a size fixed beforehand; stopping when the result pleases makes them wrong.';
}

/** Shares with a wider interval mostly repeat the prior. */
const kUnknownShareWidth = 0.7;

export function spreadSentence(table: SegmentTable, quantity: Quantity): string {
  if (!isEstimable(table.pooling)) return `Segments were not pooled: ${table.pooling.not_estimable}.`;
  const mean = `Mean effect over segments ${figureText(change(spanOf(table.pooling.overall), quantity))}.`;
  const span = spanOf(table.pooling.real_share);
  const real = share(span);
  const shareText = `${valueText(real)} ${intervalText(real)}`;
  return span.upper - span.lower > kUnknownShareWidth
    ? `${mean} How much of the variation between raw effects is real cannot be told: ${shareText}.`
    : `${mean} Of the variation between raw effects, ${shareText} is real, the rest is chance.`;
}

export function heterogeneitySentence(table: SegmentTable): string {
  return isEstimable(table.heterogeneity)
    ? `Same effect in every segment (Cochran's Q): corrected ${pEquals(table.heterogeneity.adjusted_p_value)}.`
    : `Whether the effect is the same in every segment cannot be tested: ${table.heterogeneity.not_estimable}.`;
}

const kLikelyBest = 0.8;

/** Which segment has the best effect, where one is likely to; else nothing. */
export function bestSegmentSentence(table: SegmentTable): string {
  const ranked = table.segments.filter((segment) => segment.best_probability !== null);
  const best = ranked.sort((a, b) => (b.best_probability ?? 0) - (a.best_probability ?? 0))[0];
  if (!best || (best.best_probability ?? 0) < kLikelyBest) return '';
  return `The best effect is most likely in ${nameOr(best.segment)} (chance ${chance(best.best_probability ?? 0)}).`;
}
