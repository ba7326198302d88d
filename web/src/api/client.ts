// Asks the server. Every answer that is no success becomes an ApiError with the server's own words (RFC 9457); a 401 is also
// told to whoever keeps the session, since it ends on the server's side.

interface Problem {
  title?: string;
  detail?: string;
  hint?: string;
  errors?: { pointer?: string; detail?: string; hint?: string }[];
}

export class ApiError extends Error {
  readonly status: number;
  readonly hint: string;

  constructor(status: number, message: string, hint = '') {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** What an error says to people: what is wrong, and what to do. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.hint === '' ? error.message : `${error.message} (${error.hint})`;
  return error instanceof Error ? error.message : String(error);
}

let sessionEnded: () => void = () => undefined;

/** Who is told that the server no longer knows the session. */
export function onSessionEnd(listener: () => void): void {
  sessionEnded = listener;
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // A proxy before the server may answer with a page of its own; the status is then all there is to tell.
  }
  const details = (problem.errors ?? []).map(({ detail, hint }) => [detail, hint].filter(Boolean).join('; ')).filter((line) => line !== '');
  const message = [problem.detail ?? problem.title ?? `the server answered ${response.status}`, ...details].join('. ');
  return new ApiError(response.status, message, problem.hint ?? '');
}

export interface Ask {
  method?: 'GET' | 'POST' | 'DELETE';
  json?: unknown;
  body?: Blob;
  signal?: AbortSignal;
  /** The login's own requests: their 401 is no end of a session. */
  isLogin?: boolean;
}

export async function ask(path: string, { method = 'GET', json, body, signal, isLogin = false }: Ask = {}): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store' };
  if (signal) init.signal = signal;
  if (json !== undefined) {
    init.body = JSON.stringify(json);
    init.headers = { 'content-type': 'application/json' };
  } else if (body) {
    init.body = body;
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'the server does not answer', 'is it running, and is the network there?');
  }
  if (response.ok) return response;
  if (response.status === 401 && !isLogin) sessionEnded();
  throw await errorOf(response);
}

export async function askJson<T>(path: string, options: Ask = {}): Promise<T> {
  return (await (await ask(path, options)).json()) as T;
}
