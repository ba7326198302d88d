// What runs, how far it is, and what it says so far.
import { type ReactNode, useState } from 'react';
import type { Summary, Traffic } from '../api/types';
import { usePolled } from '../api/use_polled';
import { AxisCell, IntervalCell } from '../charts/interval_cell';
import { BareFigure, Reason, VariantLabel } from '../charts/marks';
import { scaleOf } from '../charts/scale';
import { Command } from '../parts/command';
import { Headline } from '../parts/conclusion';
import { Empty, ErrorBox, Loading } from '../parts/states';
import { TrafficStrip } from '../parts/traffic_strip';
import { StepMark } from '../parts/what_now';
import { experimentAddress } from '../route';
import { change, count, counted, factorOf, figureText, scaled, type Span } from '../text/numbers';
import { duration, moment } from '../text/time';
import { differenceUnit, nameOr, quantityOf } from '../text/words';

const kPollMs = 3000;

function effectSpan(effect: Summary['effects'][number]): Span | undefined {
  if ('not_estimable' in effect) return undefined;
  return { value: effect.estimate, lower: effect.lower ?? -Infinity, upper: effect.upper ?? Infinity };
}

function EffectRows({ summary }: { summary: Summary }): ReactNode {
  const metric = summary.primary_metric;
  if (!metric || summary.effects.length === 0) return null;
  const quantity = quantityOf(metric);
  const factor = factorOf(quantity);
  const rows = summary.effects.map((effect) => ({ effect, span: effectSpan(effect) }));
  const scale = scaleOf(rows.flatMap(({ span }) => (span ? [scaled(span, factor)] : [])), { tickCount: 3 });
  return (
    <table className="chart small-chart">
      <caption>
        <bdi>{nameOr(metric.key)}</bdi>: difference in {differenceUnit(quantity)}
      </caption>
      <thead className="unseen">
        <tr>
          <th scope="col">Variant</th>
          <th scope="col">Picture</th>
          <th scope="col">Difference</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ effect, span }, i) => {
          // Effects are in the order of the analysis, whose first variant is the control: so the colours are those of its page.
          const variant = i + 1;
          const figure = span && change(span, quantity);
          return (
            <tr key={effect.variant}>
              <th scope="row">
                <VariantLabel name={effect.variant} variant={variant} />
              </th>
              <td className="picture">
                <IntervalCell scale={scale} variant={variant} drawn={span ? [{ span: scaled(span, factor) }] : []} label={figure ? `${nameOr(effect.variant)}: ${figureText(figure)}` : ''} />
              </td>
              <td className="number">{span ? <BareFigure span={span} quantity={quantity} /> : <Reason why={'not_estimable' in effect ? effect.not_estimable : 'no estimate yet'} />}</td>
            </tr>
          );
        })}
      </tbody>
      {rows.some(({ span }) => span) && (
        <tfoot aria-hidden>
          <tr>
            <td />
            <td className="picture">
              <AxisCell scale={scale} />
            </td>
            <td />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Progress({ summary }: { summary: Summary }): ReactNode {
  const { units, planned_units: planned } = summary;
  if (planned === null || planned === 0) return <p className="muted">{counted(units, 'unit')} so far</p>;
  const share = Math.min(1, units / planned);
  return (
    <div>
      <p className="muted">
        {count(units)} of {count(planned)} planned units
      </p>
      <svg className="progress" height={6} role="img" aria-label={`${Math.round(share * 100)} % of the planned units`}>
        <rect className="track" width="100%" height={6} rx={3} />
        <rect className="done" width={`${(share * 100).toFixed(1)}%`} height={6} rx={3} />
      </svg>
    </div>
  );
}

function Age({ summary, now }: { summary: Summary; now: Date }): ReactNode {
  const { started, stopped } = summary;
  if (!started) return <span className="muted">not started</span>;
  const until = stopped ? new Date(stopped) : now;
  return (
    <span className="muted" title={moment(started)}>
      {stopped ? 'ran for' : 'running for'} {duration(started, until)}
    </span>
  );
}

function Card({ summary, now }: { summary: Summary; now: Date }): ReactNode {
  return (
    <article className="card" aria-label={`Experiment ${summary.key}`}>
      <div className="card-head">
        <h2>
          <a href={experimentAddress(summary.key)}>
            <bdi>{summary.key}</bdi>
          </a>
        </h2>
        <span className={`status ${summary.status === 'running' ? 'running' : ''}`}>{summary.status}</span>
        <Age summary={summary} now={now} />
        {summary.next && <StepMark next={summary.next} />}
      </div>
      {summary.problems.length > 0 && (
        <ul className="findings">
          {summary.problems.map((problem) => (
            <li key={problem} className="finding problem">
              <strong>Not to be trusted yet.</strong> {problem}
            </li>
          ))}
        </ul>
      )}
      <div className="card-body">
        <div>
          {summary.headline !== null ? <Headline text={summary.headline} /> : <p className="muted">{summary.started ? 'No result yet: it is being computed, or nobody was exposed.' : 'Assigns nobody before its status is running.'}</p>}
          {summary.hypothesis !== '' && <p className="muted hypothesis">{summary.hypothesis}</p>}
          {summary.started && <Progress summary={summary} />}
        </div>
        <EffectRows summary={summary} />
      </div>
    </article>
  );
}

function NoExperiment(): ReactNode {
  return (
    <Empty title="No experiment yet">
      <p>Look around first: in the folder of the program, this starts a demo shop with visitors, experiments and results.</p>
      <Command text="make run" />
      <p>Or write down what you want to know (the guide “Your first experiment on the server” has files to paste), and apply it:</p>
      <Command text={'export SPLITPLOT_KEY=sp_admin_...\nsplitplot apply FOLDER --message "first experiment"'} />
      <p>
        Results of an experiment that ran elsewhere? <a href="#/file">Analyse a file</a>.
      </p>
    </Empty>
  );
}

const order: Record<string, number> = { running: 0, stopped: 1, draft: 2 };

/** What runs first, of these the latest. */
function byInterest(summaries: Summary[]): Summary[] {
  return [...summaries].sort((a, b) => (order[a.status] ?? 9) - (order[b.status] ?? 9) || (b.started ?? '').localeCompare(a.started ?? '') || a.key.localeCompare(b.key));
}

export function OverviewPage(): ReactNode {
  const traffic = usePolled<Traffic>('/api/v1/traffic', kPollMs);
  const list = usePolled<{ experiments: Summary[] }>('/api/v1/experiments', kPollMs);
  const [opened] = useState(() => new Date());
  const now = traffic.data ? new Date(traffic.data.now) : opened;
  const experiments = list.data?.experiments;
  return (
    <>
      <h1 className="unseen">Experiments</h1>
      {traffic.data && <TrafficStrip traffic={traffic.data} />}
      {traffic.error !== undefined && <ErrorBox error={traffic.error} doing="Reading the traffic" />}
      {list.error !== undefined && <ErrorBox error={list.error} doing="Reading the experiments" />}
      {!list.data && list.error === undefined && <Loading what="experiments" />}
      {experiments?.length === 0 && <NoExperiment />}
      {experiments && byInterest(experiments).map((summary) => <Card key={summary.key} summary={summary} now={now} />)}
    </>
  );
}
