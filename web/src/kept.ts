// What a page has at hand while the reader looks at another one. It lives as long as the browser's page and ends with a logout. A
// tiny store: an answer may come while another page is shown.
import { useCallback, useSyncExternalStore } from 'react';

const kept = new Map<string, unknown>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

export function forgetKept(): void {
  kept.clear();
  tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function valueOf<T>(name: string, initial: T): T {
  return kept.has(name) ? (kept.get(name) as T) : initial;
}

/** State that outlives its component. `initial` must keep its identity. */
export function useKept<T>(name: string, initial: T): [T, (next: T | ((now: T) => T)) => void] {
  const value = useSyncExternalStore(subscribe, () => valueOf(name, initial));
  const keep = useCallback(
    (next: T | ((now: T) => T)) => {
      kept.set(name, typeof next === 'function' ? (next as (now: T) => T)(valueOf(name, initial)) : next);
      tell();
    },
    [name, initial],
  );
  return [value, keep];
}
