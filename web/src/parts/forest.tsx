// One variant in every segment: raw above pooled, with the units that each rests on and what they could show.
import type { ReactNode } from 'react';
import type { Segment, SegmentTable } from '../api/types';
import { type IntervalRow, IntervalTable } from '../charts/interval_table';
import { BareFigure, FoldedTable, TruthText, VerdictMark } from '../charts/marks';
import { ReasonNotes } from '../charts/reason_notes';
import { scaleOf } from '../charts/scale';
import { change, count, factorOf, figureText, magnitude, scaled } from '../text/numbers';
import { bestSegmentSentence, differenceUnit, differsSentence, intervalName, isEstimable, nameOr, spanOf, spreadSentence } from '../text/words';
import { coverage, coverageSentence } from '../truth';
import { Explain } from './explain';
import { Findings } from './findings';
import { drawnInWords, drawnOf, drawnTruth, type SegmentView, truthInWords } from './segment_pictures';

const kSmallestDot = 3.5;
const kLargestDot = 7;

function unitsOf(segment: Segment): number {
  return segment.control_units + segment.treatment_units;
}

interface Forest {
  view: SegmentView;
  table: SegmentTable;
  variant: number;
  largest: number;
  reasons: ReasonNotes;
}

/** Why the segments of a table lack the numbers that they lack. */
function reasonsOf(table: SegmentTable): string[] {
  return table.segments.flatMap(({ raw, pooled, detectable_difference: visible }) => [raw, pooled, visible].flatMap((one) => ('not_estimable' in one ? [one.not_estimable] : [])));
}

function rowOf({ view, table, variant, largest, reasons }: Forest, segment: Segment): IntervalRow {
  const { quantity } = view;
  const { raw, pooled, verdict, detectable_difference: visible } = segment;
  const truth = view.truth?.(view.metric.name, table.variant, table.dimension, segment.segment)?.difference;
  const isFound = verdict === 'helps' || verdict === 'harms';
  return {
    id: segment.segment,
    className: segment.too_small && !isFound ? 'too-small' : '',
    variant,
    heading: (
      <>
        <bdi>{nameOr(segment.segment)}</bdi>
        <span className="row-verdicts">
          <VerdictMark verdict={verdict} />
          {segment.too_small && !isFound && <span className="verdict small">too small</span>}
        </span>
      </>
    ),
    drawn: drawnOf(segment, quantity, kSmallestDot + (kLargestDot - kSmallestDot) * Math.sqrt(unitsOf(segment) / largest)),
    label: drawnInWords(segment, quantity, truth),
    truth: drawnTruth(truth, quantity),
    cells: [
      { heading: 'Units', className: 'number', content: count(unitsOf(segment)) },
      { heading: 'Raw', className: 'number quiet', content: isEstimable(raw) ? <BareFigure span={spanOf(raw)} quantity={quantity} /> : reasons.cell(raw.not_estimable) },
      { heading: 'Pooled', className: 'number', content: isEstimable(pooled) ? <BareFigure span={spanOf(pooled)} quantity={quantity} /> : reasons.cell(pooled.not_estimable) },
      ...(view.truth ? [{ heading: 'Truth', className: 'number', content: <TruthText value={truth} factor={factorOf(quantity)} /> }] : []),
      { heading: 'Visible', className: 'number muted', content: isEstimable(visible) ? `≥\u00a0${magnitude(visible.value, quantity).replace(/\s.*$/, '')}` : reasons.cell(visible.not_estimable) },
    ],
  };
}

/** Everybody together: not what the segments were drawn towards, but what the experiment found. */
function everybody({ view, table, variant }: Forest): IntervalRow[] {
  const { quantity, metric } = view;
  const comparison = metric.comparisons.find((one) => one.variant === table.variant);
  if (!comparison || !isEstimable(comparison.difference)) return [];
  const span = spanOf(comparison.difference);
  const truth = view.truth?.(metric.name, table.variant)?.difference;
  const units = metric.arms.filter((arm, i) => i === 0 || arm.variant === table.variant).reduce((sum, arm) => sum + arm.units, 0);
  return [
    {
      id: '',
      className: 'summary',
      variant,
      heading: 'Everybody',
      drawn: [{ span: scaled(span, factorOf(quantity)) }],
      label: `Everybody: ${figureText(change(span, quantity))}${truthInWords(truth, quantity)}`,
      truth: drawnTruth(truth, quantity),
      cells: [
        { heading: 'Units', className: 'number', content: count(units) },
        { heading: 'All units', className: 'number', content: <BareFigure span={span} quantity={quantity} /> },
        { heading: '', content: '' },
        ...(view.truth ? [{ heading: 'Truth', className: 'number', content: <TruthText value={truth} factor={factorOf(quantity)} /> }] : []),
        { heading: '', content: '' },
      ],
    },
  ];
}

function MeanOverSegments({ forest }: { forest: Forest }): ReactNode {
  const { view, table } = forest;
  if (!isEstimable(table.pooling)) return null;
  const { overall, spread } = table.pooling;
  const rows = [
    ['Mean over segments', figureText(change(spanOf(overall), view.quantity))],
    ['Spread between segments', figureText({ ...change(spanOf(spread), view.quantity), value: magnitude(spread.value, view.quantity).replace(/\s.*$/, '') })],
  ];
  return <FoldedTable title="What the segments are drawn towards" caption={`Pooling of ${nameOr(table.dimension)}, ${nameOr(table.variant)}`} headings={['Pooling', 'Estimate']} rows={rows} />;
}

export function ForestPlot({ view, table }: { view: SegmentView; table: SegmentTable }): ReactNode {
  const { analysis, quantity, truth } = view;
  const variant = analysis.variants.findIndex(({ name }) => name === table.variant);
  const forest: Forest = { view, table, variant, largest: Math.max(1, ...table.segments.map(unitsOf)), reasons: new ReasonNotes(reasonsOf(table)) };
  const segments = table.segments.map((segment) => rowOf(forest, segment));
  const rows = [...everybody(forest), ...segments];
  const scale = scaleOf(rows.flatMap(({ drawn }) => drawn.map(({ span }) => span)));
  const which = (mark: 'hollow' | 'solid') => coverage(segments.map(({ drawn, truth: known }) => ({ span: drawn.find((one) => (one.mark ?? 'solid') === mark)?.span, truth: known })));
  const control = nameOr(analysis.variants[0]?.name ?? '');
  return (
    <div className="forest">
      <p>
        {differsSentence(table, analysis.request.alpha)} <Explain term="differs" /> {spreadSentence(table)} {bestSegmentSentence(table)}
      </p>
      {truth && (
        <p className="truth-note">
          Raw: {coverageSentence(which('hollow'))} Pooled: {coverageSentence(which('solid'))}
        </p>
      )}
      <Findings findings={table.findings} />
      <IntervalTable
        caption={`${nameOr(table.variant)}: difference in ${differenceUnit(quantity)}, raw (ring, ${intervalName(analysis)}) above pooled (dot)${truth ? '; flag: the truth' : ''}`}
        scale={scale}
        firstHeading="Segment"
        headings={[
          { text: `Units (${nameOr(table.variant)} + ${control})`, className: 'number' },
          { text: 'Raw', className: 'number', help: <Explain term="raw" /> },
          { text: 'Pooled', className: 'number', help: <Explain term="pooled" /> },
          ...(truth ? [{ text: 'Truth', className: 'number', help: <Explain term="truth" /> }] : []),
          { text: 'Smallest visible effect', className: 'number', help: <Explain term="visible" /> },
        ]}
        groups={[{ id: 'segments', rows }]}
      />
      {forest.reasons.list()}
      <MeanOverSegments forest={forest} />
    </div>
  );
}
