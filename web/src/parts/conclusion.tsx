// The result in sentences. The first is the headline; what was found in segments follows as a list that leads to the rows, then all
// the rest.
import type { ReactNode } from 'react';
import type { Analysis, FoundEffect } from '../api/types';
import { FigureText, VerdictMark } from '../charts/marks';
import { useFragment, withChoices } from '../route';
import { change } from '../text/numbers';
import { nameOr, quantityOf, spanOf, withMinus } from '../text/words';

/** More than these are hard to read in large letters. */
const kLongHeadline = 170;

export function Headline({ text }: { text: string }): ReactNode {
  return <p className={text.length > kLongHeadline ? 'lead long' : 'lead'}>{withMinus(text)}</p>;
}

function Found({ analysis, effect, isDimensionSaid }: { analysis: Analysis; effect: FoundEffect; isDimensionSaid: boolean }): ReactNode {
  const fragment = useFragment();
  const { dimension, metric, segment, variant } = effect;
  const kind = analysis.metrics.find(({ name }) => name === metric);
  if (!kind) return null;
  return (
    <li>
      <a href={withChoices(fragment, { dimension, metric, segment })}>
        <bdi>{nameOr(variant)}</bdi> <VerdictMark verdict={effect.verdict} /> <bdi>{nameOr(segment)}</bdi>
      </a>{' '}
      {isDimensionSaid && (
        <span className="muted">
          (<bdi>{nameOr(dimension)}</bdi>){' '}
        </span>
      )}
      <FigureText figure={change(spanOf(effect.estimate), quantityOf(kind))} />
    </li>
  );
}

/** What nobody may miss, beside the headline. */
const kNeverFolded = new Set(['blocked', 'caution', 'effect']);

function Thoughts({ texts }: { texts: string[] }): ReactNode {
  if (texts.length === 0) return null;
  return (
    <ul className="thoughts">
      {texts.map((text) => (
        <li key={text}>{withMinus(text)}</li>
      ))}
    </ul>
  );
}

export function Conclusion({ analysis }: { analysis: Analysis }): ReactNode {
  const { headline, sentences, segments } = analysis.answer;
  const rest = sentences.slice(1);
  if (segments.length === 0) {
    return (
      <div className="conclusion">
        <Headline text={headline} />
        <Thoughts texts={rest.map(({ text }) => text)} />
      </div>
    );
  }
  // The list of what was found says what a sentence about segments says; the matrix should not be far below it.
  const folded = rest.filter(({ kind }) => kind !== 'segments' && !kNeverFolded.has(kind));
  const isDimensionSaid = new Set(segments.map(({ dimension }) => dimension)).size > 1;
  return (
    <div className="conclusion">
      <Headline text={headline} />
      <Thoughts texts={rest.filter(({ kind }) => kNeverFolded.has(kind)).map(({ text }) => text)} />
      <ul className="found" aria-label="Found in segments">
        {segments.map((effect) => (
          <Found key={[effect.dimension, effect.metric, effect.variant, effect.segment].join('\n')} analysis={analysis} effect={effect} isDimensionSaid={isDimensionSaid} />
        ))}
      </ul>
      {folded.length > 0 && (
        <details className="behind">
          <summary>How sure this is, and what was not found</summary>
          <Thoughts texts={folded.map(({ text }) => text)} />
        </details>
      )}
    </div>
  );
}
