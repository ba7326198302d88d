// A real server in a folder of its own, for tests that use it the way a user's application would.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kStartTimeoutMs = 60_000;

/** Calls `work` with an empty folder that is removed at the end. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'splitplot-served-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export class Server {
  #process;
  #exited;
  #errors = '';

  /** `wrapper`: a program and its arguments to run the server under, e.g. strace. */
  constructor(binary, data, { args = [], env = {}, wrapper = [] } = {}) {
    this.binary = binary;
    this.data = data;
    this.args = args;
    this.env = env;
    this.wrapper = wrapper;
    this.keys = {};
  }

  /** Starts it, on the port of its last start if there was one; keys are read at the first start. */
  async start() {
    const listen = `127.0.0.1:${this.port ?? 0}`;
    const [program, ...args] = [...this.wrapper, this.binary, 'serve', '--data', this.data, '--listen', listen, ...this.args];
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.env } });
    this.#exited = new Promise((resolve) => this.#process.once('exit', (code, signal) => resolve({ code, signal })));
    this.#process.stderr.setEncoding('utf8').on('data', (text) => { this.#errors = (this.#errors + text).slice(-1 << 20); });
    await this.#listening();
    return this;
  }

  #listening() {
    return new Promise((resolve, reject) => {
      let text = '';
      const timer = setTimeout(() => reject(new Error(`the server did not start: ${text}${this.#errors}`)), kStartTimeoutMs);
      this.#process.stdout.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        const listening = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
        if (!listening) return;
        clearTimeout(timer);
        for (const [, connection, key] of text.matchAll(/^ {2}(\w+) +(sp_\w+_\S+)$/gm)) this.keys[connection] = key;
        this.port = Number(listening[1]);
        this.url = `http://127.0.0.1:${this.port}`;
        resolve();
      });
      this.#exited.then(({ code, signal }) => {
        clearTimeout(timer);
        reject(new Error(`the server ended (${code ?? signal}): ${text}${this.#errors}`));
      });
    });
  }

  /** Everything it logged, the last megabyte. */
  get errors() {
    return this.#errors;
  }

  get pid() {
    return this.#process.pid;
  }

  /** Ends it as an operator would; answers the exit code. */
  async stop() {
    this.#process.kill('SIGTERM');
    return (await this.#exited).code;
  }

  async kill() {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  /** A command of the program against this server; its standard output. A failure throws, with status and stderr. */
  run(...args) {
    const env = { ...process.env, SPLITPLOT_SERVER: this.url, SPLITPLOT_KEY: this.keys.admin, SPLITPLOT_DATA: this.data };
    return execFileSync(this.binary, args, { encoding: 'utf8', maxBuffer: 256 << 20, timeout: 300_000, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Writes the text to a file of that name in the data folder's parent and applies it. */
  apply(name, text, ...args) {
    const path = join(this.data, '..', name);
    writeFileSync(path, text);
    return this.run('apply', path, ...args);
  }

  request(method, path, { key, body, headers = {} } = {}) {
    const authorization = key ? { authorization: `Bearer ${key}` } : {};
    const json = body !== undefined && typeof body !== 'string';
    return fetch(this.url + path, {
      method,
      headers: { ...(body !== undefined ? { 'content-type': 'application/json' } : {}), ...authorization, ...headers },
      body: json ? JSON.stringify(body) : body,
    });
  }

  evaluate(flag, context, { key = this.keys.server } = {}) {
    const path = flag === undefined ? '/ofrep/v1/evaluate/flags' : `/ofrep/v1/evaluate/flags/${encodeURIComponent(flag)}`;
    return this.request('POST', path, { key, body: { context } });
  }

  async status() {
    return (await this.request('GET', '/api/v1/status', { key: this.keys.admin })).json();
  }
}

/** Starts a server in a folder of its own, calls `work` with it, stops it. */
export async function withServer(binary, work, options) {
  return withFolder(async (folder) => {
    const server = await new Server(binary, join(folder, 'data'), options).start();
    try {
      return await work(server, folder);
    } finally {
      await server.kill();
    }
  });
}
