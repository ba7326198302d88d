// Small pieces that charts and tables share.
import type { ReactNode } from 'react';
import { type Figure, intervalText, valueText } from '../text/numbers';
import { nameOr, type Verdict, verdictWords } from '../text/words';
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

/** Why there is no number. */
export function Reason({ why }: { why: string }): ReactNode {
  return <span className="reason">{why}</span>;
}

export function VerdictMark({ verdict }: { verdict: Verdict }): ReactNode {
  return <span className={`verdict ${verdict}`}>{verdictWords[verdict]}</span>;
}

/**
 * A table that scrolls by itself where it is wider than the page. Of `numbers` the first cell of a row heads it; a
 * `list` has no such cell.
 */
export function Table({ kind, caption, headings, rows }: { kind: 'numbers' | 'list'; caption: string; headings: string[]; rows: ReactNode[][] }): ReactNode {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`${caption}: table`}>
      <table className={kind}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {headings.map((heading) => (
              <th key={heading} scope="col">
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
export function FoldedTable({ title = 'Show as table', caption, headings, rows }: { title?: string; caption: string; headings: string[]; rows: ReactNode[][] }): ReactNode {
  return (
    <details className="behind">
      <summary>{title}</summary>
      <Table kind="numbers" caption={caption} headings={headings} rows={rows} />
    </details>
  );
}
