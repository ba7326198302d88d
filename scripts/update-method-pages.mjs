// Puts the example programs (examples/methods) and what they print into the method pages (docs/methods), and makes the table of
// docs/methods/README.md from the pages; with --check only compares. Refuses pages that lack a part, public functions of `stats` without a
// page, and tests that are not there.
//   node scripts/update-method-pages.mjs [--check] <repository> <folder of the built examples>
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const parts = ['Functions', 'Formula', 'Assumptions', 'Used', 'Limits', 'Source', 'Tests', 'Example'];
const tableBegin = '<!-- methods:begin -->\n';
const tableEnd = '<!-- methods:end -->';
// The vocabulary of answers: no methods.
const vocabulary = new Set(['not_estimable', 'name_of', 'code_of', 'text_of']);

/** Names of the free functions that a header declares. */
export function functionsOf(header) {
  const code = header.replace(/\/\/[^\n]*/g, '');
  return [...code.matchAll(/^\[\[nodiscard\]\][^;{}()]*?\b(\w+)\(/gm)].map((match) => match[1]).filter((name) => !vocabulary.has(name));
}

/** The paragraphs of a page that open with "**Name.**" or "**Name**", by name. */
export function partsOf(page) {
  const found = {};
  const starts = [...page.matchAll(/^\*\*([A-Z][a-z]+)\.?\*\*/gm)].filter((match) => parts.includes(match[1]));
  starts.forEach((match, i) => {
    found[match[1]] = page.slice(match.index, starts[i + 1]?.index ?? page.length);
  });
  return found;
}

/** The page with the example's text and output between its markers. */
export function withExample(page, source, output) {
  const block = `\n\`\`\`cpp\n${source.trimEnd()}\n\`\`\`\n\nprints\n\n\`\`\`text\n${output.trimEnd()}\n\`\`\`\n\n`;
  return page.replace(/(<!-- example: \w+\.cpp -->\n)[\s\S]*?(<!-- end example -->)/, (_whole, begin, end) => begin + block + end);
}

/** What is wrong with the pages as a whole: a page lacks a part, a function lies on no page or on two, a test file is missing. */
export function complaintsAbout(pages, functions, exists) {
  const complaints = [];
  const homes = new Map();
  for (const { name, text } of pages) {
    const found = partsOf(text);
    for (const part of parts) if (!found[part]) complaints.push(`docs/methods/${name}: has no paragraph **${part}**`);
    for (const [, word] of (found.Functions ?? '').matchAll(/`(\w+)`/g)) homes.set(word, [...(homes.get(word) ?? []), name]);
    const files = [...(found.Tests ?? '').matchAll(/`((?:src|test)\/[\w./]+)`/g)].map((match) => match[1]);
    if (!files.some((file) => file.endsWith('_test.cpp'))) complaints.push(`docs/methods/${name}: names no unit test`);
    for (const file of files) if (!exists(file)) complaints.push(`docs/methods/${name}: there is no ${file}`);
  }
  for (const { header, name } of functions) {
    const places = homes.get(name) ?? [];
    if (places.length === 0) complaints.push(`${header}: '${name}' is on no page of docs/methods`);
    if (places.length > 1) complaints.push(`${header}: '${name}' is on several pages: ${places.join(', ')}`);
  }
  return complaints;
}

/** The table of methods: one row a page. */
export function tableOf(pages) {
  const rows = pages.map(({ name, text }) => {
    const found = partsOf(text);
    const title = text.match(/^# (.*)$/m)?.[1] ?? name;
    const functions = [...(found.Functions ?? '').matchAll(/`(\w+)`/g)].map((match) => `\`${match[1]}\``);
    const tests = [...(found.Tests ?? '').matchAll(/`((?:src\/stats\/tests|test)\/[\w./]+)`/g)].map(
      ([, file]) => `[${file.replace(/^src\/stats\/tests\/|^test\/|_test\.cpp$|\.cpp$/g, '')}](../../${file})`,
    );
    return `| [${title}](${name}) | ${[...new Set(functions)].join(' ')} | ${[...new Set(tests)].join(', ')} |\n`;
  });
  return `| method | functions | tests |\n|---|---|---|\n${rows.join('')}`;
}

function headersBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? headersBelow(path) : path.endsWith('.hpp') ? [path] : [];
  });
}

function main(root, programs, checkOnly) {
  const folder = join(root, 'docs/methods');
  const include = join(root, 'src/stats/include');
  const functions = headersBelow(include).flatMap((header) =>
    functionsOf(readFileSync(header, 'utf8')).map((name) => ({ header: header.slice(include.length + 1), name })),
  );
  const complaints = [];
  const pages = readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  for (const page of pages) {
    const example = page.text.match(/<!-- example: (\w+)\.cpp -->/)?.[1];
    const source = join(root, `examples/methods/${example}.cpp`);
    if (!example || !existsSync(source)) {
      complaints.push(`docs/methods/${page.name}: has no example in examples/methods`);
      continue;
    }
    page.updated = withExample(page.text, readFileSync(source, 'utf8'), execFileSync(join(programs, example), { encoding: 'utf8' }));
  }
  complaints.push(...complaintsAbout(pages, functions, (file) => existsSync(join(root, file))));

  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const from = readme.indexOf(tableBegin);
  const to = readme.indexOf(tableEnd);
  if (from < 0 || to < from) throw new Error(`docs/methods/README.md lacks the markers ${tableBegin.trim()} and ${tableEnd}`);
  pages.push({ name: 'README.md', text: readme, updated: readme.slice(0, from + tableBegin.length) + tableOf(pages) + readme.slice(to) });
  for (const { name, text, updated } of pages) {
    if (updated === undefined || updated === text) continue;
    if (checkOnly) {
      complaints.push(`docs/methods/${name}: is not what the examples and pages say; run: make docs`);
    } else {
      writeFileSync(join(folder, name), updated);
      console.log(`Updated docs/methods/${name}`);
    }
  }
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [root, programs] = process.argv.slice(2).filter((argument) => argument !== '--check');
  process.exitCode = main(root, programs, process.argv.includes('--check'));
}
