// The checks of this folder find what they are for. Run by ctest with node --test.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { complaintsAbout as complaintsAboutPages, functionsOf, parts, tableOf, withExample } from '../../scripts/update-method-pages.mjs';
import { replaceModuleTable } from '../../scripts/update-module-table.mjs';
import { anchorsOf, brokenLinks, relativeTargets } from './check_docs.mjs';
import { complaintsAbout } from './check_tracked_files.mjs';

const tree = { 'docs/a.md': '# One\n\n## Two words, and `code`\n\n## One\n', docs: '', 'src/x.cpp': 'int x;' };
const read = (path) => tree[path];

test('a link to a file, a folder and a heading resolves', () => {
  const page = '[a](docs/a.md) [f](docs) [h](docs/a.md#two-words-and-code) [second](docs/a.md#one-1) ![c](src/x.cpp)';
  assert.deepEqual(brokenLinks('README.md', page, read), []);
});

test('a link to nothing, to a missing heading and out of the repository is reported', () => {
  assert.equal(brokenLinks('README.md', '[a](docs/b.md)', read).length, 1);
  assert.equal(brokenLinks('README.md', '[a](docs/a.md#three)', read).length, 1);
  assert.equal(brokenLinks('README.md', '[a](#three)\n# Two', read).length, 1);
  assert.equal(brokenLinks('docs/a.md', '[a](../../elsewhere/b.md)', read).length, 1);
  assert.equal(brokenLinks('README.md', '[ref]\n\n[ref]: docs/b.md', read).length, 1);
});

test('code and the web hold no links to check', () => {
  assert.deepEqual(relativeTargets('`[a](b.md)`\n```\n[c](d.md)\n```\n[e](https://example.org) [g](mailto:a@b.c)'), []);
});

test('links resolve against the folder of their page', () => {
  assert.deepEqual(brokenLinks('docs/b.md', '[a](a.md) [x](../src/x.cpp)', read), []);
  assert.equal(brokenLinks('docs/b.md', '[x](src/x.cpp)', read).length, 1);
});

test('headings in code are no anchors', () => {
  assert.deepEqual([...anchorsOf('# A\n```\n# B\n```\n')], ['a']);
});

test('paths of one machine and registry addresses are reported', () => {
  const slash = '/';
  for (const text of [`${slash}work/main`, `see "${slash}tmp/x"`, `cd ${slash}root`, `https://registry.npm${'js'}.org/x`]) {
    assert.equal(complaintsAbout('a.txt', text).length, 1, text);
  }
});

test('folders inside the repository may have any name', () => {
  for (const text of ['network/rooted', 'a/tmp/b', '${x}/work/y', '/workshop', '/rooted', './root/a', '/usr/bin/node']) {
    assert.deepEqual(complaintsAbout('a.txt', text), [], text);
  }
});

test('a source file that is too long is reported', () => {
  assert.equal(complaintsAbout('a.cpp', '\n'.repeat(801)).length, 1);
  assert.equal(complaintsAbout('a.md', '\n'.repeat(801)).length, 0);
});

test('the module table is put between its markers and nowhere else', () => {
  const page = 'before\n<!-- modules:begin -->\nold\n<!-- modules:end -->\nafter\n';
  const expected = 'before\n<!-- modules:begin -->\n| new |\n<!-- modules:end -->\nafter\n';
  assert.equal(replaceModuleTable(page, '| new |\n'), expected);
  assert.throws(() => replaceModuleTable('no markers', '| new |\n'), /marker/);
});

const wholePage = parts
  .map((part) => (part === 'Functions' ? '**Functions.** `one`, `two`' : part === 'Tests' ? '**Tests.** `src/stats/tests/a_test.cpp`' : `**${part}.** x`))
  .join('\n\n');

test('the free functions of a header are found, its methods and comments are not', () => {
  const header = '[[nodiscard]] Estimated<Interval> one(int a,\n   int b);\n// [[nodiscard]] int no();\nstruct S {\n  [[nodiscard]] int method();\n};\n[[nodiscard]] inline double two() {';
  assert.deepEqual(functionsOf(header), ['one', 'two']);
});

test('a page without a part, a function without a page or with two, a missing test file are reported', () => {
  const functions = [{ header: 'h.hpp', name: 'one' }, { header: 'h.hpp', name: 'two' }];
  const page = { name: 'p.md', text: `# P\n\n${wholePage}\n` };
  assert.deepEqual(complaintsAboutPages([page], functions, () => true), []);
  assert.equal(complaintsAboutPages([page], [...functions, { header: 'h.hpp', name: 'three' }], () => true).length, 1);
  assert.equal(complaintsAboutPages([page, { ...page, name: 'q.md' }], functions, () => true).length, 2);
  assert.equal(complaintsAboutPages([page], functions, () => false).length, 1);
  assert.equal(complaintsAboutPages([{ ...page, text: page.text.replace('**Limits.**', '') }], functions, () => true).length, 1);
});

test('the table has a row a page, the example stands between its markers', () => {
  assert.match(tableOf([{ name: 'p.md', text: `# P\n\n${wholePage}\n` }]), /\| \[P\]\(p\.md\) \| `one` `two` \| \[a\]\(/);
  const filled = withExample('x\n<!-- example: a.cpp -->\nold\n<!-- end example -->\n', 'int $&;\n', 'out\n');
  assert.match(filled, /-->\n\n```cpp\nint \$&;\n```\n\nprints\n\n```text\nout\n```\n\n<!-- end/);
});
