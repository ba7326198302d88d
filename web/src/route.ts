// Where the reader is: the fragment of the address, so that the server has one page to serve and links can be sent around.
import { useSyncExternalStore } from 'react';

export type Route = { page: 'overview' } | { page: 'experiment'; key: string } | { page: 'traffic' } | { page: 'file' } | { page: 'unknown' };

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function routeOf(fragment: string): Route {
  const path = fragment.replace(/^#/, '');
  if (path === '' || path === '/') return { page: 'overview' };
  if (path === '/traffic') return { page: 'traffic' };
  if (path === '/file') return { page: 'file' };
  const key = /^\/experiments\/([^/]+)$/.exec(path)?.[1];
  const name = key === undefined ? undefined : decoded(key);
  return name === undefined ? { page: 'unknown' } : { page: 'experiment', key: name };
}

export function experimentAddress(key: string): string {
  return `#/experiments/${encodeURIComponent(key)}`;
}

/** The key of a link such as `make run` prints (`#key=...`), or nothing. */
export function keyOf(fragment: string): string | undefined {
  const match = /^#key=(.+)$/.exec(fragment)?.[1];
  return match === undefined ? undefined : decoded(match);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useFragment(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash);
}
