// Golden tests: what the program prints, to the character. One file a case:
//
//   Why this case exists, one or more lines.
//   $ splitplot analyze shop.csv --variant group --metric spend
//   exit 0
//   --- stdout
//   ...
//   --- stderr
//   ...
//
// golden.mjs fixtures DIR                        writes the input files
// golden.mjs run BINARY FIXTURES CASE [--update] runs a case; with --update takes what was printed as expected (read the diff before you commit it)

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { writeFixtures } from './fixtures.mjs';

function parseCase(text) {
  const match = text.match(/^([\s\S]*?)^\$ (.*(?:\\\n.*)*)\nexit (\d+)\n--- stdout\n([\s\S]*?)--- stderr\n([\s\S]*)$/m);
  if (!match) throw new Error('not a golden case: expected "$ command", "exit N", "--- stdout", "--- stderr"');
  const [, why, command, exit, stdout, stderr] = match;
  return { why, command, exit: Number(exit), stdout, stderr };
}

function runCase(binary, folder, command) {
  // A shell splits the words, so that a case reads like what a user types.
  const line = command.replace(/\\\n/g, ' ').replace(/^splitplot\b/, '"$SPLITPLOT"');
  const result = spawnSync('/bin/sh', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, SPLITPLOT: binary, LC_ALL: 'C.UTF-8' },
    timeout: 120_000,
    maxBuffer: 64 << 20,
  });
  if (result.error) throw result.error;
  return { exit: result.status, stdout: result.stdout, stderr: result.stderr };
}

function firstDifference(expected, actual) {
  const wanted = expected.split('\n');
  const got = actual.split('\n');
  const at = wanted.findIndex((line, i) => line !== got[i]);
  const from = at === -1 ? wanted.length : at;
  return [`  line ${from + 1}`, `  expected: ${wanted[from] ?? '(end)'}`, `  printed:  ${got[from] ?? '(end)'}`].join('\n');
}

function main([mode, ...rest]) {
  if (mode === 'fixtures') {
    writeFixtures(rest[0]);
    return 0;
  }
  const [binary, folder, path, update] = rest;
  const expected = parseCase(readFileSync(path, 'utf8'));
  const actual = runCase(binary, folder, expected.command);
  if (update === '--update') {
    writeFileSync(path, `${expected.why}$ ${expected.command}\nexit ${actual.exit}\n--- stdout\n${actual.stdout}--- stderr\n${actual.stderr}`);
    return 0;
  }
  let failures = 0;
  for (const part of ['exit', 'stdout', 'stderr']) {
    if (actual[part] === expected[part]) continue;
    failures += 1;
    console.log(`${path}: ${part} differs\n${firstDifference(String(expected[part]), String(actual[part]))}`);
  }
  if (failures > 0) console.log(`\nprinted in full:\n${actual.stdout}${actual.stderr}`);
  return failures === 0 ? 0 : 1;
}

process.exit(main(process.argv.slice(2)));
