// Whether the last polls got through, for the line on top of every page. A tiny store: polls write, the line reads.
import { useSyncExternalStore } from 'react';

const failing = new Set<string>();
const listeners = new Set<() => void>();

export function reportPoll(path: string, reached: boolean): void {
  const had = failing.size > 0;
  if (reached) failing.delete(path);
  else failing.add(path);
  if (had !== failing.size > 0) for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnectionLost(): boolean {
  return useSyncExternalStore(subscribe, () => failing.size > 0);
}
