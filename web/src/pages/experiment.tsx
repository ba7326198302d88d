// One experiment: what it says, whether that can be trusted, for whom, and how it came about.
import { type ReactNode, useState } from 'react';
import { ApiError } from '../api/client';
import type { Analysis, Served, Truth } from '../api/types';
import { usePolled } from '../api/use_polled';
import { AnalysisView } from '../parts/analysis_view';
import { Explain } from '../parts/explain';
import { ErrorBox, Loading } from '../parts/states';
import { Toggle } from '../parts/toggle';
import { useSwitch } from '../route';
import { count } from '../text/numbers';
import { duration, moment } from '../text/time';
import { truthOf } from '../truth';

const kPollMs = 5000;
// A demo's truth goes with its visitors, slowly.
const kTruthPollMs = 10_000;

function Head({ served, units, opened }: { served: Served; units: number; opened: Date }): ReactNode {
  const end = served.stopped ?? served.watermark.received;
  const planned = served.plan.planned_units;
  return (
    <dl className="head-facts">
      <div>
        <dt className="unseen">Status</dt>
        <dd>
          <span className={`status ${served.stopped ? '' : 'running'}`}>{served.stopped ? 'stopped' : 'running'}</span>
        </dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          {moment(served.started)}, {served.stopped ? 'ran' : 'running'} for {duration(served.started, end ? new Date(end) : opened)}
        </dd>
      </div>
      <div>
        <dt>
          Units <Explain term="unit" />
        </dt>
        <dd>{planned === null ? count(units) : `${count(units)} of ${count(planned)} planned`}</dd>
      </div>
    </dl>
  );
}

function NotThere({ experiment, error }: { experiment: string; error: unknown }): ReactNode {
  const missing = error instanceof ApiError && error.status === 404;
  if (!missing) return <ErrorBox error={error} doing="Reading the results" />;
  return (
    <p>
      There is no experiment <bdi>{experiment}</bdi> that was started here. <a href="#/">All experiments</a>
    </p>
  );
}

export function ExperimentPage({ experiment }: { experiment: string }): ReactNode {
  const [isTruthShown, setTruthShown] = useSwitch('truth');
  const [opened] = useState(() => new Date());
  const { data, error } = usePolled<Analysis>(`/api/v1/experiments/${encodeURIComponent(experiment)}/results?format=json`, kPollMs);
  // Only a demo's server has a truth; any other answers 404, which ends the asking.
  const truth = usePolled<Truth>('/api/v1/demo/truth', isTruthShown ? kTruthPollMs : 0);
  const known = truthOf(truth.data, experiment);
  return (
    <>
      <div className="title-line">
        <h1>
          <bdi>{experiment}</bdi>
        </h1>
        {data?.served && <Head served={data.served} units={data.source.units} opened={opened} />}
        {known && <Toggle text="Show the truth" isOn={isTruthShown} onChange={setTruthShown} />}
      </div>
      {error !== undefined && <NotThere experiment={experiment} error={error} />}
      {!data && error === undefined && <Loading what="the results" />}
      {data && <AnalysisView analysis={data} truth={isTruthShown ? known : undefined} />}
    </>
  );
}
