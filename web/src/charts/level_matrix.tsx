// Rows by columns of small pictures on one scale, each with what it says in words and numbers: the levels of a dimension by the
// variants. Where there is no room for columns, a row's pictures stand below each other.
import type { ReactNode } from 'react';
import { AxisCell, type Drawn, IntervalCell } from './interval_cell';
import { VariantLabel } from './marks';
import type { Scale } from './scale';

export interface MatrixCell {
  drawn: Drawn[];
  /** What is seen, for who cannot see it. */
  label: string;
  truth?: number | undefined;
  /** Verdict and number. */
  said: ReactNode;
}

export interface MatrixRow {
  id: string;
  heading: ReactNode;
  className?: string;
  /** One per column; undefined where there is nothing to tell. */
  cells: (MatrixCell | undefined)[];
}

export interface MatrixColumn {
  name: string;
  /** Its place among the variants: the colour. */
  variant: number;
}

interface LevelMatrixProps {
  caption: ReactNode;
  scale: Scale;
  firstHeading: ReactNode;
  columns: MatrixColumn[];
  rows: MatrixRow[];
}

/** A picture beside its words, or above them in a narrow column; the head's axis is laid out alike, so that it fits its pictures. */
function Pair({ picture, said }: { picture: ReactNode; said: ReactNode }): ReactNode {
  return (
    <div className="pair">
      <div className="pair-picture">{picture}</div>
      <div className="pair-said">{said}</div>
    </div>
  );
}

function Head({ scale, firstHeading, columns }: Pick<LevelMatrixProps, 'scale' | 'firstHeading' | 'columns'>): ReactNode {
  return (
    <thead>
      <tr>
        <th scope="col">{firstHeading}</th>
        {columns.map(({ name, variant }) => (
          <th key={name} scope="col" abbr={name}>
            <span className="column-name">
              <VariantLabel name={name} variant={variant} />
            </span>
            <Pair picture={<AxisCell scale={scale} />} said={null} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

export function LevelMatrix({ caption, scale, firstHeading, columns, rows }: LevelMatrixProps): ReactNode {
  return (
    <div className="scroll matrix-box">
      <table className="matrix">
        <caption>{caption}</caption>
        <Head scale={scale} firstHeading={firstHeading} columns={columns} />
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className={row.className} data-row={row.id} tabIndex={-1}>
              <th scope="row">{row.heading}</th>
              {columns.map(({ name, variant }, i) => {
                const cell = row.cells[i];
                return (
                  <td key={name}>
                    <span className="cell-name" aria-hidden>
                      <VariantLabel name={name} variant={variant} />
                    </span>
                    {cell ? (
                      <Pair picture={<IntervalCell scale={scale} drawn={cell.drawn} variant={variant} label={cell.label} truth={cell.truth} />} said={cell.said} />
                    ) : (
                      <span className="muted">nobody</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
