// What was planned before the first unit came, and what was changed since.
import type { ReactNode } from 'react';
import type { Analysis, Served } from '../api/types';
import { count } from '../text/numbers';
import { moment } from '../text/time';
import { Explain } from './explain';
import { Findings } from './findings';

function facts(served: Served, method: Analysis['request']['monitoring']): [string, string][] {
  const { plan, exposures } = served;
  const how = method === 'fixed_horizon' ? 'one look' : method === 'sequential' ? 'valid at every look' : 'planned looks';
  const units = plan.planned_units === null ? '' : `, ${method === 'fixed_horizon' ? 'at' : 'tuned for'} ${count(plan.planned_units)} units`;
  const seen = exposures.first && exposures.last ? `${count(exposures.count)}, from ${moment(exposures.first)} to ${moment(exposures.last)}` : 'none yet';
  return [
    ['Hypothesis', served.hypothesis === '' ? 'none was written down' : served.hypothesis],
    ['Method', how + units],
    ['Frozen', `${moment(served.started)}, by change ${plan.revision} of the documents`],
    ['Fingerprint of the plan', plan.fingerprint === '' ? 'none' : plan.fingerprint],
    ['Stopped', served.stopped ? moment(served.stopped) : 'not yet'],
    ['Exposures', seen],
    ['Data until', served.watermark.received ? moment(served.watermark.received) : 'nothing received yet'],
  ];
}

/** What is said in a language of commands is of use to who analyses files by command only. */
function Change({ text, isServed }: { text: string; isServed: boolean }): ReactNode {
  if (text === '' || (isServed && text.startsWith('-'))) return null;
  return <span className="muted"> To change it{text.startsWith('-') ? ', in splitplot analyze: ' : ': '}{text.startsWith('-') ? <code>{text}</code> : text}</span>;
}

export function Plan({ analysis }: { analysis: Analysis }): ReactNode {
  const { served } = analysis;
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">
        {served ? 'What was planned' : 'What was assumed'} {served && <Explain term="plan" />}
      </h2>
      {served && (
        <dl className="facts">
          {facts(served, analysis.request.monitoring).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {served && <h3>Deviations from the plan</h3>}
      {served && served.deviations.length === 0 && <p>None: the experiment is as it was planned.</p>}
      {served && served.deviations.length > 0 && <ul className="plain-list">{served.deviations.map((text) => <li key={text}>{text}</li>)}</ul>}
      <Findings findings={analysis.findings.filter(({ severity }) => severity === 'note')} />
      {analysis.assumptions.length > 0 && (
        <details className="behind">
          <summary>Choices that were made for you</summary>
          <ul className="plain-list">
            {analysis.assumptions.map(({ what, change }) => (
              <li key={what}>
                {what}
                <Change text={change} isServed={served !== null} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
