// Input that nobody should send, for the golden cases bad_*: small files as they stand here, large ones made by rule.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const kDepth = 100_000;

const kUnknown = `kind: flag
key: f
variants: {a: 1, b: 2}
default: a
enabeld: true
content: {target: text, maxbytes: 5}
rules:
  - serve: b
    rolout: 5%
    requires: [{flag: f2, is: a, otherwis: skip}]
  - experiment: e
    variant: {c: a, t: b}
---
kind: experiment
key: e
varients: {c: 1, t: 1}
variants: [{key: c, weigth: 1}, {key: t}]
variants_for: [{iff: {a: 1}, variants: {c: 1, t: 1}}]
sticky: {versoin: 1}
holds_out: {varient: c}
layer: {key: l, slise: [0, 1]}
metrics: {primry: [m]}
plan: {methd: fixed}
pages: [{type: regex, pattern: "/a", includ: true}]
---
kind: metric
key: m
type: count
event: e
windw: 7d
---
kind: segment
key: s
condtion: {}
condition: {a: {$gtt: 5}}
---
kind: list
key: li
valus: []
values: [[a], {b: 1}]
---
kind: items
key: it
colums: {}
items: []
---
kind: layer
key: l
sed: x
---
kind: connection
key: c
type: client
encription: true
`;

const kKeys = [
  'a/b', '../../etc/passwd', 'with space', 'ключ', '-dash', '', 'k'.repeat(101), 'a\0b', 'a\nb', '\x1b[31mred', '<script>alert(1)</script>', 5, true, ['a'], null,
];

const kCycles = `kind: flag
key: a
variants: {on: true, off: false}
default: off
rules: [{serve: on, requires: [{flag: b, is: on}]}]
---
kind: flag
key: b
variants: {on: true, off: false}
default: off
rules: [{serve: on, requires: [{flag: c, is: on}]}]
---
kind: flag
key: c
variants: {on: true, off: false}
default: off
rules: [{experiment: e}]
---
kind: flag
key: itself
variants: {on: true, off: false}
default: off
rules: [{serve: on, requires: [{flag: itself, is: on}]}]
---
kind: flag
key: nobody
variants: {on: true, off: false}
default: off
rules: [{serve: on, requires: [{flag: missing, is: on}]}]
---
kind: experiment
key: e
variants: {on: 1, off: 1}
requires: [{flag: a, is: on}]
---
kind: segment
key: s1
condition: {$inSegment: s2}
---
kind: segment
key: s2
condition: {$not: {$inSegment: s1}}
---
kind: experiment
key: holds-out-itself
variants: {kept: 1, like-all: 1}
holds_out: {variant: kept, of: [holds-out-itself]}
`;

const kWeights = `kind: experiment
key: negative
variants: {a: 1, b: -1}
---
kind: experiment
key: zero
variants: {a: 0, b: 1}
---
kind: experiment
key: some
variants: [{key: a, weight: 50}, {key: b}]
---
kind: experiment
key: percentages
variants: {a: 60%, b: 60%}
---
kind: experiment
key: words
variants: {a: half, b: [1]}
---
kind: experiment
key: beyond-a-double
variants: {a: 1e308, b: 1e308}
---
kind: experiment
key: one
variants: {a: 1}
---
kind: experiment
key: coverage
coverage: 120%
variants: {a: 1, b: 1}
---
kind: experiment
key: coverage-without-percent
coverage: 50
variants: {a: 1, b: 1}
---
kind: experiment
key: groups
variants: {a: 1, b: 1}
variants_for: [{if: {x: 1}, variants: {b: 1, third: 2}}, {if: {y: 1}, variants: {a: 0, b: 1}}]
---
kind: flag
key: f
variants: {a: 1, b: 2}
default: a
rules:
  - {serve: b, rollout: 101%}
  - {serve: b, rollout: -1%}
  - {serve: b, rollout: [{from: 2026-02-01, share: 0.1}, {from: 2026-01-01, share: 0.2}]}
`;

const kLayers = `kind: layer
key: page
---
kind: experiment
key: left
status: running
layer: {key: page, slice: [0, 0.6]}
variants: {x: 1, y: 1}
---
kind: experiment
key: right
status: running
layer: {key: page, slice: [0.5, 1]}
variants: {x: 1, y: 1}
---
kind: experiment
key: backwards
layer: {key: page, slice: [0.6, 0.5]}
variants: {x: 1, y: 1}
---
kind: experiment
key: beyond
layer: {key: page, slice: [0, 1.5]}
variants: {x: 1, y: 1}
---
kind: experiment
key: one-end
layer: {key: page, slice: [0]}
variants: {x: 1, y: 1}
---
kind: experiment
key: text
layer: {key: page, slice: "0-1"}
variants: {x: 1, y: 1}
---
kind: experiment
key: nowhere
layer: {key: pge}
variants: {x: 1, y: 1}
`;

// Read as patterns: those that are none are refused, the others may take as long as they like and do not.
const kPatterns = {
  catastrophic: '(a+)+$',
  'catastrophic-too': '^(([a-z])+.)+[A-Z]([a-z])+$',
  backreference: '(a)\\1',
  lookahead: '^(?=.*x).*$',
  open: '(a',
  'large-count': 'a{100000}',
  'nested-counts': '((a{100}){100}){100}',
  long: 'a'.repeat(100_000),
  'no-text': 5,
  backwards: '[z-a]',
  recursion: '(a|(?R))',
  callout: 'a(?C1)',
  verb: '(*LIMIT_MATCH=1)a',
  'many-words': Array.from({ length: 20_000 }, (_, i) => `w${i}`).join('|'),
};

const kGood = `kind: flag
key: banner
variants: {off: false, on: true}
default: off
rules:
  - {if: {name: {$regex: "^(a+)+$"}}, serve: on}
  - {if: {a9999: 9999}, serve: on}
  - {experiment: banner-test, variants: {control: off, treatment: on}}
---
kind: experiment
key: banner-test
status: running
seed: banner-1
variants: {control: 50, treatment: 50}
`;

const kFlag = (variants) => `{"kind":"flag","key":"f","variants":${variants},"default":"a"}`;

// What is no text, no YAML or no JSON, by file name.
const kTexts = {
  'half-pair.json': kFlag('{"a":"\\ud800","b":"x"}'),
  'half-pair.yaml': 'kind: flag\nkey: f\nvariants: {a: "\\ud800", b: x}\ndefault: a\n',
  'nul.yaml': 'kind: flag\nkey: f\0g\n',
  'control.json': '{"kind":"flag","key":"f\u0007"}',
  'latin-1.yaml': Buffer.from('kind: flag\nkey: caf\xe9\n', 'latin1'),
  'utf-16.yaml': Buffer.from('\ufeffkind: flag\n', 'utf16le'),
  'twice.yaml': 'kind: flag\nkey: f\nkey: g\nvariants: {a: 1, a: 2}\n',
  'twice.json': '{"kind":"flag","kind":"flag","key":"f"}',
  'twice-there.yaml': 'kind: layer\nkey: one\n---\nkind: layer\nkey: one\n',
  'trailing.json': '{} {}',
  'comma.json': '[{"kind":"flag"},]',
  'nan.json': kFlag('{"a":NaN,"b":1}'),
  'nan.yaml': 'kind: flag\nkey: f\nvariants: {a: .nan, b: -.inf}\ndefault: a\n',
  'beyond-a-double.json': kFlag('{"a":1e999,"b":1}'),
  'beyond-a-double.yaml': 'kind: flag\nkey: f\nvariants: {a: 1e400, b: 1.5}\ndefault: a\n',
  'octal.yaml': 'kind: flag\nkey: f\nvariants: {a: 007, b: 1}\ndefault: a\n',
  'number.json': '[5]',
  'text.yaml': 'flag\n',
  'tabs.yaml': 'kind: flag\n\tkey: f\n',
  'tag.yaml': 'kind: !!python/object flag\nkey: f\n',
  'merge.yaml': 'base: &b {kind: flag}\n---\n<<: {kind: flag}\nkey: f\n',
  'open.yaml': 'kind: flag\nvariants: {a: "1\n',
};

function aliasBomb() {
  const names = 'abcdefghij';
  const lines = [`a: &a [${Array(9).fill('x')}]`];
  for (let i = 1; i < names.length; ++i) lines.push(`${names[i]}: &${names[i]} [${Array(9).fill(`*${names[i - 1]}`)}]`);
  return lines.join('\n') + '\n';
}

const kNested = () => ({
  'open-lists.json': '['.repeat(kDepth),
  'lists.json': '['.repeat(kDepth) + ']'.repeat(kDepth),
  'conditions.json': '{"kind":"segment","key":"s","condition":' + '{"$not":'.repeat(kDepth) + '{}' + '}'.repeat(kDepth + 1),
  'open-lists.yaml': 'kind: segment\nkey: s\ncondition: ' + '['.repeat(kDepth) + '\n',
  'conditions.yaml': 'kind: segment\nkey: s\ncondition: ' + '{$not: '.repeat(kDepth) + '{}' + '}'.repeat(kDepth) + '\n',
  'blocks.yaml': 'kind: segment\nkey: s\ncondition:\n' + Array.from({ length: 2000 }, (_, i) => ' '.repeat(i + 1) + '$not:\n').join(''),
  'dashes.yaml': '- '.repeat(kDepth) + 'a\n',
  'alias-bomb.yaml': aliasBomb(),
  'alias-of-itself.yaml': 'kind: flag\nkey: f\nvariants: &v {a: *v}\n',
  'many.json': `[${'0,'.repeat(kDepth)}0]`,
});

const kContexts = () => {
  const attributes = (count) => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i])));
  return {
    'large.json': JSON.stringify({ name: 'x'.repeat(10 << 20) }),
    'catastrophic.json': JSON.stringify({ name: 'a'.repeat(10 << 20) + '!' }),
    'too-large.json': JSON.stringify({ name: 'x'.repeat(16 << 20) }),
    'attributes.json': attributes(10_000),
    'too-many.json': attributes(100_001),
    'deep.json': '{"a":'.repeat(kDepth) + '1' + '}'.repeat(kDepth),
    'list.json': '[1]',
    'half-pair.json': '{"a":"\\ud800"}',
    'empty.json': '',
    'latin-1.json': Buffer.from('{"name":"caf\xe9"}', 'latin1'),
  };
};

const kLists = {
  'outside-ascii.csv': 'id\njürgen\n李\nann\n',
  'open-quote.csv': 'id,age\n"a,b\nu2,3\n',
  'ragged.csv': 'id,age\nu1,1\nu2\n',
  'two-of-a-name.csv': 'id,id\nu1,u2\n',
  'no-name.csv': ',age\nu1,3\n',
  'no-ids.csv': 'id\n""\nu1\n',
  'carriage-returns.csv': 'id\ra\rb\r',
  'empty.csv': '',
  'header.csv': 'id\n',
  'long-cell.csv': () => `id,name\nu1,${'x'.repeat(2 << 20)}\n`,
};

const kPayloads = {
  'list.json': '[]',
  'encrypted.json': '{"encryptedFeatures":"abc.def"}',
  'cut.json': '{"features":{"banner":',
  'deep.json': () => '['.repeat(kDepth),
  'circle.json': '{"features":{"banner":{"defaultValue":1,"rules":[{"parentConditions":[{"id":"banner","condition":{"value":1}}],"force":2}]}}}',
  'weights.json': '{"features":{"banner":{"defaultValue":1,"rules":[{"key":"a","variations":[1,2],"weights":[-1,2]},{"key":"b","variations":[1,2],"weights":[1]}]}}}',
  'namespaces.json':
    '{"features":{"banner":{"defaultValue":1,"rules":[{"key":"a","variations":[1,2],"namespace":["n",0.9,0.1]},{"key":"b","variations":[1,2],"namespace":"n"}]}}}',
  'pattern.json': '{"features":{"banner":{"defaultValue":1,"rules":[{"condition":{"id":{"$regex":"("}},"force":2},{"condition":{"id":{"$regex":"(a+)+$"}},"force":3}]}}}',
  'no-rules.json': '{"features":{"banner":{"defaultValue":1,"rules":[5,null,"x"]}},"savedGroups":7}',
};

/** Writes a folder `bad`. */
export function writeHostileFixtures(folder) {
  const base = join(folder, 'bad');
  const write = (path, content) => {
    const text = typeof content === 'function' ? content() : content;
    writeFileSync(join(base, path), text);
  };
  const writeAll = (name, files) => {
    mkdirSync(join(base, name), { recursive: true });
    for (const [file, content] of Object.entries(files)) write(join(name, file), content);
  };
  mkdirSync(join(base, 'no-documents'), { recursive: true });
  write('no-documents/readme.txt', 'nothing here\n');
  symlinkSync('nowhere', join(base, 'dangling.yaml'));
  write('unknown.yaml', kUnknown);
  write('keys.json', JSON.stringify(kKeys.map((key) => ({ kind: 'flag', key })), null, 1));
  write('kinds.yaml', 'kind: flagg\nkey: a\n---\nkidn: flag\nkey: b\n---\nkind: 5\nkey: c\n---\nkind: flag\n');
  write('cycles.yaml', kCycles);
  write('weights.yaml', kWeights);
  write('layers.yaml', kLayers);
  write('patterns.json', JSON.stringify(Object.entries(kPatterns).map(([key, pattern]) => ({ kind: 'segment', key, condition: { name: { $regex: pattern } } })), null, 1));
  write('good.yaml', kGood);
  write('empty.yaml', '');
  write('windows.yaml', '\ufeff' + kGood.replaceAll('\n', '\r\n'));
  write('large.yaml', `kind: flag\nkey: f\ndescription: ${'x'.repeat(4_000_000)}\n`);
  write('too-large.yaml', `kind: flag\nkey: f\ndescription: ${'x'.repeat(16 << 20)}\n`);
  writeAll('texts', kTexts);
  writeAll('nested', kNested());
  writeAll('contexts', kContexts());
  writeAll('lists', kLists);
  writeAll('payloads', kPayloads);
}
