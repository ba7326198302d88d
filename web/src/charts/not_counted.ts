// A hatched span of a chart over time, before anything was counted: neither zero nor an outage. A mark of Plot's own kind.
import type * as Plot from '@observablehq/plot';

const kSvg = 'http://www.w3.org/2000/svg';
const kLabelWidth = 90;
let patterns = 0;

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(kSvg, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** From the left edge until `until`. */
export function notCounted(until: Date): Plot.RenderFunction {
  return (_index, scales, _values, { marginLeft, marginTop, height, marginBottom }) => {
    const right = Number(scales.x?.(until));
    const width = Math.max(0, right - marginLeft);
    const id = `hatch-${++patterns}`;
    const pattern = element('pattern', { id, width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' });
    pattern.append(element('path', { d: 'M0 0V7', class: 'hatch' }));
    const area = element('rect', { x: marginLeft, y: marginTop, width, height: height - marginTop - marginBottom, fill: `url(#${id})` });
    const group = element('g', {});
    group.append(pattern, area);
    if (width >= kLabelWidth) {
      const middle = { x: marginLeft + width / 2, y: (marginTop + height - marginBottom) / 2 };
      const label = element('text', { ...middle, 'text-anchor': 'middle', 'dominant-baseline': 'middle', class: 'hatch-label' });
      label.textContent = 'not counted';
      group.append(label);
    }
    return group;
  };
}
