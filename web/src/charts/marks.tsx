// Small pieces that charts and tables share.
import type { ReactNode } from 'react';
import { change, type Figure, intervalText, type Quantity, signedMagnitude, type Span, valueText } from '../text/numbers';
import type { Verdict } from '../api/types';
import { nameOr, verdictWords } from '../text/words';
import { colourClass } from './colours';

/** A variant's name with its colour. */
export function VariantLabel({ name, variant }: { name: string; variant: number }): ReactNode {
  return (
    <span className="variant">
      <span className={`patch ${colourClass(variant)}`} aria-hidden />
      <bdi title={name}>{nameOr(name)}</bdi>
    </span>
  );
}

/** A number and, quieter, its interval. */
export function FigureText({ figure }: { figure: Figure }): ReactNode {
  return (
    <>
      <span className="value">{valueText(figure)}</span> <span className="ends">{intervalText(figure)}</span>
    </>
  );
}

/** Without the unit, which stands in a heading. */
export function BareFigure({ span, quantity }: { span: Span; quantity: Quantity }): ReactNode {
  return <FigureText figure={{ ...change(span, quantity), unit: '' }} />;
}

/** A true effect, known without an interval. */
export function TruthText({ value, factor, unit = '' }: { value: number | undefined; factor: 1 | 100; unit?: string }): ReactNode {
  if (value === undefined) return <span className="muted">not written down</span>;
  return <span className="truth-value">{signedMagnitude(value, factor, unit)}</span>;
}

/** Why there is no number. */
export function Reason({ why }: { why: string }): ReactNode {
  return <span className="reason">{why}</span>;
}

/** A verdict's sign: told apart by its shape, for a printer without colours and for every eye. */
const verdictSigns: Record<Verdict, string> = {
  helps: 'M2.5 8.5L6.5 12.5L13.5 3.5',
  harms: 'M3.5 3.5L12.5 12.5M12.5 3.5L3.5 12.5',
  unclear: 'M2 9.5Q5 4.5 8 8T14 6.5',
  withheld: 'M8 2.5V9M8 12.8V13.2',
  unknown: 'M3 8H13',
};

export function VerdictMark({ verdict }: { verdict: Verdict }): ReactNode {
  return (
    <span className={`verdict ${verdict}`}>
      <svg viewBox="0 0 16 16" aria-hidden className="verdict-sign">
        <path d={verdictSigns[verdict]} />
      </svg>
      {verdictWords[verdict]}
    </span>
  );
}

/**
 * A table that scrolls by itself where it is wider than the page. Of `numbers` the first cell of a row heads it; a
 * `list` has no such cell.
 */
export function Table({ kind, caption, headings, rows }: { kind: 'numbers' | 'list'; caption: string; headings: ReactNode[]; rows: ReactNode[][] }): ReactNode {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`${caption}: table`}>
      <table className={kind}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {headings.map((heading, i) => (
              <th key={i} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) => (j === 0 && kind === 'numbers' ? <th key={j} scope="row">{cell}</th> : <td key={j}>{cell}</td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The numbers behind a chart, folded away. */
export function FoldedTable({ title = 'Show as table', caption, headings, rows }: { title?: string; caption: string; headings: ReactNode[]; rows: ReactNode[][] }): ReactNode {
  return (
    <details className="behind">
      <summary>{title}</summary>
      <Table kind="numbers" caption={caption} headings={headings} rows={rows} />
    </details>
  );
}
