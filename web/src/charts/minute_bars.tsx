// Counts per minute of the last hour. The running minute is drawn pale: it is not over.
import * as Plot from '@observablehq/plot';
import { type ReactNode, useCallback } from 'react';
import type { Minute } from '../api/types';
import { count, counted } from '../text/numbers';
import { clockMinute } from '../text/time';
import { notCounted } from './not_counted';
import { PlotFigure } from './plot_figure';
import { TimeCursor } from './time_cursor';

const kMargins = { left: 52, right: 8 };
const kMinuteMs = 60_000;

export type Kind = 'events' | 'exposures' | 'decisions' | 'duplicates' | 'rejected';

interface MinuteBarsProps {
  minutes: Minute[];
  kind: Kind;
  name: string;
  colour: string;
  /** When counting began. */
  since: string;
  height?: number;
}

function beganAfter(minutes: Minute[], since: string): boolean {
  return new Date(since).getTime() > new Date(minutes[0]?.start ?? since).getTime();
}

export function MinuteBars({ minutes, kind, name, colour, since, height = 120 }: MinuteBarsProps): ReactNode {
  const isBefore = (minute: Minute): boolean => new Date(minute.start).getTime() + kMinuteMs <= new Date(since).getTime();
  const draw = useCallback(
    (index: number | undefined) =>
      (width: number): Plot.PlotOptions => ({
        marginLeft: kMargins.left,
        marginRight: kMargins.right,
        marginTop: 10,
        marginBottom: 24,
        x: { type: 'time', label: null, ticks: Math.max(2, Math.floor(width / 120)), tickFormat: (time: Date) => clockMinute(time.toISOString()) },
        y: { label: null, ticks: 3, tickFormat: (value: number) => (Number.isInteger(value) ? count(value) : ''), grid: true, domain: [0, Math.max(4, ...minutes.map((minute) => minute[kind]))] },
        color: { type: 'identity' },
        marks: [
          beganAfter(minutes, since) ? notCounted(new Date(since)) : null,
          Plot.rectY(minutes, {
            x1: (minute: Minute) => new Date(minute.start),
            x2: (minute: Minute) => new Date(new Date(minute.start).getTime() + kMinuteMs),
            y: kind,
            fill: colour,
            fillOpacity: (_: Minute, i: number) => (i === minutes.length - 1 ? 0.4 : i === index ? 1 : 0.8),
            insetLeft: 0.5,
            insetRight: 0.5,
          }),
          Plot.ruleY([0], { stroke: 'var(--zero)' }),
        ],
      }),
    [minutes, kind, colour, since],
  );
  const say = (index: number): string => {
    const minute = minutes[index];
    if (!minute) return 'no minute';
    if (isBefore(minute)) return `${clockMinute(minute.start)}: not counted, the server started at ${clockMinute(since)}`;
    const running = index === minutes.length - 1 ? ' so far' : '';
    return `${clockMinute(minute.start)}${running}: ${name.toLowerCase()} ${count(minute[kind])}`;
  };
  const total = minutes.reduce((sum, minute) => sum + minute[kind], 0);
  const positions = minutes.map((_, i) => (i + 0.5) / minutes.length);
  return (
    <TimeCursor positions={positions} margins={kMargins} say={say} name={`${name} per minute`}>
      {(index) => <Bars draw={draw} index={index} height={height} label={`${name} per minute: ${count(total)} in ${counted(minutes.length, 'minute')}`} />}
    </TimeCursor>
  );
}

/** Keeps the drawing's identity while the cursor stands still. */
function Bars({ draw, index, height, label }: { draw: (index: number | undefined) => (width: number) => Plot.PlotOptions; index: number | undefined; height: number; label: string }): ReactNode {
  const drawAt = useCallback((width: number) => draw(index)(width), [draw, index]);
  return <PlotFigure draw={drawAt} label={label} height={height} />;
}
