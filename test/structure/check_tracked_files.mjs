// Checks the text of all tracked files: no path of one machine, no address of a package registry, no source file that is too long.
//   node check_tracked_files.mjs <root>
import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const maximumLines = 800;
// Written in pieces, so that this file passes its own check.
const machineFolders = ['work', 'root', 'tmp'].join('|');
const rules = [
  { pattern: new RegExp(`(?<![\\w.}$)*~-])/(?:${machineFolders})(?=/|\\b(?![\\w-]))`), why: 'a path of one machine' },
  {
    pattern: new RegExp(['registry\\.npm' + 'js', 'npmjs\\.' + 'org', 'deb\\.debian' + '\\.org', 'pypi\\.' + 'org'].join('|')),
    why: 'an address of a package registry',
  },
];

/** Complaints about one file's text. */
export function complaintsAbout(path, text) {
  const complaints = [];
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    for (const { pattern, why } of rules) {
      if (pattern.test(line)) complaints.push(`${path}:${index + 1}: ${why}: ${line.trim().slice(0, 120)}`);
    }
  });
  if (/\.(cpp|hpp|mjs)$/.test(path) && lines.length > maximumLines) {
    complaints.push(`${path}: ${lines.length} lines; at most ${maximumLines}`);
  }
  return complaints;
}

function check(root) {
  const listed = execFileSync(
    'git',
    ['-c', 'safe.directory=*', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  const complaints = [];
  for (const path of listed.split('\0').filter((name) => name !== '')) {
    const full = join(root, path);
    const status = lstatSync(full, { throwIfNoEntry: false });
    if (!status?.isFile()) continue;
    const bytes = readFileSync(full);
    if (!bytes.includes(0)) complaints.push(...complaintsAbout(path, bytes.toString('utf8')));
  }
  return complaints;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const complaints = check(process.argv[2]);
  for (const complaint of complaints) console.error(complaint);
  process.exit(complaints.length === 0 ? 0 : 1);
}
