// What a word means: a "?" that opens a few lines, and all words of a page in one fold.
import type { ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { type Term, terms } from '../text/terms';

export function Explain({ term }: { term: Term }): ReactNode {
  const { name, text } = terms[term];
  return (
    <DialogTrigger>
      <Button className="explain" aria-label={`Explain: ${name}`}>
        <span aria-hidden>?</span>
      </Button>
      <Popover className="popover" placement="bottom start">
        <Dialog className="explanation">
          <Heading slot="title" level={3}>
            {name}
          </Heading>
          <p>{text}</p>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** The words of a page, and how its pictures are drawn. */
export function HowToRead({ words }: { words: Term[] }): ReactNode {
  return (
    <details className="behind how-to-read">
      <summary>How to read this page</summary>
      <p>
        In every chart a line is an interval, its dot the estimate, and the upright line zero. An arrow at the edge means that the interval goes on. A variant has the same
        colour everywhere. Where there is no number, the reason stands in its place.
      </p>
      <dl className="words">
        {words.map((term) => (
          <div key={term}>
            <dt>{terms[term].name}</dt>
            <dd>{terms[term].text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
