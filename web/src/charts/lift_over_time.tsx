// How the estimate came about: after every step all data so far, with the band that is valid at every look. Two treatments share a
// picture, more get one each on the same scale, because bands on bands cannot be told apart.
import * as Plot from '@observablehq/plot';
import { type ReactNode, useCallback, useMemo } from 'react';
import type { Timeline, TimelineDifference } from '../api/types';
import { change, count, figureText, fixed, type Quantity, type Span } from '../text/numbers';
import { endMoment } from '../text/time';
import { differenceUnit, nameOr, quantityOf } from '../text/words';
import { colourClass, colourOf } from './colours';
import { labelPlaces } from './label_places';
import { FoldedTable } from './marks';
import { PlotFigure } from './plot_figure';
import { type Scale, scaleOf } from './scale';
import { timeTicks } from './time_axis';
import { TimeCursor } from './time_cursor';

/** All units until then, or only those that were new in each step. */
export type Which = 'so far' | 'new';

const kHeight = 260;
const kPanelHeight = 180;
const kMostTogether = 2;
/** Pixels between upright intervals of the same step. */
const kBeside = 7;
const whichWords: Record<Which, string> = {
  'so far': 'all data until then, with the band that holds at every look',
  new: 'only the units that were new in the step, each with an interval of its own',
};
const kMargins = { left: 52, right: 116 };
const kPanelMargins = { left: 52, right: 16 };

interface Dot {
  key: string;
  variant: number;
  /** Where it stands: at the end of its step, or in the middle where it is about the step alone. */
  at: Date;
  span: Span | undefined;
}

type Shown = Dot & { span: Span };
type End = Pick<Dot, 'key' | 'variant'> & { place: number };

interface Series {
  key: string;
  /** The place among the experiment's variants. */
  variant: number;
  dots: Dot[];
}

interface LiftOverTimeProps {
  timeline: Timeline;
  /** The experiment's variants, the control first: they decide the colours. */
  variants: string[];
  /** The true differences by variant, where they are known and to be shown. */
  truth?: Map<string, number> | undefined;
  which: Which;
}

function stepOf(point: Timeline['points'][number] | undefined, key: string, which: Which): TimelineDifference | undefined {
  const step = point?.variants.find((one) => one.key === key);
  return which === 'new' ? step?.daily : step;
}

function spanOfStep(step: TimelineDifference | undefined, factor: number): Span | undefined {
  const effect = step?.difference;
  if (!effect) return undefined;
  return { value: effect.estimate * factor, lower: (effect.lower ?? -Infinity) * factor, upper: (effect.upper ?? Infinity) * factor };
}

/** Of a step that is not over the part that is. */
function placesOf({ points, step_seconds: step }: Timeline, which: Which): Date[] {
  const ends = points.map(({ until }) => new Date(until).getTime());
  return ends.map((end, i) => new Date(which === 'new' ? (end + (ends[i - 1] ?? end - step * 1000)) / 2 : end));
}

/** The first step, too, and air after the last: nothing lies on the axis or under the names. */
function domainOf({ points, step_seconds: step }: Timeline): [Date, Date] {
  const [first, last] = [points[0], points.at(-1)].map((point) => new Date(point?.until ?? 0).getTime());
  return [new Date((first ?? 0) - step * 1000), new Date((last ?? 0) + step * 500)];
}

function seriesOf(timeline: Timeline, variants: string[], factor: number, which: Which): Series[] {
  const places = placesOf(timeline, which);
  return variants
    .map((key, variant) => ({
      key,
      variant,
      dots: timeline.points.map((point, i) => ({ key, variant, at: places[i] ?? new Date(point.until), span: spanOfStep(stepOf(point, key, which), factor) })),
    }))
    .filter((series) => series.key !== timeline.control);
}

/** What stands at a point, in words. */
function sayPoint(timeline: Timeline, series: Series[], quantity: Quantity, which: Which, index: number): string {
  const point = timeline.points[index];
  if (!point) return 'no point';
  const parts = series.map(({ key }) => {
    const step = stepOf(point, key, which);
    const span = spanOfStep(step, 1);
    return `${nameOr(key)} ${span ? figureText(change(span, quantity)) : (step?.reason ?? 'not yet to be told')}`;
  });
  return `Until ${endMoment(point.until)}: ${parts.join('; ')}`;
}

/** Points that no line leads to: those of single steps, and those whose neighbours are not known. */
function loneOf(dots: Dot[], which: Which): Shown[] {
  return dots.filter((dot, i): dot is Shown => dot.span !== undefined && (which === 'new' || (!dots[i - 1]?.span && !dots[i + 1]?.span)));
}

/** The same interval as in all charts, upright; those of several variants stand beside each other. */
function loneMarks(panel: Series[], which: Which, clamp: (value: number) => number): Plot.Markish[] {
  return panel.flatMap(({ dots, variant }, i) => {
    const lone = loneOf(dots, which);
    const dx = (i - (panel.length - 1) / 2) * kBeside;
    return [
      Plot.ruleX(lone, { x: 'at', y1: (dot: Shown) => clamp(dot.span.lower), y2: (dot: Shown) => clamp(dot.span.upper), stroke: colourOf(variant), strokeWidth: 1.5, dx }),
      Plot.dot(lone, { x: 'at', y: (dot: Shown) => clamp(dot.span.value), fill: colourOf(variant), stroke: 'var(--paper)', r: 3.5, dx }),
    ];
  });
}

interface Drawing {
  panel: Series[];
  scale: Scale;
  index: number | undefined;
  truth: Map<string, number> | undefined;
  height: number;
  which: Which;
  bounds: Date[];
}

function marks({ bounds, panel, scale, index, truth, height, which }: Drawing): Plot.Markish[] {
  const all = panel.flatMap(({ dots }) => dots.filter((dot): dot is Shown => dot.span !== undefined));
  const clamp = (value: number): number => Math.min(scale.upper, Math.max(scale.lower, value));
  const at = index === undefined ? undefined : panel[0]?.dots[index]?.at;
  const truths = panel.flatMap(({ key, variant }) => {
    const value = truth?.get(key);
    return value === undefined ? [] : [{ value, variant }];
  });
  const ends = labelPlaces(
    panel.flatMap(({ dots, key, variant }) => {
      const dot = dots.findLast((one) => one.span !== undefined);
      return dot?.span ? [{ key, variant, place: clamp(dot.span.value) }] : [];
    }),
    ((scale.upper - scale.lower) * 15) / height,
  );
  return [
    Plot.ruleX(bounds, { stroke: 'var(--tick)' }),
    Plot.ruleY([0], { stroke: 'var(--zero)' }),
    which === 'new' ? null : panel.map(({ dots, variant }) =>
      Plot.areaY(dots, {
        x: 'at',
        y1: (dot: Dot) => (dot.span ? clamp(dot.span.lower) : NaN),
        y2: (dot: Dot) => (dot.span ? clamp(dot.span.upper) : NaN),
        fill: colourOf(variant),
        fillOpacity: 0.14,
      }),
    ),
    truths.map(({ value, variant }) => Plot.ruleY([value], { stroke: colourOf(variant), strokeWidth: 1.5, strokeDasharray: '6 3' })),
    which === 'new' ? null : panel.map(({ dots, variant }) =>
      Plot.lineY(dots, { x: 'at', y: (dot: Dot) => (dot.span ? clamp(dot.span.value) : NaN), stroke: colourOf(variant), strokeWidth: 2 }),
    ),
    loneMarks(panel, which, clamp),
    at ? Plot.ruleX([at], { stroke: 'var(--zero)', strokeDasharray: '2 3' }) : null,
    Plot.dot(
      all.filter((dot) => which === 'so far' && at !== undefined && dot.at.getTime() === at.getTime()),
      { x: 'at', y: (dot: Shown) => clamp(dot.span.value), fill: (dot: Shown) => colourOf(dot.variant), stroke: 'var(--paper)', r: 4.5 },
    ),
    panel.length > 1
      ? Plot.text(ends, { frameAnchor: 'right', y: 'place', text: (end: End) => nameOr(end.key), fill: (end: End) => colourOf(end.variant), textAnchor: 'start', dx: 6, fontWeight: 600, fontSize: 12 })
      : null,
  ];
}

interface PanelProps {
  panel: Series[];
  domain: [Date, Date];
  scale: Scale;
  index: number | undefined;
  truth: Map<string, number> | undefined;
  label: string;
  height: number;
  which: Which;
}

/** Room for a tick's text. */
const kTickWidth = 72;

function Panel({ panel, domain, scale, index, truth, label, height, which }: PanelProps): ReactNode {
  const margins = panel.length > 1 ? kMargins : kPanelMargins;
  const draw = useCallback(
    (width: number): Plot.PlotOptions => {
      const { ticks, bounds, text } = timeTicks(...domain, Math.floor((width - margins.left - margins.right) / kTickWidth));
      return {
      marginLeft: margins.left,
      marginRight: margins.right,
      marginTop: 12,
      marginBottom: 26,
      x: { type: 'time', label: null, domain, ticks, tickFormat: text, tickSize: bounds.length > 0 ? 0 : 6, tickPadding: bounds.length > 0 ? 8 : 3 },
      y: { domain: [scale.lower, scale.upper], label: null, ticks: scale.ticks, tickFormat: (tick: number) => fixed(tick, scale.decimals), grid: true },
      color: { type: 'identity' },
      marks: marks({ panel, scale, index, truth, height, which, bounds }),
      };
    },
    [panel, domain, scale, index, truth, height, which, margins],
  );
  return <PlotFigure draw={draw} label={label} height={height} />;
}

function Table({ timeline, series, quantity, which }: { timeline: Timeline; series: Series[]; quantity: Quantity; which: Which }): ReactNode {
  const headings = ['Until', ...series.flatMap(({ key }) => [`${nameOr(key)}: difference`, `${nameOr(key)}: units`])];
  const rows = timeline.points.map((point) => [
    endMoment(point.until),
    ...series.flatMap(({ key }) => {
      const step = stepOf(point, key, which);
      const span = spanOfStep(step, 1);
      return [span ? figureText(change(span, quantity)) : (step?.reason ?? 'none'), count(step?.units ?? 0)];
    }),
  ]);
  return <FoldedTable caption="The difference over time" headings={headings} rows={rows} />;
}

export function LiftOverTime({ timeline, variants, truth, which }: LiftOverTimeProps): ReactNode {
  const quantity = quantityOf(timeline.metric);
  const factor = quantity === 'rate' ? 100 : 1;
  const { series, scale, panels, domain } = useMemo(() => {
    const found = seriesOf(timeline, variants, factor, which);
    const spans = found.flatMap(({ dots }) => dots.flatMap((dot) => (dot.span ? [dot.span] : [])));
    return { domain: domainOf(timeline), series: found, scale: scaleOf(spans, { tickCount: 5 }), panels: found.length <= kMostTogether ? [found] : found.map((one) => [one]) };
  }, [timeline, variants, factor, which]);
  const shownTruth = useMemo(() => truth && new Map([...truth].map(([key, value]) => [key, value * factor])), [truth, factor]);
  const [from, to] = domain.map((time) => time.getTime()) as [number, number];
  const positions = placesOf(timeline, which).map((time) => (time.getTime() - from) / Math.max(1, to - from));
  if (timeline.points.length === 0) return <p className="muted">No step of the experiment is over yet.</p>;
  const name = `Difference of ${timeline.metric.key} to ${nameOr(timeline.control)} over time`;
  return (
    <figure className="over-time">
      <figcaption>
        Difference to {nameOr(timeline.control)} in {differenceUnit(quantity)}, {whichWords[which]}{truth && '; dashed: the truth'}
      </figcaption>
      <div className={panels.length > 1 ? 'panels' : ''}>
        {panels.map((panel) => {
          const say = (index: number): string => sayPoint(timeline, panel, quantity, which, index);
          return (
          <div key={panel[0]?.key ?? ''}>
            {panels.length > 1 && <p className={`panel-name ${colourClass(panel[0]?.variant ?? 0)}`}>{nameOr(panel[0]?.key ?? '')}</p>}
            <TimeCursor positions={positions} margins={panel.length > 1 ? kMargins : kPanelMargins} say={say} name={name}>
              {(index) => <Panel panel={panel} domain={domain} scale={scale} index={index} truth={shownTruth} height={panels.length > 1 ? kPanelHeight : kHeight} which={which} label={`${name}. ${say(timeline.points.length - 1)}`} />}
            </TimeCursor>
          </div>
          );
        })}
      </div>
      <Table timeline={timeline} series={series} quantity={quantity} which={which} />
      {timeline.notes.map((note) => <p key={note} className="muted small-print">{note}</p>)}
    </figure>
  );
}
