// A chart that Observable Plot draws, at the width that there is. Plot puts a style element and inline styles into what it makes;
// the page's policy allows neither, so they are taken out before the picture enters the document, and style/charts.css has the
// few rules that are needed.
import type * as Plot from '@observablehq/plot';
import { plot } from '@observablehq/plot';
import { type ReactNode, useEffect, useRef, useState } from 'react';

function withoutStyles(picture: Element): Element {
  for (const style of picture.querySelectorAll('style')) style.remove();
  return picture;
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}

interface PlotFigureProps {
  /** Must keep its identity while it draws the same. */
  draw: (width: number) => Plot.PlotOptions;
  /** What is seen, for who cannot see it. */
  label: string;
  height: number;
}

export function PlotFigure({ draw, label, height }: PlotFigureProps): ReactNode {
  const [box, width] = useWidth();
  useEffect(() => {
    if (!box.current || width === 0) return undefined;
    const picture = withoutStyles(plot({ ...draw(width), width, height, className: 'plotted' }));
    picture.setAttribute('aria-hidden', 'true');
    box.current.replaceChildren(picture);
    return () => picture.remove();
  }, [box, draw, height, width]);
  return <div className="plot-box" ref={box} role="img" aria-label={label} style={{ minHeight: height }} />;
}
