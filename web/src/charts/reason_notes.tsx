// Where many rows lack a number for the same reason, the reason stands once, below: repeated in every cell it would bury the numbers.
import type { ReactNode } from 'react';
import { Reason } from './marks';

/** Reasons that come more than once, in the order of their letters. */
export class ReasonNotes {
  readonly notes: string[];

  constructor(reasons: string[]) {
    this.notes = [...new Set(reasons.filter((why, i) => reasons.indexOf(why) !== i))];
  }

  /** The reason, or the letter of its note. */
  cell(why: string): ReactNode {
    const note = this.notes.indexOf(why);
    if (note < 0) return <Reason why={why} />;
    return (
      <span className="muted">
        none <span className="note-mark">({letter(note)})</span>
      </span>
    );
  }

  list(): ReactNode {
    if (this.notes.length === 0) return null;
    return (
      <ul className="reasons">
        {this.notes.map((why, i) => (
          <li key={why}>
            <span className="note-mark">({letter(i)})</span> no number, because: {why}
          </li>
        ))}
      </ul>
    );
  }
}

export function letter(index: number): string {
  return String.fromCharCode(97 + (index % 26)).repeat(1 + Math.floor(index / 26));
}
