// Runs the program in a folder of its own that is removed at the end.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program's standard output. A failure throws with its standard error. */
export function run(binary, args) {
  return execFileSync(binary, args, { encoding: 'utf8', maxBuffer: 64 << 20, timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Calls `work` with a folder that holds experiment.csv and report.html of the built-in example. */
export async function withExample(binary, work) {
  const folder = mkdtempSync(join(tmpdir(), 'splitplot-e2e-'));
  try {
    run(binary, ['example', '--out', folder, '--units', '20000']);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Collects what is wrong, so that one run tells everything. */
export class Findings {
  #messages = [];

  expect(holds, message) {
    if (!holds) this.#messages.push(message);
  }

  /** Prints the result and answers the exit code. */
  conclude(what) {
    for (const message of this.#messages) console.error(`FAILED: ${message}`);
    console.log(`${what}: ${this.#messages.length === 0 ? 'all checks hold' : `${this.#messages.length} checks failed`}`);
    return this.#messages.length === 0 ? 0 : 1;
  }
}
