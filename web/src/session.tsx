// Who is logged in. The server keeps the session in a cookie that no script can read; here is only what it says of it.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { ApiError, ask, askJson, errorText, onSessionEnd } from './api/client';
import type { Session } from './api/types';
import { forgetKept } from './kept';
import { keyOf } from './route';

type State = { is: 'asking' } | { is: 'in'; session: Session } | { is: 'out'; reason: string };

interface SessionContext {
  state: State;
  logIn: (key: string) => Promise<void>;
  logOut: () => Promise<void>;
}

const Context = createContext<SessionContext | null>(null);
const kPath = '/api/v1/session';

export function useSession(): SessionContext {
  const context = useContext(Context);
  if (!context) throw new Error('there is no SessionProvider above');
  return context;
}

const kUnknownKey = 'The server does not know this key. It must be an admin key.';

/** The key in the address, if there is one; it is taken out at once, so that it stays neither in sight nor in the history. */
function takeKey(): string | undefined {
  const key = keyOf(window.location.hash);
  if (key !== undefined) window.history.replaceState(null, '', `${window.location.pathname}#/`);
  return key;
}

/** Of a link whose key was refused only this is left in the history, so that the page can still say why after a reload. */
function noteRefusal(isRefused: boolean): void {
  window.history.replaceState(isRefused ? { refused: true } : null, '');
}

function wasRefused(): boolean {
  return (window.history.state as { refused?: boolean } | null)?.refused === true;
}

async function open(key: string): Promise<Session> {
  return askJson<Session>(kPath, { method: 'POST', json: { key }, isLogin: true });
}

/** What login says of a failure: a wrong key is no server error. */
function reasonOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return kUnknownKey;
  return errorText(error);
}

async function firstState(key: string | undefined): Promise<State> {
  try {
    const session = key === undefined ? await askJson<Session>(kPath, { isLogin: true }) : await open(key);
    noteRefusal(false);
    return { is: 'in', session };
  } catch (error) {
    const isRefused = error instanceof ApiError && error.status === 401;
    if (key === undefined && isRefused) return { is: 'out', reason: wasRefused() ? `The link that led here did not log in. ${kUnknownKey}` : '' };
    if (key !== undefined) noteRefusal(isRefused);
    return { is: 'out', reason: key === undefined ? reasonOf(error) : `The link did not log in. ${reasonOf(error)}` };
  }
}

// Once per page, before React may run an effect twice: a key can be taken from the address only once.
const first = firstState(takeKey());

export function SessionProvider({ children }: { children: ReactNode }): ReactNode {
  const [state, setState] = useState<State>({ is: 'asking' });
  useEffect(() => {
    onSessionEnd(() => setState((now) => (now.is === 'in' ? { is: 'out', reason: 'Your session has ended. Log in again to go on where you were.' } : now)));
    void first.then(setState);
    const take = (): void => {
      const key = takeKey();
      if (key !== undefined) void firstState(key).then(setState);
    };
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  const logIn = useCallback(async (key: string) => {
    try {
      const session = await open(key);
      noteRefusal(false);
      setState({ is: 'in', session });
    } catch (error) {
      setState({ is: 'out', reason: reasonOf(error) });
    }
  }, []);
  const logOut = useCallback(async () => {
    try {
      await ask(kPath, { method: 'DELETE', isLogin: true });
      forgetKept();
      setState({ is: 'out', reason: '' });
    } catch (error) {
      // A session that the server no longer has is over in any case; any other failure must not look like a logout.
      if (error instanceof ApiError && error.status === 401) setState({ is: 'out', reason: '' });
      else throw error;
    }
  }, []);
  const context = useMemo(() => ({ state, logIn, logOut }), [state, logIn, logOut]);
  return <Context value={context}>{children}</Context>;
}
