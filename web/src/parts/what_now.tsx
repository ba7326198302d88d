// One next step, and why.
import type { ReactNode } from 'react';
import type { NextStep, Target } from '../api/types';
import { nameOr, withMinus } from '../text/words';
import { Command } from './command';

const steps: Record<NextStep['step'], string> = {
  fix_data: 'Mend the data first',
  keep_running: 'Keep it running',
  ship: 'Roll it out',
  target_segments: 'Target segments',
  stop: 'Stop it',
};

/** The name of a step, as the list of experiments shows it. */
export function StepMark({ next }: { next: NextStep }): ReactNode {
  return <span className={`step ${next.step}`}>{steps[next.step]}</span>;
}

/** The conditions to paste into the documents, where the experiment is one of the server. */
function Populations({ targets }: { targets: Target[] }): ReactNode {
  const known = targets.filter(({ population }) => population !== null);
  if (known.length === 0) return null;
  return (
    <details className="behind">
      <summary>As a population to paste</summary>
      {known.map(({ variant, dimension, segment, use, population }) => (
        <div key={[variant, dimension, segment].join('\n')}>
          <p>
            <bdi>{nameOr(variant)}</bdi> {use ? 'for' : 'for all but'} <bdi>{nameOr(segment)}</bdi>:
          </p>
          <Command text={`population: ${JSON.stringify(population)}`} />
        </div>
      ))}
    </details>
  );
}

export function WhatNow({ next }: { next: NextStep }): ReactNode {
  return (
    <section className="box what-now" aria-labelledby="what-now">
      <h2 id="what-now">What now?</h2>
      <p>
        <StepMark next={next} />
      </p>
      <p className="step-text">{withMinus(next.text)}</p>
      <p className="muted small-print">{withMinus(next.reason)}</p>
      <Populations targets={next.targets} />
    </section>
  );
}
