// For whom does it work? All variants in every segment of a dimension; one of them in detail where it is asked for.
import type { ReactNode } from 'react';
import { ToggleButton } from 'react-aria-components';
import type { Analysis } from '../api/types';
import { VariantLabel } from '../charts/marks';
import { useChoice } from '../route';
import { nameOr, segmentVerdictRule } from '../text/words';
import type { TruthOf } from '../truth';
import { Choice } from './choice';
import { Explain } from './explain';
import { ForestPlot } from './forest';
import { SegmentMatrix } from './segment_matrix';
import { type SegmentView, viewOf } from './segment_pictures';

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}

/** What the address names, or what the headline is about, or the first. */
function pick(values: string[], named: string | undefined, found: string | undefined): string {
  return [named, found].find((value): value is string => value !== undefined && values.includes(value)) ?? values[0] ?? '';
}

function Detail({ view }: { view: SegmentView }): ReactNode {
  const [variant, choose] = useChoice('variant');
  const table = view.tables.find((one) => one.variant === variant);
  return (
    <>
      <div className="choices">
        <span className="choice-label" id="in-detail">
          In detail
        </span>
        <div className="group-of-buttons" role="group" aria-labelledby="in-detail">
          {view.tables.map((one) => (
            <ToggleButton key={one.variant} className="button" isSelected={one === table} onChange={(isOn) => choose(isOn ? one.variant : undefined)}>
              <VariantLabel name={one.variant} variant={view.analysis.variants.findIndex(({ name }) => name === one.variant)} />
            </ToggleButton>
          ))}
        </div>
      </div>
      {table && <ForestPlot view={view} table={table} />}
    </>
  );
}

function Tables({ analysis, truth }: { analysis: Analysis; truth: TruthOf | undefined }): ReactNode {
  const [dimension, chooseDimension] = useChoice('dimension');
  const [metric, chooseMetric] = useChoice('metric');
  const tables = analysis.segment_tables;
  const [found] = analysis.answer.segments;
  const dimensions = unique(tables.map((table) => table.dimension));
  const metrics = unique(tables.map((table) => table.metric));
  const chosen = { dimension: pick(dimensions, dimension, found?.dimension), metric: pick(metrics, metric, found?.metric) };
  const shown = analysis.metrics.find(({ name }) => name === chosen.metric);
  const options = (values: string[]) => values.map((value) => ({ id: value, text: nameOr(value) }));
  if (!shown) return null;
  const view = viewOf(analysis, chosen.dimension, shown, truth);
  return (
    <>
      <div className="title-line">
        <Title />
        <div className="choices">
          <Choice label="Segments by" options={options(dimensions)} chosen={chosen.dimension} onChoose={chooseDimension} />
          <Choice label="Metric" options={options(metrics)} chosen={chosen.metric} onChoose={chooseMetric} />
        </div>
      </div>
      <SegmentMatrix view={view} />
      <p className="muted small-print rule">
        {segmentVerdictRule} <Explain term="verdict" />
      </p>
      <Detail view={view} />
    </>
  );
}

function Title(): ReactNode {
  return <h2 id="segments">For whom does it work?</h2>;
}

export function Segments({ analysis, truth }: { analysis: Analysis; truth: TruthOf | undefined }): ReactNode {
  return (
    <section aria-labelledby="segments">
      {analysis.segment_tables.length === 0 ? (
        <>
          <Title />
          <p className="muted">
            No dimension was declared, so there are no segments. Name some under <code>dimensions</code> before the start of the next experiment.
          </p>
        </>
      ) : (
        <Tables analysis={analysis} truth={truth} />
      )}
    </section>
  );
}
