// For whom does it work? The effect in every segment of a dimension: raw, and pooled, which is what to read of small segments.
import { type ReactNode, useState } from 'react';
import type { Analysis, Metric, Segment, SegmentTable } from '../api/types';
import { type IntervalRow, IntervalTable } from '../charts/interval_table';
import { FigureText, FoldedTable, Reason, VerdictMark } from '../charts/marks';
import { ReasonNotes } from '../charts/reason_notes';
import { scaleOf } from '../charts/scale';
import { chance, change, count, figureText, magnitude, pValue, type Quantity, signedMagnitude, type Span } from '../text/numbers';
import { bestSegmentSentence, differenceUnit, heterogeneitySentence, intervalName, isEstimable, nameOr, quantityOf, segmentVerdict, spanOf, spreadSentence } from '../text/words';
import { coverage, coverageSentence, type TruthOf } from '../truth';
import { Choice } from './choice';
import { Findings } from './findings';

const kSmallestDot = 3.5;
const kLargestDot = 7;

function times(span: Span, factor: number): Span {
  return { value: span.value * factor, lower: span.lower * factor, upper: span.upper * factor };
}

function unitsOf(segment: Segment): number {
  return segment.control_units + segment.treatment_units;
}

interface Forest {
  analysis: Analysis;
  table: SegmentTable;
  metric: Metric;
  quantity: Quantity;
  factor: number;
  variant: number;
  largest: number;
  reasons: ReasonNotes;
}

/** Why the segments of a table lack the numbers that they lack. */
function reasonsOf(table: SegmentTable): string[] {
  return table.segments.flatMap(({ raw, pooled, detectable_difference: sees }) => [raw, pooled, sees].flatMap((one) => ('not_estimable' in one ? [one.not_estimable] : [])));
}

function drawnOf(forest: Forest, segment: Segment): IntervalRow['drawn'] {
  const { factor } = forest;
  const radius = kSmallestDot + (kLargestDot - kSmallestDot) * Math.sqrt(unitsOf(segment) / forest.largest);
  const raw = isEstimable(segment.raw) ? [{ span: times(spanOf(segment.raw), factor), mark: 'hollow' as const, radius }] : [];
  const pooled = isEstimable(segment.pooled) ? [{ span: times(spanOf(segment.pooled), factor), radius }] : [];
  return [...raw, ...pooled];
}

/** Without the unit, which stands in the caption. */
function bare(span: Span, quantity: Quantity): ReactNode {
  return <FigureText figure={{ ...change(span, quantity), unit: '' }} />;
}

function rowOf(forest: Forest, segment: Segment, truth: number | undefined): IntervalRow {
  const { metric, quantity, variant } = forest;
  const verdict = segmentVerdict(metric, segment);
  const raw = isEstimable(segment.raw) ? `raw ${figureText(change(spanOf(segment.raw), quantity))}` : `raw: ${segment.raw.not_estimable}`;
  const pooled = isEstimable(segment.pooled) ? `pooled ${figureText(change(spanOf(segment.pooled), quantity))}` : `pooled: ${segment.pooled.not_estimable}`;
  const known = truth === undefined ? '' : `; the truth: ${signedMagnitude(truth, forest.factor === 100 ? 100 : 1, quantity === 'rate' ? 'points' : '')}`;
  const { detectable_difference: sees } = segment;
  return {
    id: segment.segment,
    className: segment.too_small ? 'too-small' : '',
    variant,
    heading: (
      <>
        <bdi>{nameOr(segment.segment)}</bdi>
        {(verdict === 'better' || verdict === 'worse') && <VerdictMark verdict={verdict} />}
        {segment.too_small && <span className="verdict small">too small</span>}
      </>
    ),
    drawn: drawnOf(forest, segment),
    label: `${nameOr(segment.segment)}: ${raw}, ${pooled}${known}`,
    truth: truth === undefined ? undefined : truth * forest.factor,
    cells: [
      { heading: 'Units', className: 'number', content: count(unitsOf(segment)) },
      { heading: 'Raw', className: 'number quiet', content: isEstimable(segment.raw) ? bare(spanOf(segment.raw), quantity) : forest.reasons.cell(segment.raw.not_estimable) },
      { heading: 'Pooled', className: 'number', content: isEstimable(segment.pooled) ? bare(spanOf(segment.pooled), quantity) : forest.reasons.cell(segment.pooled.not_estimable) },
      { heading: 'Sees', className: 'number muted', content: isEstimable(sees) ? `≥\u00a0${magnitude(sees.value, quantity).replace(/\s.*$/, '')}` : forest.reasons.cell(sees.not_estimable) },
    ],
  };
}

function overallRow(forest: Forest): IntervalRow[] {
  const { table, factor, quantity } = forest;
  if (!isEstimable(table.pooling)) return [];
  const span = spanOf(table.pooling.overall);
  return [
    {
      id: 'mean over segments',
      className: 'summary',
      heading: 'Mean over segments',
      drawn: [{ span: times(span, factor) }],
      label: `Mean over segments: ${figureText(change(span, quantity))}`,
      cells: [
        { heading: '', content: '' },
        { heading: '', content: '' },
        { heading: 'Pooled', className: 'number', content: bare(span, quantity) },
        { heading: '', content: '' },
      ],
    },
  ];
}

function Numbers({ forest }: { forest: Forest }): ReactNode {
  const { table, quantity } = forest;
  const rows = table.segments.map((segment) => [
    <bdi key="name">{nameOr(segment.segment)}</bdi>,
    count(segment.control_units),
    count(segment.treatment_units),
    isEstimable(segment.raw) ? figureText(change(spanOf(segment.raw), quantity)) : <Reason key="raw" why={segment.raw.not_estimable} />,
    isEstimable(segment.raw) ? pValue(segment.adjusted_p_value) : '',
    isEstimable(segment.pooled) ? figureText(change(spanOf(segment.pooled), quantity)) : <Reason key="pooled" why={segment.pooled.not_estimable} />,
    isEstimable(segment.pooled) ? chance(segment.pooled.chance_above_zero) : '',
  ]);
  const headings = ['Segment', 'Control units', 'Treatment units', 'Raw', 'Corrected p', 'Pooled', 'Chance above zero'];
  return <FoldedTable caption={`Segments of ${nameOr(table.dimension)}`} headings={headings} rows={rows} />;
}

function ForestPlot({ analysis, table, metric, truth }: { analysis: Analysis; table: SegmentTable; metric: Metric; truth: TruthOf | undefined }): ReactNode {
  const quantity = quantityOf(metric);
  const variant = analysis.variants.findIndex(({ name }) => name === table.variant);
  const forest: Forest = { analysis, table, metric, quantity, factor: quantity === 'rate' ? 100 : 1, variant, largest: Math.max(1, ...table.segments.map(unitsOf)), reasons: new ReasonNotes(reasonsOf(table)) };
  const segments = [...table.segments].sort((a, b) => unitsOf(b) - unitsOf(a));
  const rows = segments.map((segment) => rowOf(forest, segment, truth?.(metric.name, table.variant, table.dimension, segment.segment)?.difference));
  const scale = scaleOf(rows.flatMap(({ drawn }) => drawn.map(({ span }) => span)));
  const pooling = isEstimable(table.pooling) ? times(spanOf(table.pooling.overall), forest.factor) : undefined;
  const which = (mark: 'hollow' | 'solid') => coverage(rows.map(({ drawn, truth: known }) => ({ span: drawn.find((one) => (one.mark ?? 'solid') === mark)?.span, truth: known })));
  return (
    <>
      <p>
        {spreadSentence(table, quantity)} {heterogeneitySentence(table)} {bestSegmentSentence(table)}
      </p>
      {truth && (
        <p className="truth-note">
          Raw: {coverageSentence(which('hollow'))} Pooled: {coverageSentence(which('solid'))}
        </p>
      )}
      <Findings findings={table.findings} />
      <IntervalTable
        caption={`Difference in ${differenceUnit(quantity)}: raw (ring, ${intervalName(analysis)}) above pooled (dot); the band is the mean over segments${truth ? '; upright mark: the truth' : ''}`}
        scale={scale}
        firstHeading="Segment"
        headings={[{ text: 'Units', className: 'number' }, { text: 'Raw', className: 'number' }, { text: 'Pooled', className: 'number' }, { text: 'Sees', className: 'number' }]}
        groups={[{ id: 'segments', rows: [...rows, ...overallRow(forest)] }]}
        overall={pooling}
      />
      {forest.reasons.list()}
      <Numbers forest={forest} />
    </>
  );
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}

export function Segments({ analysis, truth }: { analysis: Analysis; truth: TruthOf | undefined }): ReactNode {
  const [wanted, setWanted] = useState<{ dimension?: string; metric?: string; variant?: string }>({});
  const tables = analysis.segment_tables;
  const pick = (values: string[], want: string | undefined): string => (want !== undefined && values.includes(want) ? want : (values[0] ?? ''));
  const dimensions = unique(tables.map(({ dimension }) => dimension));
  const metrics = unique(tables.map(({ metric }) => metric));
  const variants = unique(tables.map(({ variant }) => variant));
  const chosen = { dimension: pick(dimensions, wanted.dimension), metric: pick(metrics, wanted.metric), variant: pick(variants, wanted.variant) };
  const table = tables.find((one) => one.dimension === chosen.dimension && one.metric === chosen.metric && one.variant === chosen.variant);
  const metric = analysis.metrics.find(({ name }) => name === chosen.metric);
  const options = (values: string[]) => values.map((value) => ({ id: value, text: nameOr(value) }));
  return (
    <section aria-labelledby="segments">
      <h2 id="segments">For whom does it work?</h2>
      {tables.length === 0 && <p className="muted">No dimension was declared, so there are no segments. Name some under <code>dimensions</code> before the start of the next experiment.</p>}
      {tables.length > 0 && (
        <div className="choices">
          <Choice label="Segments by" options={options(dimensions)} chosen={chosen.dimension} onChoose={(dimension) => setWanted({ ...chosen, dimension })} />
          <Choice label="Metric" options={options(metrics)} chosen={chosen.metric} onChoose={(name) => setWanted({ ...chosen, metric: name })} />
          {variants.length > 1 && <Choice label="Variant" options={options(variants)} chosen={chosen.variant} onChoose={(variant) => setWanted({ ...chosen, variant })} />}
        </div>
      )}
      {table && metric && <ForestPlot analysis={analysis} table={table} metric={metric} truth={truth} />}
    </section>
  );
}
