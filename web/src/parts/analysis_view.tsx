// Everything that an analysis says, alike for a served experiment and a file.
import type { ReactNode } from 'react';
import type { Analysis } from '../api/types';
import type { TruthOf } from '../truth';
import { Conclusion } from './conclusion';
import { Effects } from './effects';
import { OverTime } from './over_time';
import { Plan } from './plan';
import { Segments } from './segments';
import { Trust } from './trust';

export function AnalysisView({ analysis, truth }: { analysis: Analysis; truth?: TruthOf | undefined }): ReactNode {
  return (
    <>
      <Conclusion sentences={analysis.conclusion} />
      <Trust analysis={analysis} />
      <Effects analysis={analysis} truth={truth} />
      {analysis.metrics.length > 0 && <Segments analysis={analysis} truth={truth} />}
      {analysis.served && <OverTime analysis={analysis} experiment={analysis.served.experiment} truth={truth} />}
      <Plan analysis={analysis} />
    </>
  );
}
