// Checks the documentation of a tree: relative links and their anchors resolve, each module folder has a README.md.
//   node check_docs.mjs <root>
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Markdown without fenced code, inline code and comments: what is left can hold links. */
function prose(markdown) {
  return markdown
    .replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2[^\n]*$/gm, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/(`+)[^`]*?\1/g, (code) => code.replace(/[[\]()<>]/g, ''));
}

/** The anchors that the headings of a page get: lower case, punctuation dropped, spaces to hyphens, repeats numbered. */
export function anchorsOf(markdown) {
  const seen = new Map();
  const anchors = new Set();
  for (const [, heading] of prose(markdown).matchAll(/^#{1,6}\s+(.*?)\s*#*\s*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    const slug = plain.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-');
    const repeats = seen.get(slug) ?? 0;
    seen.set(slug, repeats + 1);
    anchors.add(repeats === 0 ? slug : `${slug}-${repeats}`);
  }
  for (const [, id] of markdown.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** Targets of links and images, reference definitions included; none that lead to the web. */
export function relativeTargets(markdown) {
  const text = prose(markdown);
  const targets = [];
  for (const [, target] of text.matchAll(/\]\(\s*<?([^()\s>]+(?:\([^()\s]*\)[^()\s>]*)?)>?(?:\s+"[^"]*")?\s*\)/g)) {
    targets.push(target);
  }
  for (const [, target] of text.matchAll(/^ {0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s+"[^"]*")?\s*$/gm)) targets.push(target);
  return targets.filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** Complaints about the links of one page. `read(path)` answers a file's text, '' for a folder, undefined for nothing. */
export function brokenLinks(path, markdown, read) {
  const complaints = [];
  for (const target of relativeTargets(markdown)) {
    const [file, anchor] = target.split('#', 2);
    const place = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)));
    const text = place.startsWith('..') || place.startsWith('/') ? undefined : file === '' ? markdown : read(place);
    if (text === undefined) {
      complaints.push(`${path}: link to ${target}: no such file in the repository`);
    } else if (anchor && place.endsWith('.md') && !anchorsOf(text).has(anchor)) {
      complaints.push(`${path}: link to ${target}: ${place} has no such heading`);
    }
  }
  return complaints;
}

function check(root) {
  const listed = execFileSync(
    'git',
    ['-c', 'safe.directory=*', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'],
    { encoding: 'utf8' },
  );
  const read = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return undefined;
    return statSync(full).isDirectory() ? '' : readFileSync(full, 'utf8');
  };
  const complaints = [];
  for (const path of listed.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    complaints.push(...brokenLinks(path, readFileSync(join(root, path), 'utf8'), read));
  }
  for (const module of readdirSync(join(root, 'src'))) {
    const text = read(`src/${module}/README.md`);
    if (text === undefined || !/^# /m.test(text)) complaints.push(`src/${module}: no README.md with a heading`);
  }
  return complaints;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const complaints = check(process.argv[2]);
  for (const complaint of complaints) console.error(complaint);
  process.exit(complaints.length === 0 ? 0 : 1);
}
