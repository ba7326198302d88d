// Which variant for whom: the levels of a dimension by the variants, everybody on top, a verdict in each.
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import type { Segment, Verdict } from '../api/types';
import { LevelMatrix, type MatrixCell, type MatrixRow } from '../charts/level_matrix';
import { BareFigure, FoldedTable, Reason, TruthText, VerdictMark } from '../charts/marks';
import { scaleOf } from '../charts/scale';
import { useChoice, useSwitch } from '../route';
import { chance, change, count, counted, factorOf, figureText, pValue, scaled, type Span } from '../text/numbers';
import { differenceUnit, intervalName, isEstimable, nameOr, spanOf, verdictWords } from '../text/words';
import { Explain } from './explain';
import { drawnInWords, drawnOf, drawnTruth, levelsOf, type SegmentView, truthInWords } from './segment_pictures';

/** More levels than these are folded to those with a verdict. */
const kMostLevels = 12;

function Said({ view, verdict, span, why, truth }: { view: SegmentView; verdict: Verdict; span: Span | undefined; why: string; truth: number | undefined }): ReactNode {
  return (
    <>
      <VerdictMark verdict={verdict} />
      <span className="said-number">{span ? <BareFigure span={span} quantity={view.quantity} /> : <Reason why={why} />}</span>
      {view.truth && (
        <span className="said-truth">
          truth <TruthText value={truth} factor={factorOf(view.quantity)} />
        </span>
      )}
    </>
  );
}

function overallCell(view: SegmentView, variant: string): MatrixCell | undefined {
  const comparison = view.metric.comparisons.find((one) => one.variant === variant);
  if (!comparison) return undefined;
  const { difference } = comparison;
  const span = isEstimable(difference) ? spanOf(difference) : undefined;
  const truth = view.truth?.(view.metric.name, variant)?.difference;
  return {
    drawn: span ? [{ span: scaled(span, factorOf(view.quantity)) }] : [],
    label: span ? `everybody: ${figureText(change(span, view.quantity))}, ${intervalName(view.analysis)}${truthInWords(truth, view.quantity)}` : '',
    truth: drawnTruth(truth, view.quantity),
    said: <Said view={view} verdict={comparison.verdict} span={span} why={isEstimable(difference) ? '' : difference.not_estimable} truth={truth} />,
  };
}

function segmentCell(view: SegmentView, variant: string, segment: Segment | undefined): MatrixCell | undefined {
  if (!segment) return undefined;
  const truth = view.truth?.(view.metric.name, variant, view.dimension, segment.segment)?.difference;
  const { estimate } = segment;
  return {
    drawn: drawnOf(segment, view.quantity),
    label: drawnInWords(segment, view.quantity, truth),
    truth: drawnTruth(truth, view.quantity),
    said: <Said view={view} verdict={segment.verdict} span={isEstimable(estimate) ? spanOf(estimate) : undefined} why={isEstimable(estimate) ? '' : estimate.not_estimable} truth={truth} />,
  };
}

/** The segment by table: every treatment is compared with the same control. */
function segmentsOf(view: SegmentView, level: string): (Segment | undefined)[] {
  return view.tables.map(({ segments }) => segments.find(({ segment }) => segment === level));
}

function unitsOf(segments: (Segment | undefined)[]): number {
  const control = Math.max(0, ...segments.map((segment) => segment?.control_units ?? 0));
  return segments.reduce((sum, segment) => sum + (segment?.treatment_units ?? 0), control);
}

function hasVerdict(segment: Segment | undefined): boolean {
  return segment?.verdict === 'helps' || segment?.verdict === 'harms';
}

function levelRow(view: SegmentView, level: string): MatrixRow {
  const segments = segmentsOf(view, level);
  return {
    id: level,
    heading: (
      <>
        <bdi>{nameOr(level)}</bdi>
        <span className="row-units">{counted(unitsOf(segments), 'unit')}</span>
      </>
    ),
    cells: segments.map((segment, i) => segmentCell(view, view.tables[i]?.variant ?? '', segment)),
  };
}

function everybodyRow(view: SegmentView): MatrixRow {
  return {
    id: '',
    className: 'everybody',
    heading: (
      <>
        Everybody
        <span className="row-units">{counted(view.analysis.source.units, 'unit')}</span>
      </>
    ),
    cells: view.tables.map(({ variant }) => overallCell(view, variant)),
  };
}

function Numbers({ view, levels }: { view: SegmentView; levels: string[] }): ReactNode {
  const { quantity } = view;
  const rows = levels.flatMap((level) =>
    segmentsOf(view, level).flatMap((segment, i) => {
      if (!segment) return [];
      const variant = view.tables[i]?.variant ?? '';
      return [[
        <bdi key="level">{nameOr(level)}</bdi>,
        <bdi key="variant">{nameOr(variant)}</bdi>,
        verdictWords[segment.verdict],
        count(segment.control_units),
        count(segment.treatment_units),
        isEstimable(segment.raw) ? figureText(change(spanOf(segment.raw), quantity)) : <Reason key="raw" why={segment.raw.not_estimable} />,
        isEstimable(segment.raw) ? pValue(segment.adjusted_p_value) : '',
        isEstimable(segment.pooled) ? figureText(change(spanOf(segment.pooled), quantity)) : <Reason key="pooled" why={segment.pooled.not_estimable} />,
        isEstimable(segment.pooled) ? chance(segment.pooled.chance_above_zero) : '',
        ...(view.truth ? [<TruthText key="truth" value={view.truth(view.metric.name, variant, view.dimension, level)?.difference} factor={factorOf(quantity)} />] : []),
      ]];
    }),
  );
  const headings = ['Segment', 'Variant', 'Verdict', 'Control units', 'Variant units', 'Raw', 'Corrected p', 'Pooled', 'Chance above zero', ...(view.truth ? ['Truth'] : [])];
  return <FoldedTable caption={`Segments of ${nameOr(view.dimension)}, all variants`} headings={headings} rows={rows} />;
}

/** The row that the address names is shown and gets the focus. */
function useNamedRow(): React.RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const [named] = useChoice('segment');
  useEffect(() => {
    if (named === undefined) return;
    const row = [...(box.current?.querySelectorAll<HTMLElement>('tr[data-row]') ?? [])].find((one) => one.dataset['row'] === named);
    row?.scrollIntoView({ block: 'center' });
    row?.focus({ preventScroll: true });
  }, [named]);
  return box;
}

export function SegmentMatrix({ view }: { view: SegmentView }): ReactNode {
  const [isAll, setAll] = useSwitch('all');
  const [named] = useChoice('segment');
  const box = useNamedRow();
  const levels = levelsOf(view);
  const shown = levels.length <= kMostLevels || isAll ? levels : levels.filter((level) => level === named || segmentsOf(view, level).some(hasVerdict));
  const rows = [everybodyRow(view), ...shown.map((level) => levelRow(view, level))].map((row) => (row.id !== '' && row.id === named ? { ...row, className: 'named' } : row));
  const scale = scaleOf(rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.drawn.map(({ span }) => span) ?? [])), { tickCount: 4 });
  return (
    <div ref={box}>
      <LevelMatrix
        caption={
          <>
            Difference to the control in {differenceUnit(view.quantity)}: raw (ring) <Explain term="raw" /> above pooled (dot) <Explain term="pooled" />
            {view.truth && (
              <>
                ; flag: the truth <Explain term="truth" />
              </>
            )}
          </>
        }
        scale={scale}
        firstHeading={<bdi>{nameOr(view.dimension)}</bdi>}
        columns={view.tables.map(({ variant }) => ({ name: variant, variant: view.analysis.variants.findIndex(({ name }) => name === variant) }))}
        rows={rows}
      />
      {levels.length > kMostLevels && (
        <p className="muted small-print">
          {isAll ? '' : shown.length === 0 ? `In none of the ${levels.length} segments is there a verdict. ` : `Shown are the ${counted(shown.length, 'segment')} of ${levels.length} with a verdict. `}
          <Button className="button quiet" onPress={() => setAll(!isAll)}>
            {isAll ? 'Show those with a verdict' : `Show all ${levels.length}`}
          </Button>
        </p>
      )}
      <Numbers view={view} levels={levels} />
    </div>
  );
}
