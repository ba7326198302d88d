// What each column of an uploaded file is. Suggestions are shown with their reason and taken over only when the reader says so.
import type { ReactNode } from 'react';
import { Button, Input, Label, TextField } from 'react-aria-components';
import type { Suggestion, UploadedFile } from '../api/types';
import { useKept } from '../kept';
import { bytes } from '../text/time';
import { Choice, type Option } from './choice';
import { Toggle } from './toggle';

export interface FileRequest {
  variant: string;
  control?: string;
  unit?: string;
  time?: string;
  metrics: string[];
  lower_is_better: string[];
  covariates: string[];
  by: string[];
  sequential: boolean;
  duplicates: string;
  missing: string;
}

/** What a column can be: what the server suggests, and what only its owner can know. */
type ColumnRole = Suggestion | 'lower';

const roles: { id: ColumnRole; text: string; hint: string }[] = [
  { id: 'variant', text: 'Variant', hint: 'which group the unit was in' },
  { id: 'unit', text: 'Unit', hint: 'who was randomised' },
  { id: 'time', text: 'Time', hint: 'when it was exposed' },
  { id: 'metric', text: 'Metric', hint: 'what should have changed: higher is better' },
  { id: 'lower', text: 'Metric, lower is better', hint: 'such as refunds or waiting times' },
  { id: 'covariate', text: 'Covariate', hint: 'known before the exposure: makes intervals narrower' },
  { id: 'dimension', text: 'Dimension', hint: 'segments to compare' },
  { id: 'none', text: 'Leave out', hint: 'not looked at' },
];

const duplicates: Option[] = [
  { id: 'refuse', text: 'do not occur', hint: 'one row per unit; else say so' },
  { id: 'first', text: 'are repetitions', hint: 'the first counts' },
  { id: 'sum', text: 'are added up', hint: 'rows are events of the unit' },
];
const missingCells: Option[] = [
  { id: 'leave-out', text: 'leave the unit out', hint: 'of that metric' },
  { id: 'zero', text: 'mean zero', hint: 'nothing happened' },
];

/** What is not about a single column. */
interface Rest {
  control: string;
  /** The metric that stands first; any other choice than a metric is none. */
  primary: string;
  sequential: boolean;
  duplicates: string;
  missing: string;
}

type Roles = Record<string, ColumnRole | undefined>;

const kNoRoles: Roles = {};
const kUsual: Rest = { control: '', primary: '', sequential: false, duplicates: 'refuse', missing: 'leave-out' };

function roleText(role: ColumnRole): string {
  return roles.find(({ id }) => id === role)?.text ?? role;
}

function named(file: UploadedFile, chosen: Roles, role: ColumnRole): string[] {
  return file.columns.map(({ name }) => name).filter((name) => chosen[name] === role);
}

/** What is still missing for an analysis, or nothing. */
function missing(file: UploadedFile, chosen: Roles): string {
  const variants = named(file, chosen, 'variant').length;
  if (variants === 0) return 'Say which column holds the variant.';
  if (variants > 1) return 'Only one column can be the variant.';
  if (named(file, chosen, 'unit').length > 1) return 'Only one column can be the unit.';
  if (named(file, chosen, 'time').length > 1) return 'Only one column can be the time.';
  return metricsOf(file, chosen).length === 0 ? 'Say which columns are metrics.' : '';
}

/** In the order of the file. */
function metricsOf(file: UploadedFile, chosen: Roles): string[] {
  return file.columns.map(({ name }) => name).filter((name) => chosen[name] === 'metric' || chosen[name] === 'lower');
}

/** The analysis takes its first metric for the one that decides. */
function primaryFirst(metrics: string[], primary: string): string[] {
  return metrics.includes(primary) ? [primary, ...metrics.filter((name) => name !== primary)] : metrics;
}

function requestOf(file: UploadedFile, chosen: Roles, { control, primary, ...rest }: Rest): FileRequest {
  const [variant = ''] = named(file, chosen, 'variant');
  const [unit] = named(file, chosen, 'unit');
  const [time] = named(file, chosen, 'time');
  return {
    variant,
    ...(control.trim() === '' ? {} : { control: control.trim() }),
    ...(unit === undefined ? {} : { unit }),
    ...(time === undefined ? {} : { time }),
    metrics: primaryFirst(metricsOf(file, chosen), primary),
    lower_is_better: named(file, chosen, 'lower'),
    covariates: named(file, chosen, 'covariate'),
    by: named(file, chosen, 'dimension'),
    ...rest,
  };
}

function Columns({ file, chosen, onChoose }: { file: UploadedFile; chosen: Roles; onChoose: (name: string, role: ColumnRole) => void }): ReactNode {
  return (
    <div className="scroll">
      <table className="list columns">
        <caption className="unseen">Columns of the file</caption>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Holds</th>
            <th scope="col">Suggestion</th>
            <th scope="col">Use as</th>
          </tr>
        </thead>
        <tbody>
          {file.columns.map((column, i) => (
            <tr key={column.name}>
              <th scope="row">
                <bdi>{column.name}</bdi>
              </th>
              <td className="muted" data-label="Holds">
                {column.type}
                <span className="sample">{file.sample.slice(0, 3).map((row) => row[i] ?? '').filter((text) => text !== '').join(', ')}</span>
              </td>
              <td data-label="Suggestion">
                <Button className="button quiet" isDisabled={chosen[column.name] === column.suggestion} onPress={() => onChoose(column.name, column.suggestion)} aria-label={`Use ${column.name} as suggested: ${roleText(column.suggestion)}`}>
                  {roleText(column.suggestion)}
                </Button>
                <span className="why muted">{column.why}</span>
              </td>
              <td data-label="Use as">
                <Choice label={`Use ${column.name} as`} isLabelHidden options={roles} chosen={chosen[column.name] ?? null} onChoose={(role) => onChoose(column.name, role as ColumnRole)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FileColumnsProps {
  file: UploadedFile;
  busy: boolean;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onAnalyse: (request: FileRequest) => void;
}

export function FileColumns({ file, busy, isOpen, onOpen, onAnalyse }: FileColumnsProps): ReactNode {
  const [chosen, setChosen] = useKept<Roles>(`file ${file.id} roles`, kNoRoles);
  const [rest, setRest] = useKept<Rest>(`file ${file.id} rest`, kUsual);
  const lack = missing(file, chosen);
  const metrics = metricsOf(file, chosen);
  return (
    <section aria-labelledby="columns">
      <details open={isOpen} onToggle={(event) => onOpen(event.currentTarget.open)}>
        <summary>
          <h2 id="columns">
            What is in <bdi>{file.name}</bdi>? <span className="muted">{bytes(file.bytes)}</span>
          </h2>
        </summary>
        <div className="title-line">
          <p className="muted">Suggestions are guesses from names and values. You know what the columns mean: nothing is used before you say so.</p>
          <Button className="button" onPress={() => setChosen(Object.fromEntries(file.columns.map(({ name, suggestion }) => [name, suggestion])))}>
            Use all suggestions
          </Button>
        </div>
        <Columns file={file} chosen={chosen} onChoose={(name, role) => setChosen((now) => ({ ...now, [name]: role }))} />
        <div className="choices">
          {metrics.length > 1 && (
            <Choice label="Primary metric: decides" options={metrics.map((name) => ({ id: name, text: name }))} chosen={metrics.includes(rest.primary) ? rest.primary : (metrics[0] ?? null)} onChoose={(primary) => setRest({ ...rest, primary })} />
          )}
          <TextField className="choice" value={rest.control} onChange={(control) => setRest({ ...rest, control })}>
            <Label className="choice-label">Control (guessed if empty)</Label>
            <Input className="input" />
          </TextField>
          <Choice label="Several rows of a unit" options={duplicates} chosen={rest.duplicates} onChoose={(id) => setRest({ ...rest, duplicates: id })} />
          <Choice label="Empty cells of a metric" options={missingCells} chosen={rest.missing} onChoose={(id) => setRest({ ...rest, missing: id })} />
          <Toggle text="Looked at while it ran" isOn={rest.sequential} onChange={(sequential) => setRest({ ...rest, sequential })} />
          <Button className="button primary" isDisabled={lack !== '' || busy} onPress={() => onAnalyse(requestOf(file, chosen, rest))}>
            {busy ? 'Analysing …' : 'Analyse'}
          </Button>
          <span className="muted" role="status">
            {lack}
          </span>
        </div>
      </details>
    </section>
  );
}
