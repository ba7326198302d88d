// What the words of the pages mean, in the order in which a reader meets them: for the "?" beside a word and for "How to read this
// page". Plain text, without a link to anywhere.

interface Explanation {
  name: string;
  text: string;
}

export const terms = {
  unit: {
    name: 'Unit',
    text: 'Whoever the experiment puts into a variant: a visitor, a customer, a device. A unit counts once, in the variant that it met first.',
  },
  control: {
    name: 'Control',
    text: 'The variant that all others are compared with, usually how things are today. It is grey everywhere.',
  },
  interval: {
    name: 'Interval',
    text: 'The effects that the data leave possible: the line in a chart, the numbers in brackets. A 95 % interval holds the true effect in about 95 of 100 experiments. One that holds at every look may be read while the experiment runs; it is wider for it.',
  },
  verdict: {
    name: 'Verdict',
    text: "“Helps” and “harms” are said where chance alone would hardly make such a difference, corrected for how many tests there are; in a segment the whole pooled interval must lie on that side of zero, too. “Can't tell” is not “no effect”: the interval says what remains possible.",
  },
  lift: {
    name: 'Lift',
    text: 'The change relative to the control: from 20 % to 22 % is a lift of 10 % and a difference of 2 points.',
  },
  difference: {
    name: 'Difference',
    text: 'The variant less the control: in percentage points for a rate, else in the unit of the metric.',
  },
  corrected: {
    name: 'Corrected p',
    text: 'How often chance alone would make a difference at least this large, made larger because several tests have several chances to err (by the method of Holm, unless the plan says otherwise). Small is strong: “.05” is one time in twenty.',
  },
  raw: {
    name: 'Raw',
    text: 'The difference counted in this segment alone: the ring. In a small segment it is mostly chance, so the largest raw effect is usually that of a small segment.',
  },
  pooled: {
    name: 'Pooled',
    text: 'The raw difference drawn towards the mean of all segments, as far as the data say that segments differ by chance: the dot. Read this one. Its interval holds for one look.',
  },
  visible: {
    name: 'Smallest visible effect',
    text: 'The smallest true difference that so many units would show in 80 of 100 experiments (or as often as the plan asks). A smaller one may well be there and not be seen.',
  },
  differs: {
    name: 'Does the effect differ?',
    text: "A test of whether the raw effects lie farther apart than chance alone would put them (Cochran's Q), corrected for how many such tests there are. A small p says that segments respond differently.",
  },
  meanOfSegments: {
    name: 'Mean over segments',
    text: 'Here every segment counts alike, however few its units; in the effect on everybody every unit counts alike. The two differ where the effect is another one in large segments than in small ones.',
  },
  chance: {
    name: 'Chance to win',
    text: "How probable it is that the variant is better than the control, by these data alone. It holds for one look and knows nothing of the other tests, so it can be high where the verdict is “can't tell”. Decide by the verdict.",
  },
  roles: {
    name: 'Primary, secondary, guardrail',
    text: 'The primary metric decides. Secondary ones explain. A guardrail must not get worse, whatever else gets better.',
  },
  split: {
    name: 'The split',
    text: 'Units should arrive in the shares that were planned. Where they do not, some were lost in one variant more than in another, and no comparison can be trusted until it is known why.',
  },
  exposure: {
    name: 'Exposure',
    text: 'A unit meets its variant. A unit can meet it several times; the first time counts.',
  },
  plan: {
    name: 'Frozen plan',
    text: 'What was to be measured and how, fixed when the experiment started so that nobody can choose afterwards what looks best. The fingerprint is a checksum: the same one, the same plan.',
  },
  journal: {
    name: 'Journal',
    text: "The server's file of everything that came in, as it came. Results can be computed from it again at any time.",
  },
  truth: {
    name: 'Truth',
    text: "The effect that the demo's simulator really has: the upright mark. Nobody knows it of a real experiment.",
  },
} satisfies Record<string, Explanation>;

export type Term = keyof typeof terms;
