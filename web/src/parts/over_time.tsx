// The lift over time of one metric at a time.
import { type ReactNode, useMemo } from 'react';
import type { Analysis, Timeline } from '../api/types';
import { usePolled } from '../api/use_polled';
import { LiftOverTime } from '../charts/lift_over_time';
import { useChoice, useSwitch } from '../route';
import { nameOr } from '../text/words';
import type { TruthOf } from '../truth';
import { Choice } from './choice';
import { ErrorBox, Loading } from './states';
import { Toggle } from './toggle';

const kPollMs = 15_000;

export function OverTime({ analysis, experiment, truth }: { analysis: Analysis; experiment: string; truth: TruthOf | undefined }): ReactNode {
  const [wanted, setWanted] = useChoice('course');
  const [isNewOnly, setNewOnly] = useSwitch('new');
  // A plan is frozen, but an address may be old or mistyped.
  const metric = (analysis.metrics.find(({ name }) => name === wanted) ?? analysis.metrics[0])?.name ?? null;
  const path = metric === null ? null : `/api/v1/experiments/${encodeURIComponent(experiment)}/timeline?metric=${encodeURIComponent(metric)}`;
  const { data, error } = usePolled<Timeline>(path, analysis.served?.stopped ? 0 : kPollMs);
  // Every poll brings new objects with the same names; the pictures should notice only other names.
  const names = analysis.variants.map(({ name }) => name).join('\n');
  const variants = useMemo(() => names.split('\n'), [names]);
  const truths = useMemo(() => {
    if (!truth || metric === null) return undefined;
    const known = variants.flatMap((variant) => {
      const effect = truth(metric, variant);
      return effect ? [[variant, effect.difference] as const] : [];
    });
    return new Map(known);
  }, [truth, metric, variants]);
  if (metric === null) return null;
  return (
    <section aria-labelledby="over-time">
      <h2 id="over-time">How did it come about?</h2>
      <div className="choices">
        <Choice label="Metric" options={analysis.metrics.map(({ name }) => ({ id: name, text: nameOr(name) }))} chosen={metric} onChoose={setWanted} />
        <Toggle text="Only units new in each step" isOn={isNewOnly} onChange={setNewOnly} />
      </div>
      {error !== undefined && <ErrorBox error={error} doing="Reading the course over time" />}
      {!data && error === undefined && <Loading what="the course over time" />}
      {data && <LiftOverTime timeline={data} variants={variants} truth={truths} which={isNewOnly ? 'new' : 'so far'} />}
    </section>
  );
}
