// The decision engine and its peers on workload W1, one process after the other, in one run:
//
//   node run.mjs PROGRAM [PEER...]
//
// Prints a table, and exits with 1 where an answer is wrong or an allocation was made. Times are medians of 7 passes over a
// million evaluations. On a machine that has other things to do, processor time is the fairer one: for the peers the smaller
// of both counts, as their processes collect garbage on other threads.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kMostNs = 100;
/** How many times as long a peer takes, at least. */
const kTargets = { flagd: 12, growthbook: 20, 'statsig-gate': 40, 'statsig-config': 80 };
/** Others hash otherwise: their shares are alike, not their counts. */
const kShareTolerance = 0.005;

const script = (name) => join(import.meta.dirname, name);
const run = (program, ...args) => JSON.parse(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n').at(-1));

function measureAll(program, names) {
  const folder = mkdtempSync(join(tmpdir(), 'splitplot-w1-'));
  try {
    execFileSync('node', [script('workload.mjs'), folder]);
    const peers = names.map((name) => run('node', '--expose-gc', script('peers.mjs'), name));
    return { own: run(program, folder), peers };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with the answers of a peer, or of ours beside it. */
function compareCounts(own, peer) {
  if (peer.name === 'statsig-gate') {
    const on = own.evaluations - own.counts.off;
    return Math.abs(on - peer.counts.true) > kShareTolerance * own.evaluations ? `${peer.counts.true} are in, not about ${on}` : '';
  }
  const tolerance = peer.name === 'growthbook' ? 0 : kShareTolerance * own.evaluations;
  const wrong = Object.keys({ ...own.counts, ...peer.counts }).filter((value) => !(Math.abs(own.counts[value] - peer.counts[value]) <= tolerance));
  return wrong.map((value) => `${value}: ${peer.counts[value]}, not ${own.counts[value]}`).join('; ');
}

const [program, ...chosen] = process.argv.slice(2);
const { own, peers } = measureAll(program, chosen.length > 0 ? chosen : Object.keys(kTargets));
const cell = (value, width = 10) => String(value).padStart(width);
const time = (one) => `${cell(one.wall_ns.toFixed(0))}${cell(one.processor_ns.toFixed(0))}${cell(`${one.least_ns.toFixed(0)}-${one.most_ns.toFixed(0)}`, 14)}`;
const fair = (peer) => Math.min(peer.wall_ns, peer.processor_ns);
console.log(`workload W1, ns an evaluation${cell('wall', 7)}${cell('processor')}${cell('of 7 passes', 14)}${cell('times ours', 13)}${cell('target')}`);
console.log(`${'splitplot'.padEnd(26)}${time(own)}${cell('', 13)}${cell(`<= ${kMostNs}`)}  ${own.processor_ns <= kMostNs ? 'met' : 'missed'}`);
let failed = own.allocations !== 0;
for (const peer of peers) {
  const ratio = fair(peer) / own.processor_ns;
  const target = kTargets[peer.name];
  console.log(`${`${peer.name} ${peer.version}`.padEnd(26)}${time(peer)}${cell(ratio.toFixed(1), 13)}${cell(`>= ${target}`)}  ${ratio >= target ? 'met' : 'missed'}`);
  const wrong = compareCounts(own, peer);
  if (wrong === '') continue;
  console.log(`  answers differ: ${wrong}`);
  failed = true;
}
console.log(`answers: ${Object.entries(own.counts).map(([value, count]) => `${count} ${value}`).join(', ')}; allocations in ${own.evaluations} evaluations: ${own.allocations}`);
process.exit(failed ? 1 : 0);
