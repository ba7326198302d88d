// One picture of the grammar, a cell of a table: an interval is a line with a dot at the estimate, zero is a line, ticks are thin
// lines, a variant keeps its colour, the truth (where it is known) is an upright mark. Positions across are percentages: nothing is
// distorted at any width.
import type { ReactNode } from 'react';
import type { Span } from '../text/numbers';
import { colourClass } from './colours';
import { position, type Scale, tickText } from './scale';

const kLineHeight = 15;
const kCellMargin = 6;
// Lines across rows reach far beyond their picture; the table's cell cuts them, so that they join however tall a row becomes.
const kAbove = -300;
const kBelow = 900;

export interface Drawn {
  span: Span;
  mark?: 'solid' | 'hollow';
  radius?: number;
}

function across(scale: Scale, value: number): string {
  return `${position(scale, value).toFixed(2)}%`;
}

function Upright({ scale, value, className }: { scale: Scale; value: number; className: string }): ReactNode {
  const x = across(scale, value);
  return <line className={className} x1={x} x2={x} y1={kAbove} y2={kBelow} />;
}

function Background({ scale }: { scale: Scale }): ReactNode {
  return (
    <>
      {scale.ticks.map((tick) => tick !== 0 && <Upright key={tick} scale={scale} value={tick} className="tick" />)}
      {scale.lower <= 0 && scale.upper >= 0 && <Upright scale={scale} value={0} className="zero" />}
    </>
  );
}

/** A flag on a pole with a rim of paper, to be seen on the line of zero; intervals are drawn over the pole. */
function TruthMark({ scale, value, height }: { scale: Scale; value: number; height: number }): ReactNode {
  return (
    <svg x={across(scale, value)} overflow="visible" className="truth">
      <path d={`M0 1V${height - 1}`} className="rim" />
      <path d={`M0 1V${height - 1}`} className="pole" />
      <path d="M-1 1H8L5.5 4L8 7H-1Z" className="flag" />
    </svg>
  );
}

/** At an end of the scale: the interval goes on. */
function Arrow({ right, y }: { right: boolean; y: number }): ReactNode {
  return (
    <svg x={right ? '100%' : '0%'} y={y} overflow="visible">
      <path className="arrow" d={right ? 'M-7 -4L0 0L-7 4Z' : 'M7 -4L0 0L7 4Z'} />
    </svg>
  );
}

function IntervalMark({ scale, drawn, y }: { scale: Scale; drawn: Drawn; y: number }): ReactNode {
  const { span, mark = 'solid', radius = 5 } = drawn;
  const isHollow = mark === 'hollow';
  return (
    <g>
      <line
        className={isHollow ? 'interval thin' : 'interval'}
        x1={across(scale, span.lower)}
        x2={across(scale, span.upper)}
        y1={y}
        y2={y}
      />
      {span.lower < scale.lower && <Arrow right={false} y={y} />}
      {span.upper > scale.upper && <Arrow right y={y} />}
      <circle className={isHollow ? 'dot hollow' : 'dot'} cx={across(scale, span.value)} cy={y} r={radius} />
    </g>
  );
}

interface IntervalCellProps {
  scale: Scale;
  drawn: Drawn[];
  /** The variant's place: its colour. Without one the mark is of the ink's colour. */
  variant?: number;
  /** What is seen, for who cannot see it. */
  label: string;
  truth?: number | undefined;
}

/** One line per interval, from top to bottom; without intervals ticks and zero go on, so that columns stay aligned. */
export function IntervalCell({ scale, drawn, variant, label, truth }: IntervalCellProps): ReactNode {
  const height = 2 * kCellMargin + kLineHeight * Math.max(drawn.length, 1);
  const named = drawn.length > 0 ? ({ role: 'img', 'aria-label': label } as const) : ({ 'aria-hidden': true } as const);
  return (
    <svg className={`plot ${variant === undefined ? 'mean' : colourClass(variant)}`} height={height} {...named}>
      <Background scale={scale} />
      {truth !== undefined && <TruthMark scale={scale} value={truth} height={height} />}
      {drawn.map((one, i) => (
        <IntervalMark key={i} scale={scale} drawn={one} y={kCellMargin + kLineHeight / 2 + kLineHeight * i} />
      ))}
    </svg>
  );
}

/** The scale's labels, for the head of the column. */
export function AxisCell({ scale, unit = '' }: { scale: Scale; unit?: string }): ReactNode {
  return (
    <svg className="plot axis" aria-hidden height={20}>
      {scale.ticks.map((tick) => (
        <text key={tick} x={across(scale, tick)} y={14} textAnchor="middle">
          {tickText(scale, tick) + unit}
        </text>
      ))}
    </svg>
  );
}
