// What comes in: how much of what kind, from where, and what could not be used.
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { Traffic, Truth } from '../api/types';
import { usePolled } from '../api/use_polled';
import { type Kind, MinuteBars } from '../charts/minute_bars';
import { FoldedTable, Table } from '../charts/marks';
import { Explain } from '../parts/explain';
import { ErrorBox, Loading } from '../parts/states';
import { useSwitch } from '../route';
import { count } from '../text/numbers';
import { clock, clockMinute, moment, perSecond } from '../text/time';
import { nameOr } from '../text/words';

/** Only `track` events have names of their own; of others the type says what they are. */
function EventName({ event }: { event: { type: string; name: string } }): ReactNode {
  return event.name === '' && event.type !== 'track' ? <span className="muted">{event.type}</span> : <bdi>{nameOr(event.name)}</bdi>;
}

const kPollMs = 2000;

const kinds: { kind: Kind; name: string; colour: string; about: string }[] = [
  { kind: 'events', name: 'Events', colour: 'var(--v1)', about: 'everything that was stored' },
  { kind: 'exposures', name: 'Exposures', colour: 'var(--v3)', about: 'units that met a variant' },
  { kind: 'decisions', name: 'Decisions', colour: 'var(--v0)', about: 'flags that were asked for' },
  { kind: 'duplicates', name: 'Duplicates', colour: 'var(--v5)', about: 'sent again, counted once' },
  { kind: 'rejected', name: 'Rejected', colour: 'var(--worse)', about: 'could not be used, kept aside' },
];

function List({ caption, headings, rows, empty }: { caption: string; headings: string[]; rows: ReactNode[][]; empty: string }): ReactNode {
  return rows.length === 0 ? <p className="muted">{empty}</p> : <Table kind="list" caption={caption} headings={headings} rows={rows} />;
}

function Charts({ traffic }: { traffic: Traffic }): ReactNode {
  const rows = traffic.minutes.toReversed().map((minute) => [clockMinute(minute.start), ...kinds.map(({ kind }) => count(minute[kind]))]);
  return (
    <>
    <div className="minute-charts">
      {kinds.map(({ kind, name, colour, about }) => {
        const total = traffic.minutes.reduce((sum, minute) => sum + minute[kind], 0);
        // A quiet kind is told in a word, not drawn as an empty chart.
        return (
          <section key={kind} aria-label={name} className={total === 0 ? 'quiet-kind' : ''}>
            <h2>
              {name} <span className="muted">{about}</span>
            </h2>
            {total === 0 ? <p className="muted">none in the last hour</p> : <MinuteBars minutes={traffic.minutes} kind={kind} name={name} colour={colour} since={traffic.since} height={110} />}
          </section>
        );
      })}
    </div>
    <FoldedTable caption="Traffic by minute" headings={['Minute', ...kinds.map(({ name }) => name)]} rows={rows} />
    </>
  );
}

function Rejected({ traffic }: { traffic: Traffic }): ReactNode {
  const rows = traffic.rejected.map((one) => [clock(one.received), one.source, <code key="reason">{one.reason}</code>, one.message]);
  return (
    <section aria-labelledby="rejected">
      <h2 id="rejected">Rejected events</h2>
      <List caption="Rejected events, newest first" headings={['Received', 'From', 'Reason', 'What is wrong']} rows={rows} empty="None. Every event could be used." />
    </section>
  );
}

const kFew = 15;

function Newest({ traffic }: { traffic: Traffic }): ReactNode {
  const [isAll, setAll] = useSwitch('all');
  const shown = traffic.recent.slice(0, isAll ? undefined : kFew);
  const rows = shown.map((one) => [clock(one.time), <EventName key="name" event={one} />, one.type, one.unit ? <bdi key="unit">{`${one.unit.kind} ${one.unit.id}`}</bdi> : '', one.source]);
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">Newest events</h2>
      <List caption="Newest events" headings={['Time', 'Event', 'Type', 'Unit', 'From']} rows={rows} empty="None yet." />
      {traffic.recent.length > kFew && (
        <Button className="button quiet" onPress={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show ${traffic.recent.length}`}
        </Button>
      )}
    </section>
  );
}

export function TrafficPage(): ReactNode {
  const { data, error } = usePolled<Traffic>('/api/v1/traffic', kPollMs);
  const demo = usePolled<Truth>('/api/v1/demo/truth', 0);
  if (error !== undefined) return <ErrorBox error={error} doing="Reading the traffic" />;
  if (!data) return <Loading what="the traffic" />;
  return (
    <>
      <h1>Traffic</h1>
      <p className="muted">
        {perSecond(data.events_per_second)} events a second now. These counts began when the server started, {moment(data.since)}; the journal <Explain term="journal" /> has everything.
      </p>
      {demo.data && (
        <p className="muted">
          This is the demo, where time runs faster than the clock: a day of the shop takes minutes. What looks like an outage is its night.
        </p>
      )}
      <Charts traffic={data} />
      <div className="beside">
        <section aria-labelledby="names">
          <h2 id="names">Most frequent</h2>
          <List caption="Most frequent events" headings={['Event', 'Type', 'Last minute', 'Last hour']} rows={data.names.map((one) => [<EventName key="name" event={one} />, one.type, count(one.last_minute), count(one.last_hour)])} empty="No event in the last hour." />
        </section>
        <section aria-labelledby="sources">
          <h2 id="sources">From where</h2>
          <List caption="Events by connection" headings={['Connection', 'Last hour']} rows={data.sources.map((one) => [one.connection, count(one.last_hour)])} empty="No event in the last hour." />
        </section>
      </div>
      <Rejected traffic={data} />
      <Newest traffic={data} />
    </>
  );
}
