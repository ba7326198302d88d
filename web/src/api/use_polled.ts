// Asks again and again, gently: not while the tab is hidden, less often when the server is slow to answer or does not answer at
// all, and a page is drawn anew only if the answer differs.
import { useEffect, useState } from 'react';
import { ApiError, ask } from './client';
import { reportPoll } from './connection';

const kLongestPauseMs = 30_000;
const kShortestPauseMs = 1000;
const kBusyShare = 4;

export interface Polled<T> {
  data: T | undefined;
  error: unknown;
}

/** The pause after an answer that took `tookMs`, or after `failures` in a row. */
export function pauseAfter(intervalMs: number, tookMs: number, failures: number): number {
  return Math.min(kLongestPauseMs, Math.max(intervalMs * 2 ** Math.min(failures, 10), tookMs * kBusyShare));
}

/** The server is there and says no: no lost connection, though it may say yes later (a draft that is started). */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429;
}

class Poll<T> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort = new AbortController();
  #text = '';
  #failures = 0;
  #isRefused = false;
  #isOver = false;
  #running = false;
  #stopped = false;

  constructor(
    private readonly path: string,
    private readonly intervalMs: number,
    private readonly show: (polled: Polled<T>) => void,
  ) {}

  start(): void {
    document.addEventListener('visibilitychange', this.#visible);
    void this.#once();
  }

  stop(): void {
    this.#stopped = true;
    document.removeEventListener('visibilitychange', this.#visible);
    clearTimeout(this.#timer);
    this.#abort.abort();
    reportPoll(this.path, true);
  }

  #visible = (): void => {
    if (!document.hidden && !this.#running && !this.#isOver && this.#timer === undefined) void this.#once();
  };

  async #once(): Promise<void> {
    this.#timer = undefined;
    if (document.hidden && this.#text !== '') return;
    this.#running = true;
    const began = performance.now();
    try {
      const text = await (await ask(this.path, { signal: this.#abort.signal })).text();
      this.#failures = 0;
      reportPoll(this.path, true);
      if (text !== this.#text) this.show({ data: JSON.parse(text) as T, error: undefined });
      this.#text = text;
    } catch (error) {
      this.#failed(error);
    }
    this.#running = false;
    // Asked once means until the server has answered, yes or no.
    if (this.intervalMs === 0 && (this.#failures === 0 || this.#isRefused)) this.#isOver = true;
    if (this.#stopped || this.#isOver) return;
    const pause = pauseAfter(Math.max(this.intervalMs, kShortestPauseMs), performance.now() - began, this.#failures);
    this.#timer = setTimeout(() => void this.#once(), pause);
  }

  /** What was shown stays while the server is away. */
  #failed(error: unknown): void {
    if (this.#stopped) return;
    this.#failures += 1;
    this.#isRefused = isRefusal(error);
    reportPoll(this.path, this.#isRefused);
    if (!this.#isRefused && this.#text !== '') return;
    this.#text = '';
    this.show({ data: undefined, error });
  }
}

/** The answer to `path`, asked for every `intervalMs` (0: once). Without a path nothing is asked. */
export function usePolled<T>(path: string | null, intervalMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T> & { path: string | null }>({ path, data: undefined, error: undefined });
  useEffect(() => {
    if (path === null) return undefined;
    const poll = new Poll<T>(path, intervalMs, (answer) => setPolled({ ...answer, path }));
    poll.start();
    return () => poll.stop();
  }, [path, intervalMs]);
  // An answer to another question is none to this one.
  return polled.path === path ? polled : { data: undefined, error: undefined };
}
