// The relative change of every metric by every treatment, all on one scale.
import type { ReactNode } from 'react';
import type { Analysis, Comparison, Metric } from '../api/types';
import { type IntervalRow, IntervalTable, type RowGroup } from '../charts/interval_table';
import { FigureText, FoldedTable, Reason, TruthText, VariantLabel, VerdictMark } from '../charts/marks';
import { type Scale, scaleOf } from '../charts/scale';
import { chance, change, figureText, level, lift, magnitude, pEquals, pValue, scaled, signedMagnitude, type Span } from '../text/numbers';
import { aboutMetric, familySentence, intervalName, isEstimable, nameOr, quantityOf, spanOf, verdictWords } from '../text/words';
import { coverage, coverageSentence, type TruthOf } from '../truth';
import { Explain } from './explain';
import { Findings } from './findings';

/** As drawn. */
function inPercent(span: Span): Span {
  return scaled(span, 100);
}

/** `truth` is the true lift, a share of one. */
function rowOf(analysis: Analysis, metric: Metric, comparison: Comparison, truth: number | undefined, isTruthShown: boolean): IntervalRow {
    const variant = analysis.variants.findIndex(({ name }) => name === comparison.variant);
  const { difference, lift: relative, verdict } = comparison;
  const name = `${nameOr(metric.name)}, ${nameOr(comparison.variant)}`;
  const known = truth === undefined ? '' : `; the truth: ${signedMagnitude(truth, 100, '%')}`;
  const p = isEstimable(difference) && <span className="p">corrected {pEquals(comparison.adjusted_p_value)}</span>;
  return {
    id: comparison.variant,
    heading: <VariantLabel name={comparison.variant} variant={variant} />,
    variant,
    drawn: isEstimable(relative) ? [{ span: inPercent(spanOf(relative)) }] : [],
    label: isEstimable(relative) ? `${name}: lift ${figureText(lift(spanOf(relative)))}, ${intervalName(analysis)}, ${verdictWords[verdict]}${known}` : '',
    truth: truth === undefined ? undefined : truth * 100,
    cells: [
      { heading: 'Lift', className: 'number', content: isEstimable(relative) ? <FigureText figure={lift(spanOf(relative))} /> : <Reason why={relative.not_estimable} /> },
      { heading: 'Difference', className: 'number quiet', content: isEstimable(difference) ? <FigureText figure={change(spanOf(difference), quantityOf(metric))} /> : <Reason why={difference.not_estimable} /> },
      ...(isTruthShown ? [{ heading: 'Truth', className: 'number', content: <TruthText value={truth} factor={100} unit="%" /> }] : []),
      { heading: '', className: 'verdicts', content: <><VerdictMark verdict={verdict} />{p}</> },
    ],
  };
}

function scaleOfLifts(analysis: Analysis): Scale {
  const lifts = analysis.metrics.flatMap(({ comparisons }) => comparisons.flatMap((comparison) => (isEstimable(comparison.lift) ? [inPercent(spanOf(comparison.lift))] : [])));
  return scaleOf(lifts);
}

/** Where it starts from: the control's level. */
function baseline(metric: Metric): string {
  const control = metric.arms[0];
  if (!control) return '';
  const name = nameOr(control.variant);
  return isEstimable(control.mean) ? `${name}: ${figureText(level(spanOf(control.mean), quantityOf(metric)))}` : `${name}: ${control.mean.not_estimable}`;
}

function groupOf(analysis: Analysis, metric: Metric, truth: TruthOf | undefined): RowGroup {
  return {
    id: metric.name,
    heading: (
      <>
        <bdi>{nameOr(metric.name)}</bdi> <span className="muted">{aboutMetric(metric)}</span>
        <span className="muted">{baseline(metric)}</span>
      </>
    ),
    rows: metric.comparisons.map((comparison) => rowOf(analysis, metric, comparison, truth?.(metric.name, comparison.variant)?.lift, truth !== undefined)),
  };
}

function Numbers({ metric, analysis }: { metric: Metric; analysis: Analysis }): ReactNode {
  const quantity = quantityOf(metric);
  const kind = quantity === 'rate' ? 'Rate' : 'Mean';
  const rows = metric.arms.map((arm, i) => {
    const comparison = metric.comparisons.find(({ variant }) => variant === arm.variant);
    const { difference, lift: relative, bayes, detectable_difference: detectable } = comparison ?? {};
    const tested = difference && isEstimable(difference);
    const why = difference && !isEstimable(difference) ? <Reason why={difference.not_estimable} /> : 'control';
    return [
      <VariantLabel key="name" name={arm.variant} variant={i} />,
      `${arm.units.toLocaleString('en')}${arm.missing > 0 ? ` (${arm.missing.toLocaleString('en')} without a value)` : ''}`,
      isEstimable(arm.mean) ? figureText(level(spanOf(arm.mean), quantity)) : <Reason key="mean" why={arm.mean.not_estimable} />,
      tested ? figureText(change(spanOf(difference), quantity)) : why,
      relative ? isEstimable(relative) ? figureText(lift(spanOf(relative))) : <Reason key="lift" why={relative.not_estimable} /> : '',
      tested ? pValue(difference.p_value) : '',
      tested && comparison ? pValue(comparison.adjusted_p_value) : '',
      bayes ? isEstimable(bayes) ? chance(bayes.chance_to_win) : <Reason key="bayes" why={bayes.not_estimable} /> : '',
      detectable ? isEstimable(detectable) ? magnitude(detectable.value, quantity) : <Reason key="detectable" why={detectable.not_estimable} /> : '',
    ];
  });
  const headings = ['Variant', 'Units', kind, 'Difference', 'Lift', 'p before correction', 'Corrected p', <>Chance to win <Explain term="chance" /></>, `Smallest visible difference (${Math.round(analysis.request.power * 100)} % power)`];
  return <FoldedTable title={`Show ${nameOr(metric.name)} as table`} caption={`All numbers of ${nameOr(metric.name)}`} headings={headings} rows={rows} />;
}

export function Effects({ analysis, truth }: { analysis: Analysis; truth: TruthOf | undefined }): ReactNode {
  if (analysis.metrics.length === 0) return null;
  const scale = scaleOfLifts(analysis);
  const groups = analysis.metrics.map((metric) => groupOf(analysis, metric, truth));
  const control = nameOr(analysis.variants[0]?.name ?? '');
  const covered = coverage(groups.flatMap(({ rows }) => rows.map((row) => ({ span: row.drawn[0]?.span, truth: row.truth }))));
  return (
    <section aria-labelledby="effects">
      <h2 id="effects">What changed?</h2>
      <p className="muted">
        {familySentence(analysis.family, analysis.request.alpha)} <Explain term="corrected" />
      </p>
      {truth && <p className="truth-note">{coverageSentence(covered)}</p>}
      <IntervalTable
        caption={`Relative change against ${control}, with its ${intervalName(analysis)}${truth ? '; flag: the truth' : ''}`}
        scale={scale}
        unit={'\u00a0%'}
        firstHeading="Metric"
        headings={[
          { text: 'Lift', className: 'number', help: <Explain term="lift" /> },
          { text: 'Difference', className: 'number', help: <Explain term="difference" /> },
          ...(truth ? [{ text: 'Truth', className: 'number', help: <Explain term="truth" /> }] : []),
          { text: 'Verdict', help: <Explain term="verdict" /> },
        ]}
        groups={groups}
      />
      {analysis.metrics.map((metric) => (
        <div key={metric.name}>
          <Findings findings={metric.findings} />
          <Numbers metric={metric} analysis={analysis} />
        </div>
      ))}
    </section>
  );
}
