// The program client_driver, as an object that can be asked.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Driver {
  #process;
  #exited;
  #waiting = [];
  #log = '';

  constructor(binary, options) {
    this.#process = spawn(binary, [JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stderr.setEncoding('utf8').on('data', (text) => { this.#log += text; });
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line)));
    this.#exited = new Promise((resolve) => this.#process.once('exit', (code, signal) => {
      for (const { reject } of this.#waiting) reject(new Error(`the driver ended (${code ?? signal}): ${this.#log}`));
      resolve(code ?? signal);
    }));
  }

  tell(line) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.stdin.write(`${JSON.stringify(line)}\n`);
    });
  }

  ask(flags, context) { return this.tell({ ask: flags, context }); }
  state() { return this.tell({ state: true }); }
  get log() { return this.#log; }

  /** Ends it as an application ends, with what it still has to send. Answers the exit code. */
  close() {
    this.#process.stdin.end();
    return this.#exited;
  }

  async kill() {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}
