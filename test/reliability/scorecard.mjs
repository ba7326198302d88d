// Prints the reliability rows of the scorecard.
//   node scorecard.mjs BINARY [--tier quick|long] [--seed N] [--row R1]... [--check]
// With --check the exit code is 1 if a row does not meet its target.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { kRows, kTiers } from './rows.mjs';

const kSkipped = 77;

/** What a row needs of the machine and does not find; empty if nothing. */
function missing(id) {
  const works = (program, ...args) => {
    try {
      execFileSync(program, args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (['R3', 'R7'].includes(id) && !works('strace', '-q', '-o', '/dev/null', 'true')) return 'strace cannot trace here';
  if (id === 'R4' && !works('unshare', '--mount', 'true')) return 'this user cannot mount a tmpfs';
  return '';
}

function print({ id, test, n, target, ours, met, beside }) {
  console.log(`${id.padEnd(4)} ${test.padEnd(64)} ${String(n).padStart(9)}  ${target.padEnd(22)} ${ours.padEnd(34)} ${met ? 'met' : 'NOT MET'}`);
  console.log(`       beside it: ${beside}`);
}

async function main() {
  const { values, positionals: [binary] } = parseArgs({
    allowPositionals: true,
    options: { tier: { type: 'string', default: 'quick' }, seed: { type: 'string' }, row: { type: 'string', multiple: true }, check: { type: 'boolean' } },
  });
  const tier = kTiers[values.tier];
  const seed = Number(values.seed ?? (values.tier === 'long' ? Date.now() % 4294967296 : 1));
  console.log(`seed ${seed}`);
  let failed = 0;
  let printed = 0;
  for (const id of values.row ?? Object.keys(kRows)) {
    const lack = missing(id);
    if (lack) {
      console.log(`${id}   SKIPPED: ${lack}`);
      continue;
    }
    const row = await kRows[id](binary, tier, seed);
    print(row);
    printed += 1;
    failed += row.met ? 0 : 1;
  }
  console.log(`\n${printed} rows, ${printed - failed} met, ${failed} not met`);
  if (printed === 0) return kSkipped;
  return values.check && failed > 0 ? 1 : 0;
}

process.exitCode = await main();
