// Puts the module table that the build wrote into ARCHITECTURE.md, between its markers; with --check only compares.
//   node scripts/update-module-table.mjs [--check] build/dev/module_table.md ARCHITECTURE.md
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const begin = '<!-- modules:begin -->\n';
const end = '<!-- modules:end -->';

/** The page with `table` between its markers. Throws when the markers are missing. */
export function replaceModuleTable(page, table) {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page lacks the markers ${begin.trim()} and ${end}`);
  return page.slice(0, from + begin.length) + table + page.slice(to);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const paths = process.argv.slice(2).filter((argument) => argument !== '--check');
  const [tablePath, pagePath] = paths;
  const page = readFileSync(pagePath, 'utf8');
  const updated = replaceModuleTable(page, readFileSync(tablePath, 'utf8'));
  if (process.argv.includes('--check')) {
    if (updated !== page) {
      console.error(`The module table in ${pagePath} is not what the build says; run: make docs`);
      process.exit(1);
    }
  } else if (updated !== page) {
    writeFileSync(pagePath, updated);
    console.log(`Updated ${pagePath}`);
  }
}
