// Can the result be trusted? One line of what was checked; what is wrong stands above it and cannot be overlooked.
import type { ReactNode } from 'react';
import type { Analysis } from '../api/types';
import { VariantLabel } from '../charts/marks';
import { count, counted, pEquals, percent } from '../text/numbers';
import { isEstimable, monitoringSentence, nameOr, splitSentence } from '../text/words';
import { Explain } from './explain';

interface Check {
  passed: boolean | undefined;
  text: string;
}

const kCheckedByThemselves = new Set(['srm', 'split_by_segment', 'plan_changed']);

/** What was checked; undefined where it could not be. Findings tell the rest. */
function checksOf(analysis: Analysis): Check[] {
  const { sample_ratio: split, served, findings } = analysis;
  const checks: Check[] = [{ passed: isEstimable(split.overall) ? !split.mismatch : undefined, text: splitSentence(split) }];
  for (const { dimension, test, differs } of split.by_dimension) {
    const name = nameOr(dimension);
    checks.push(
      isEstimable(test)
        ? { passed: !differs, text: differs ? `The split differs between the segments of ${name} (${pEquals(test.p_value)})` : `Same split in every ${name} (${pEquals(test.p_value)})` }
        : { passed: undefined, text: `Split by ${name} cannot be tested: ${test.not_estimable}` },
    );
  }
  const others = findings.filter(({ severity, code }) => severity !== 'note' && !kCheckedByThemselves.has(code)).length;
  checks.push({ passed: others === 0, text: others === 0 ? 'Nothing else is wrong with the data' : `${counted(others, 'finding')} about the data, see above` });
  if (served) {
    const changes = served.deviations.length;
    checks.push({ passed: changes === 0, text: changes === 0 ? 'As it was planned' : `${counted(changes, 'change')} since the start; the result keeps to the plan` });
  }
  return checks;
}

const signs = { passed: '✓', failed: '✕', unknown: '–' };
const said = { passed: 'passed: ', failed: 'not passed: ', unknown: 'could not be checked: ' };

function Split({ analysis }: { analysis: Analysis }): ReactNode {
  const total = analysis.variants.reduce((sum, variant) => sum + variant.units, 0);
  return (
    <table className="numbers split">
      <caption className="unseen">Units per variant</caption>
      <thead>
        <tr>
          <th scope="col">Variant</th>
          <th scope="col">Units</th>
          <th scope="col">Share</th>
          <th scope="col">Planned</th>
        </tr>
      </thead>
      <tbody>
        {analysis.variants.map((variant, i) => (
          <tr key={variant.name}>
            <th scope="row">
              <VariantLabel name={variant.name} variant={i} />
              {variant.is_control && variant.name !== 'control' && <span className="muted"> control</span>}
            </th>
            <td>{count(variant.units)}</td>
            <td>{total === 0 ? 'none yet' : percent(variant.units / total, 2)}</td>
            <td className="muted">{percent(variant.planned_share, 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** All checks in a line: what failed, or how many passed. */
function summary(checks: Check[]): { state: 'passed' | 'failed' | 'unknown'; text: string } {
  const failed = checks.filter(({ passed }) => passed === false).length;
  const passed = checks.filter(({ passed: is }) => is === true).length;
  const unknown = checks.length - failed - passed;
  if (failed > 0) return { state: 'failed', text: `${failed} of ${counted(checks.length, 'check')} not passed` };
  return { state: passed === 0 ? 'unknown' : 'passed', text: unknown === 0 ? `All ${counted(passed, 'check')} passed` : `${passed} of ${counted(checks.length, 'check')} passed, ${unknown} could not be made` };
}

function CheckLine({ state, text }: { state: keyof typeof signs; text: string }): ReactNode {
  return (
    <span className={`check ${state}`}>
      <span aria-hidden className="sign">
        {signs[state]}
      </span>
      <span className="unseen">{said[state]}</span>
      {text}
    </span>
  );
}

export function Trust({ analysis }: { analysis: Analysis }): ReactNode {
  const checks = checksOf(analysis);
  const all = summary(checks);
  return (
    <section className="box trust" aria-labelledby="trust">
      <h2 id="trust">
        Can it be trusted? <Explain term="split" />
      </h2>
      <details className="behind" open={all.state === 'failed'}>
        <summary>
          <CheckLine state={all.state} text={all.text} />
        </summary>
        <ul className="checks">
          {checks.map(({ passed, text }) => (
            <li key={text}>
              <CheckLine state={passed === undefined ? 'unknown' : passed ? 'passed' : 'failed'} text={text} />
            </li>
          ))}
        </ul>
        <Split analysis={analysis} />
        <p className="muted small-print">{monitoringSentence(analysis)}</p>
      </details>
    </section>
  );
}
