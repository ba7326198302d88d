// Everything that an analysis says, alike for a served experiment and a file: first what was found, for whom, and what to do.
import type { ReactNode } from 'react';
import type { Analysis } from '../api/types';
import type { Term } from '../text/terms';
import type { TruthOf } from '../truth';
import { Conclusion } from './conclusion';
import { Effects } from './effects';
import { HowToRead } from './explain';
import { Findings } from './findings';
import { OverTime } from './over_time';
import { Plan } from './plan';
import { Segments } from './segments';
import { Trust } from './trust';
import { WhatNow } from './what_now';

const words: Term[] = ['unit', 'control', 'interval', 'verdict', 'lift', 'difference', 'corrected', 'raw', 'pooled', 'visible', 'differs', 'meanOfSegments', 'chance', 'roles', 'split'];
const wordsOfServed: Term[] = ['exposure', 'plan', 'journal'];

export function AnalysisView({ analysis, truth }: { analysis: Analysis; truth?: TruthOf | undefined }): ReactNode {
  const { segment_tables: tables, metrics, served } = analysis;
  const hasSegments = tables.length > 0 && metrics.length > 0;
  return (
    <>
      <Findings findings={analysis.findings.filter(({ severity }) => severity !== 'note')} />
      <div className="first-look">
        <div>
          <Conclusion analysis={analysis} />
          <HowToRead words={[...words, ...(served ? wordsOfServed : []), ...(truth ? (['truth'] as const) : [])]} />
        </div>
        <div className="first-look-side">
          <WhatNow next={analysis.next} />
          <Trust analysis={analysis} />
        </div>
      </div>
      {hasSegments && <Segments analysis={analysis} truth={truth} />}
      <Effects analysis={analysis} truth={truth} />
      {metrics.length > 0 && !hasSegments && <Segments analysis={analysis} truth={truth} />}
      {served && <OverTime analysis={analysis} experiment={served.experiment} truth={truth} />}
      <Plan analysis={analysis} />
    </>
  );
}
