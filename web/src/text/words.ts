// The words around the numbers, those of the HTML report (src/report/src/wording.cpp) cut down to a line. Pure functions.
import type { Analysis, EstimateValue, Family, Metric, NotEstimable, SampleRatio, SegmentTable, Verdict } from '../api/types';
import { chance, confidence, counted, intervalText, pEquals, type Quantity, share, type Span, valueText } from './numbers';

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

export const verdictWords: Record<Verdict, string> = {
  helps: 'helps',
  harms: 'harms',
  unclear: "can't tell",
  withheld: 'no verdict',
  unknown: 'not comparable',
};

/** Sentences of the server have hyphens before negative numbers. */
export function withMinus(sentence: string): string {
  return sentence.replaceAll(/(^|[\s([])-(?=\d)/g, '$1\u2212');
}

/** What a verdict of a segment rests on, in a line. */
export const segmentVerdictRule = 'A segment has a verdict where the corrected test found an effect in it and the whole pooled interval lies on that side of zero; the number beside it is the pooled one.';

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

export function spreadSentence(table: SegmentTable): string {
  if (!isEstimable(table.pooling)) return `Segments were not pooled: ${table.pooling.not_estimable}.`;
  const span = spanOf(table.pooling.real_share);
  const real = share(span);
  const shareText = `${valueText(real)} ${intervalText(real)}`;
  return span.upper - span.lower > kUnknownShareWidth
    ? `How much of the variation between raw effects is real cannot be told: ${shareText}.`
    : `Of the variation between raw effects, ${shareText} is real, the rest is chance.`;
}

export function differsSentence(table: SegmentTable, alpha: number): string {
  const { dimension, heterogeneity } = table;
  const levels = `the levels of ${nameOr(dimension)}`;
  if (!isEstimable(heterogeneity)) return `Whether the effect differs between ${levels} cannot be tested: ${heterogeneity.not_estimable}.`;
  const p = `(corrected ${pEquals(heterogeneity.adjusted_p_value)})`;
  return heterogeneity.adjusted_p_value <= alpha ? `The effect differs between ${levels} ${p}.` : `No difference between ${levels} was found ${p}.`;
}

const kLikelyBest = 0.8;

/** Which segment has the best effect, where one is likely to; else nothing. */
export function bestSegmentSentence(table: SegmentTable): string {
  const ranked = table.segments.filter((segment) => segment.best_probability !== null);
  const best = ranked.sort((a, b) => (b.best_probability ?? 0) - (a.best_probability ?? 0))[0];
  if (!best || (best.best_probability ?? 0) < kLikelyBest) return '';
  return `The best effect is most likely in ${nameOr(best.segment)} (chance ${chance(best.best_probability ?? 0)}).`;
}
