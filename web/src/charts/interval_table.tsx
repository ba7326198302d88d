// A chart of intervals as a table: every row has a name, a picture, and its numbers as text, so that a reader with a screen reader,
// a printer or a telephone has the same chart. All rows share one scale.
import type { ReactNode } from 'react';
import { AxisCell, type Drawn, IntervalCell } from './interval_cell';
import type { Scale } from './scale';

export interface Cell {
  /** The column's heading, said again beside the cell on a narrow screen; empty for one that speaks for itself. */
  heading: string;
  content: ReactNode;
  className?: string;
}

export interface IntervalRow {
  id: string;
  heading: ReactNode;
  drawn: Drawn[];
  variant?: number;
  label: string;
  truth?: number | undefined;
  cells: Cell[];
  className?: string;
}

/** Rows under a heading of their own, or all rows under none. */
export interface RowGroup {
  id: string;
  heading?: ReactNode;
  rows: IntervalRow[];
}

interface IntervalTableProps {
  caption: ReactNode;
  scale: Scale;
  unit?: string;
  firstHeading: string;
  /** `help` explains the heading. */
  headings: { text: string; className?: string; help?: ReactNode }[];
  groups: RowGroup[];
}

function GroupHeading({ group, scale, cells }: { group: RowGroup; scale: Scale; cells: number }): ReactNode {
  return (
    <tr className="group">
      <th scope="rowgroup">{group.heading}</th>
      <td className="picture">
        <IntervalCell scale={scale} drawn={[]} label="" />
      </td>
      {Array.from({ length: cells }, (_, i) => (
        <td key={i} />
      ))}
    </tr>
  );
}

export function IntervalTable({ caption, scale, unit = '', firstHeading, headings, groups }: IntervalTableProps): ReactNode {
  return (
    <table className="chart">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{firstHeading}</th>
          <th scope="col" className="picture">
            <span className="unseen">Picture</span>
            <AxisCell scale={scale} unit={unit} />
          </th>
          {headings.map((heading) => (
            <th key={heading.text} scope="col" className={heading.className} abbr={heading.text}>
              {heading.text} {heading.help}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group.id}>
          {group.heading !== undefined && <GroupHeading group={group} scale={scale} cells={headings.length} />}
          {group.rows.map((row) => (
            <tr key={row.id} className={row.className}>
              <th scope="row">{row.heading}</th>
              <td className="picture">
                <IntervalCell
                  scale={scale}
                  drawn={row.drawn}
                  {...(row.variant === undefined ? {} : { variant: row.variant })}
                  label={row.label}
                  truth={row.truth}
                />
              </td>
              {row.cells.map((cell, i) => (
                <td key={i} className={cell.className} data-label={cell.heading}>
                  {cell.content}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}
