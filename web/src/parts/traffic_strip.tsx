// Is anything coming in? The last hour in one line.
import type { ReactNode } from 'react';
import type { Traffic } from '../api/types';
import { MinuteBars } from '../charts/minute_bars';
import { count } from '../text/numbers';
import { perSecond } from '../text/time';

export function TrafficStrip({ traffic }: { traffic: Traffic }): ReactNode {
  const sum = (pick: (minute: Traffic['minutes'][number]) => number): number => traffic.minutes.reduce((total, minute) => total + pick(minute), 0);
  const rejected = sum((minute) => minute.rejected);
  return (
    <section className="strip" aria-label="Traffic of the last hour">
      <dl className="figures">
        <div>
          <dt>Events a second</dt>
          <dd>{perSecond(traffic.events_per_second)}</dd>
        </div>
        <div>
          <dt>Events, last hour</dt>
          <dd>{count(sum((minute) => minute.events))}</dd>
        </div>
        <div>
          <dt>Decisions, last hour</dt>
          <dd>{count(sum((minute) => minute.decisions))}</dd>
        </div>
        <div className={rejected > 0 ? 'alarm' : ''}>
          <dt>Rejected, last hour</dt>
          <dd>{rejected > 0 ? <a href="#/traffic">{count(rejected)}</a> : '0'}</dd>
        </div>
      </dl>
      {sum((minute) => minute.events) === 0 ? <p className="muted">No event in the last hour.</p> : <MinuteBars minutes={traffic.minutes} kind="events" name="Events" colour="var(--v1)" since={traffic.since} height={92} />}
    </section>
  );
}
