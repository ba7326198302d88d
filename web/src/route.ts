// Where the reader is, and what was chosen there: the fragment of the address, so that the server has one page to serve, links can
// be sent around, and the browser's way back is the way back. "#/experiments/KEY?metric=orders" is a page and its choices.
import { useCallback, useSyncExternalStore } from 'react';

export type Route = { page: 'overview' } | { page: 'experiment'; key: string } | { page: 'traffic' } | { page: 'file' } | { page: 'unknown' };

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The part of a fragment that names the page. */
export function pathOf(fragment: string): string {
  const path = fragment.replace(/^#/, '').replace(/\?.*$/s, '');
  return path === '' ? '/' : path;
}

function choicesOf(fragment: string): URLSearchParams {
  return new URLSearchParams(/\?(.*)$/s.exec(fragment)?.[1] ?? '');
}

export function routeOf(fragment: string): Route {
  const path = pathOf(fragment);
  if (path === '/') return { page: 'overview' };
  if (path === '/traffic') return { page: 'traffic' };
  if (path === '/file') return { page: 'file' };
  const key = /^\/experiments\/([^/]+)$/.exec(path)?.[1];
  const name = key === undefined ? undefined : decoded(key);
  return name === undefined ? { page: 'unknown' } : { page: 'experiment', key: name };
}

/** What the browser shows as the page's name. */
export function titleOf(route: Route): string {
  const names = { overview: 'Experiments', traffic: 'Traffic', file: 'Analyse a file', unknown: 'No such page' };
  return `${route.page === 'experiment' ? route.key : names[route.page]} · Splitplot`;
}

export function experimentAddress(key: string): string {
  return `#/experiments/${encodeURIComponent(key)}`;
}

/** Choices by name; undefined is none. */
export type Choices = Record<string, string | undefined>;

/** The same page with some choices made or taken back; the others stay. */
export function withChoices(fragment: string, changes: Choices): string {
  const choices = choicesOf(fragment);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) choices.delete(name);
    else choices.set(name, value);
  }
  const text = choices.toString();
  return `#${pathOf(fragment)}${text === '' ? '' : `?${text}`}`;
}

export function choiceOf(fragment: string, name: string): string | undefined {
  return choicesOf(fragment).get(name) ?? undefined;
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

/** A choice of this page, kept in the address. */
export function useChoice(name: string): [string | undefined, (value: string | undefined) => void] {
  const fragment = useFragment();
  const choose = useCallback(
    (value: string | undefined) => {
      window.location.hash = withChoices(window.location.hash, { [name]: value });
    },
    [name],
  );
  return [choiceOf(fragment, name), choose];
}

/** A choice between on and off. */
export function useSwitch(name: string): [boolean, (isOn: boolean) => void] {
  const [value, choose] = useChoice(name);
  return [value === 'on', useCallback((isOn: boolean) => choose(isOn ? 'on' : undefined), [choose])];
}
