// Walks through the points of a chart over time, with the pointer or with the arrow keys, and says in words what stands there.
import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react';

interface TimeCursorProps {
  /** Where the points stand across: shares in [0, 1] of what lies between the margins. */
  positions: number[];
  margins: { left: number; right: number };
  /** A point in words. */
  say: (index: number) => string;
  name: string;
  children: (index: number | undefined) => ReactNode;
}

function nearest(positions: number[], at: number): number {
  let best = 0;
  positions.forEach((place, i) => {
    if (Math.abs(place - at) < Math.abs((positions[best] ?? 0) - at)) best = i;
  });
  return best;
}

function target(key: string, index: number, last: number): number | undefined {
  const targets: Record<string, number> = {
    ArrowRight: index + 1,
    ArrowUp: index + 1,
    ArrowLeft: index - 1,
    ArrowDown: index - 1,
    PageUp: index + 10,
    PageDown: index - 10,
    Home: 0,
    End: last,
  };
  const wanted = targets[key];
  return wanted === undefined ? undefined : Math.min(last, Math.max(0, wanted));
}

export function TimeCursor({ positions, margins, say, name, children }: TimeCursorProps): ReactNode {
  const [index, setIndex] = useState<number | undefined>(undefined);
  const last = positions.length - 1;
  const current = Math.min(index ?? last, last);
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const inner = Math.max(1, box.width - margins.left - margins.right);
    setIndex(nearest(positions, (event.clientX - box.left - margins.left) / inner));
  };
  const press = (event: KeyboardEvent): void => {
    const next = target(event.key, current, last);
    if (next === undefined) return;
    event.preventDefault();
    setIndex(next);
  };
  return (
    <div className="cursor">
      <div
        className="cursor-box"
        role="slider"
        tabIndex={0}
        aria-label={`${name}: walk through the points with the arrow keys`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={current}
        aria-valuetext={say(current)}
        onPointerMove={move}
        onPointerLeave={() => setIndex(undefined)}
        onKeyDown={press}
        onBlur={() => setIndex(undefined)}
      >
        {children(index === undefined ? undefined : current)}
      </div>
      <p className="readout">{say(current)}</p>
    </div>
  );
}
