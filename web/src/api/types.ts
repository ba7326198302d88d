// What the server answers: docs/formats/analysis-v1.schema.json and docs/formats/http-api.md, written by hand. Only what the pages
// read is listed.

export interface NotEstimable {
  not_estimable: string;
}
export type Interval = [number | null, number | null];
export interface EstimateValue {
  value: number;
  interval: Interval;
}
export type Estimate = EstimateValue | NotEstimable;
export interface DifferenceValue extends EstimateValue {
  standard_error: number;
  p_value: number;
  test: string;
  interval_method: string;
}
export type Difference = DifferenceValue | NotEstimable;

export type Severity = 'note' | 'warning' | 'problem';
export interface Finding {
  severity: Severity;
  code: string;
  message: string;
}

export interface ChiSquare {
  statistic: number;
  degrees_of_freedom: number;
  p_value: number;
}
export interface SampleRatio {
  overall: ChiSquare | NotEstimable;
  at_every_look: { p_value: number; log_bayes_factor: number } | null;
  mismatch: boolean;
  by_dimension: { dimension: string; test: ChiSquare | NotEstimable; differs: boolean }[];
}

export interface Variant {
  name: string;
  units: number;
  planned_share: number;
  is_control: boolean;
}
export interface Family {
  description: string;
  tests: number;
  correction: string;
}

export type MetricKind = 'proportion' | 'mean';
export type Direction = 'higher_is_better' | 'lower_is_better';

/** What a comparison says; `withheld`: the data allow none, `unknown`: it cannot be made. */
export type Verdict = 'helps' | 'harms' | 'unclear' | 'withheld' | 'unknown';

export interface Arm {
  variant: string;
  units: number;
  missing: number;
  mean: Estimate;
  successes: number | null;
  standard_deviation: number;
}
export interface Comparison {
  variant: string;
  difference: Difference;
  lift: Estimate;
  adjusted_p_value: number;
  verdict: Verdict;
  bayes: { chance_to_win: number; expected_loss: number; expected_loss_of_keeping: number } | NotEstimable;
  posterior: Estimate;
  detectable_difference: { value: number } | NotEstimable;
}
export interface Metric {
  name: string;
  definition: string;
  role: 'primary' | 'secondary' | 'guardrail' | 'exploratory' | null;
  kind: MetricKind;
  direction: Direction;
  arms: Arm[];
  comparisons: Comparison[];
  chance_to_be_best: { variant: string; probability: number }[];
  findings: Finding[];
}

export interface PooledValue extends EstimateValue {
  standard_deviation: number;
  chance_above_zero: number;
}
export interface Segment {
  segment: string;
  control_units: number;
  treatment_units: number;
  control_mean: Estimate;
  raw: Difference;
  raw_lift: Estimate;
  adjusted_p_value: number;
  verdict: Verdict;
  /** The one number beside the verdict. */
  estimate: (EstimateValue & { pooled: boolean }) | NotEstimable;
  pooled: PooledValue | NotEstimable;
  detectable_difference: { value: number } | NotEstimable;
  too_small: boolean;
  best_probability: number | null;
}
export interface SegmentTable {
  dimension: string;
  metric: string;
  variant: string;
  segments: Segment[];
  pooling: { overall: PooledValue; spread: EstimateValue; real_share: EstimateValue } | NotEstimable;
  heterogeneity: { q: number; degrees_of_freedom: number; p_value: number; adjusted_p_value: number } | NotEstimable;
  findings: Finding[];
}

/** An effect that was found in a segment. */
export interface FoundEffect {
  dimension: string;
  segment: string;
  metric: string;
  variant: string;
  verdict: Verdict;
  estimate: EstimateValue;
  pooled: boolean;
}
export interface Answer {
  headline: string;
  sentences: { kind: string; text: string }[];
  segments: FoundEffect[];
}
export interface Target {
  variant: string;
  dimension: string;
  segment: string;
  /** Give the variant to this segment, or all but this segment. */
  use: boolean;
  population: Record<string, unknown> | null;
}
export interface NextStep {
  step: 'fix_data' | 'keep_running' | 'ship' | 'target_segments' | 'stop';
  text: string;
  reason: string;
  missing_units: number | null;
  targets: Target[];
}

export interface Served {
  environment: string;
  experiment: string;
  hypothesis: string;
  unit: string;
  plan: { fingerprint: string; revision: number; planned_units: number | null; before_horizon: boolean };
  started: string;
  stopped: string | null;
  exposures: { count: number; first: string | null; last: string | null; first_revision: number; last_revision: number };
  watermark: { journal_offset: number; received: string | null };
  deviations: string[];
}

export interface Analysis {
  format: 'splitplot.analysis';
  version: 1;
  source: { name: string; format: string; rows: number; units: number };
  served: Served | null;
  request: { alpha: number; power: number; monitoring: 'fixed_horizon' | 'sequential' | 'group_sequential'; dimensions: string[] };
  answer: Answer;
  next: NextStep;
  findings: Finding[];
  sample_ratio: SampleRatio;
  variants: Variant[];
  family: Family;
  segment_family: Family | null;
  look: { look: number; information: number; boundary: number | null } | null;
  metrics: Metric[];
  segment_tables: SegmentTable[];
  assumptions: { what: string; change: string }[];
}

export interface Session {
  connection: string;
  kind: string;
  environment: string;
  expires: string;
}

/** How a metric of a summary or a timeline is to be read. */
export interface MetricNote {
  key: string;
  kind: MetricKind;
  direction: Direction;
}

export interface Effect {
  estimate: number;
  lower: number | null;
  upper: number | null;
}
export interface Summary {
  key: string;
  hypothesis: string;
  status: string;
  started: string | null;
  stopped: string | null;
  method: string;
  planned_units: number | null;
  units: number;
  exposures: number;
  last_exposure: string | null;
  variants: { key: string; weight: number; units: number }[];
  primary_metric: MetricNote | null;
  headline: string | null;
  next: NextStep | null;
  effects: ({ variant: string } & (Effect | NotEstimable))[];
  problems: string[];
  computed: string | null;
}

export interface TimelineDifference {
  units: number;
  mean: number | null;
  difference: Effect | null;
  reason?: string;
}
export interface TimelineVariant extends TimelineDifference {
  key: string;
  new_units: number;
  daily: TimelineDifference;
}
export interface Timeline {
  experiment: string;
  metric: MetricNote;
  control: string;
  step_seconds: number;
  confidence: number;
  method: string;
  notes: string[];
  points: { until: string; variants: TimelineVariant[] }[];
}

export interface Minute {
  start: string;
  events: number;
  exposures: number;
  rejected: number;
  duplicates: number;
  decisions: number;
}
export interface Traffic {
  now: string;
  since: string;
  minutes: Minute[];
  events_per_second: number;
  names: { type: string; name: string; last_minute: number; last_hour: number }[];
  sources: { connection: string; last_hour: number }[];
  recent: { time: string; type: string; name: string; unit: { kind: string; id: string } | null; source: string }[];
  rejected: { received: string; source: string; reason: string; message: string }[];
}

export type Suggestion = 'variant' | 'unit' | 'time' | 'metric' | 'covariate' | 'dimension' | 'none';
export interface UploadedFile {
  id: string;
  name: string;
  bytes: number;
  expires: string;
  columns: { name: string; type: string; suggestion: Suggestion; why: string }[];
  sample: (string | null)[][];
}

export interface TrueEffect {
  variant: string;
  dimension: string | null;
  level: string | null;
  units: number;
  control_value: number;
  value: number;
  difference: number;
  lift: number;
}
export interface Truth {
  version: number;
  experiments: { key: string; control: string; metrics: { key: string; effects: TrueEffect[] }[]; faults: unknown[] }[];
}
