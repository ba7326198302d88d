// Light or dark: as the system says, unless the reader chose. What holds is an attribute of the page; style/theme.css does the rest.
import { useSyncExternalStore } from 'react';

const kStored = 'splitplot-theme';
const listeners = new Set<() => void>();
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

/** Storage may be forbidden; then a choice lasts as long as the page. */
function stored(): string | null {
  try {
    return localStorage.getItem(kStored);
  } catch {
    return null;
  }
}

let chosen = stored();

function isDark(): boolean {
  return chosen === 'dark' || (chosen !== 'light' && systemDark.matches);
}

function show(): void {
  document.documentElement.dataset['theme'] = isDark() ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

function choose(dark: boolean): void {
  chosen = dark ? 'dark' : 'light';
  try {
    localStorage.setItem(kStored, chosen);
  } catch {
    // The page shows the choice; only the next visit will not know it.
  }
  show();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

systemDark.addEventListener('change', show);
show();

export function useDark(): [boolean, (dark: boolean) => void] {
  return [useSyncExternalStore(subscribe, isDark), choose];
}
