// The result in sentences. The first is the headline; what was found in segments follows as a list that leads to the rows, then all
// the rest.
import type { ReactNode } from 'react';
import type { Analysis, FoundEffect } from '../api/types';
import { FigureText, VerdictMark } from '../charts/marks';
import { useFragment, withChoices } from '../route';
import { change } from '../text/numbers';
import { nameOr, quantityOf, spanOf, withMinus } from '../text/words';

export function Headline({ text }: { text: string }): ReactNode {
  return <p className="lead">{withMinus(text)}</p>;
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

export function Conclusion({ analysis }: { analysis: Analysis }): ReactNode {
  const { headline, sentences, segments } = analysis.answer;
  const rest = sentences.slice(1).filter(({ kind }) => kind !== 'segment');
  return (
    <div className="conclusion">
      <Headline text={headline} />
      {segments.length > 0 && (
        <ul className="found" aria-label="Found in segments">
          {segments.map((effect) => (
            <Found key={[effect.dimension, effect.metric, effect.variant, effect.segment].join('\n')} analysis={analysis} effect={effect} isDimensionSaid={new Set(segments.map(({ dimension }) => dimension)).size > 1} />
          ))}
        </ul>
      )}
      {rest.length > 0 && (
        <ul className="thoughts">
          {rest.map(({ text }) => (
            <li key={text}>{withMinus(text)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
