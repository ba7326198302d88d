// What the pictures of a segment's effect show, for the matrix of all variants and the details of one.
import type { Analysis, Metric, Segment, SegmentTable } from '../api/types';
import type { Drawn } from '../charts/interval_cell';
import { change, factorOf, figureText, type Quantity, scaled, signedMagnitude } from '../text/numbers';
import { isEstimable, nameOr, quantityOf, spanOf } from '../text/words';
import type { TruthOf } from '../truth';

/** A metric by the levels of a dimension, one table per treatment in the order of the variants. */
export interface SegmentView {
  analysis: Analysis;
  dimension: string;
  metric: Metric;
  quantity: Quantity;
  tables: SegmentTable[];
  truth: TruthOf | undefined;
}

export function viewOf(analysis: Analysis, dimension: string, metric: Metric, truth: TruthOf | undefined): SegmentView {
  const found = analysis.segment_tables.filter((table) => table.dimension === dimension && table.metric === metric.name);
  const place = (table: SegmentTable): number => analysis.variants.findIndex(({ name }) => name === table.variant);
  return { analysis, dimension, metric, quantity: quantityOf(metric), tables: found.sort((a, b) => place(a) - place(b)), truth };
}

/** The levels in the order of the analysis, which is the same for every variant and metric. */
export function levelsOf({ tables }: SegmentView): string[] {
  return [...new Set(tables.flatMap(({ segments }) => segments.map(({ segment }) => segment)))];
}

/** Raw is a ring above the dot of pooled. */
export function drawnOf(segment: Segment, quantity: Quantity, radius = 5): Drawn[] {
  const factor = factorOf(quantity);
  const raw: Drawn[] = isEstimable(segment.raw) ? [{ span: scaled(spanOf(segment.raw), factor), mark: 'hollow', radius }] : [];
  const pooled: Drawn[] = isEstimable(segment.pooled) ? [{ span: scaled(spanOf(segment.pooled), factor), radius }] : [];
  return [...raw, ...pooled];
}

/** The same picture in words. */
export function drawnInWords(segment: Segment, quantity: Quantity, truth: number | undefined): string {
  const raw = isEstimable(segment.raw) ? `raw ${figureText(change(spanOf(segment.raw), quantity))}` : `raw: ${segment.raw.not_estimable}`;
  const pooled = isEstimable(segment.pooled) ? `pooled ${figureText(change(spanOf(segment.pooled), quantity))}` : `pooled: ${segment.pooled.not_estimable}`;
  return `${nameOr(segment.segment)}: ${raw}, ${pooled}${truthInWords(truth, quantity)}`;
}

export function truthInWords(truth: number | undefined, quantity: Quantity): string {
  return truth === undefined ? '' : `; the truth: ${signedMagnitude(truth, factorOf(quantity), quantity === 'rate' ? 'points' : '')}`;
}

/** As drawn: in points for rates. */
export function drawnTruth(truth: number | undefined, quantity: Quantity): number | undefined {
  return truth === undefined ? undefined : truth * factorOf(quantity);
}
