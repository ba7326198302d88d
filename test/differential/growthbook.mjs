// The decision engine against GrowthBook's SDK: random configurations and contexts, every answer compared.
//
//   node growthbook.mjs <growthbook_answers> [--comparisons N] [--seed N | --seed new]
//
// Prints the seed, which repeats the run, and the smallest case that it finds where they differ.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Dice } from './dice.mjs';
import { CaseMaker } from './growthbook_cases.mjs';
import { ask } from './growthbook_sdk.mjs';

const kCasesAtOnce = 200;
const kMostShown = 5;

/** The engine, behind its line protocol. */
class Engine {
  #process;
  #lines;

  constructor(program) {
    this.#process = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async ask(lines) {
    const answers = [];
    const sent = this.#send(lines);
    for (let i = 0; i < lines.length; ++i) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the engine fell silent at ${lines[i]}`);
      answers.push(JSON.parse(value));
    }
    await sent;
    return answers;
  }

  async #send(lines) {
    if (!this.#process.stdin.write(`${lines.join('\n')}\n`)) await once(this.#process.stdin, 'drain');
  }

  close() {
    this.#process.stdin.end();
  }
}

/** The places where two answers differ, as "path: sdk | engine". */
function differences(sdk, engine, path = '') {
  if (isDeepStrictEqual(sdk, engine)) return [];
  const composite = (value) => value !== null && typeof value === 'object';
  if (!composite(sdk) || !composite(engine)) return [`${path}: SDK ${JSON.stringify(sdk)}, engine ${JSON.stringify(engine)}`];
  return [...new Set([...Object.keys(sdk), ...Object.keys(engine)])].flatMap((name) => differences(sdk[name], engine[name], `${path}/${name}`));
}

async function differs(engine, one) {
  const line = JSON.stringify(one);
  let sdk;
  try {
    sdk = ask(line);
  } catch {
    return false;  // smaller than the SDK allows
  }
  return !isDeepStrictEqual(sdk, (await engine.ask([line]))[0]);
}

/** The places inside a value that can be left out, outer ones first. */
function* places(value, path = []) {
  if (value === null || typeof value !== 'object') return;
  for (const name of Object.keys(value)) yield [...path, name];
  for (const name of Object.keys(value)) yield* places(value[name], [...path, name]);
}

function without(one, path) {
  const copy = structuredClone(one);
  const parent = path.slice(0, -1).reduce((value, name) => value[name], copy);
  if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
  else delete parent[path.at(-1)];
  return copy;
}

/** What the protocol needs: a few members, and documents as a whole. */
function isNeeded(path) {
  const [first] = path;
  return path.length === 1 ? ['features', 'experiments', 'attributes', 'ask'].includes(first) : first === 'stickyBucketAssignmentDocs' && path.length === 3;
}

async function smallest(engine, one) {
  for (let shrinks = true; shrinks;) {
    shrinks = false;
    for (const path of places(one)) {
      if (isNeeded(path)) continue;
      const smaller = without(one, path);
      if (!(await differs(engine, smaller))) continue;
      one = smaller;
      shrinks = true;
      break;
    }
  }
  return one;
}

async function show(engine, one) {
  const small = await smallest(engine, one);
  const line = JSON.stringify(small);
  console.log(line);
  for (const difference of differences(ask(line), (await engine.ask([line]))[0])) console.log(`  ${difference}`);
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { comparisons: { type: 'string', default: '20000' }, seed: { type: 'string', default: '20261122' } } });
const seed = values.seed === 'new' ? Date.now() % 2 ** 31 : Number(values.seed);
const wanted = Number(values.comparisons);
console.log(`seed ${seed}`);
const engine = new Engine(positionals[0]);
const maker = new CaseMaker(new Dice(seed));
const sources = {};
let compared = 0;
let different = 0;
while (compared < wanted && different < kMostShown) {
  const lines = Array.from({ length: kCasesAtOnce }, () => JSON.stringify(maker.make()));
  const answers = await engine.ask(lines);
  for (const [i, line] of lines.entries()) {
    const sdk = ask(line);
    compared += sdk.answers.length;
    for (const { source, inExperiment } of sdk.answers) {
      const what = source ?? `experiment alone: ${inExperiment}`;
      sources[what] = (sources[what] ?? 0) + 1;
    }
    if (isDeepStrictEqual(sdk, answers[i]) || different >= kMostShown) continue;
    ++different;
    await show(engine, JSON.parse(line));
  }
}
engine.close();
console.log(`${compared} answers compared: ${Object.entries(sources).map(([source, count]) => `${count} ${source}`).join(', ')}`);
console.log(different === 0 ? 'no differences' : `cases with differences: ${different}, and maybe more`);
process.exit(different === 0 ? 0 : 1);
