// The page around all pages: who is in sees the page that the address names, all others see the login.
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import { useConnectionLost } from './api/connection';
import type { Session } from './api/types';
import { ExperimentPage } from './pages/experiment';
import { FilePage } from './pages/file';
import { LoginPage } from './pages/login';
import { OverviewPage } from './pages/overview';
import { TrafficPage } from './pages/traffic';
import { Loading } from './parts/states';
import { pathOf, type Route, routeOf, titleOf, useFragment } from './route';
import { useSession } from './session';
import { useDark } from './theme';

const links: { page: Route['page']; address: string; text: string }[] = [
  { page: 'overview', address: '#/', text: 'Experiments' },
  { page: 'traffic', address: '#/traffic', text: 'Traffic' },
  { page: 'file', address: '#/file', text: 'Analyse a file' },
];

function Brand(): ReactNode {
  return (
    <a className="brand" href="#/">
      <svg className="logo" viewBox="0 0 18 18" aria-hidden>
        <path d="M1 1h7v7H1zM10 10h7v7h-7z" />
        <path className="faint" d="M10 1h7v7h-7zM1 10h7v7H1z" />
      </svg>
      Splitplot
    </a>
  );
}

function ThemeSwitch(): ReactNode {
  const [dark, choose] = useDark();
  return (
    <Button className="button quiet" onPress={() => choose(!dark)} aria-label={dark ? 'Make it light' : 'Make it dark'}>
      {dark ? 'Light' : 'Dark'}
    </Button>
  );
}

function Top({ session, route, skip }: { session: Session; route: Route; skip: () => void }): ReactNode {
  const { logOut } = useSession();
  return (
    <header className="top">
      <Button className="skip" onPress={skip}>
        To the content
      </Button>
      <div className="top-line">
        <Brand />
        <nav aria-label="Pages">
          {links.map(({ page, address, text }) => {
            const here = page === route.page || (page === 'overview' && route.page === 'experiment');
            return (
              <a key={page} href={address} aria-current={here ? 'page' : undefined}>
                {text}
              </a>
            );
          })}
        </nav>
        <span className="environment" title="Project and environment">
          {session.environment}
        </span>
        <ThemeSwitch />
        <Button className="button quiet" onPress={() => void logOut().catch(() => undefined)}>
          Log out
        </Button>
      </div>
    </header>
  );
}

function PageOf({ route }: { route: Route }): ReactNode {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'experiment':
      return <ExperimentPage key={route.key} experiment={route.key} />;
    case 'traffic':
      return <TrafficPage />;
    case 'file':
      return <FilePage />;
    case 'unknown':
      return (
        <>
          <h1>There is no such page</h1>
          <p>
            <a href="#/">All experiments</a>
          </p>
        </>
      );
  }
}

/** A new page is announced and read from its start, as after a load; another choice on the same page is not. */
function useArrival(path: string): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(path);
  useEffect(() => {
    if (arrived.current === path) return;
    arrived.current = path;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}

function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function Inside({ session }: { session: Session }): ReactNode {
  const fragment = useFragment();
  const route = routeOf(fragment);
  const lost = useConnectionLost();
  const main = useArrival(pathOf(fragment));
  useTitle(titleOf(route));
  return (
    <>
      <Top session={session} route={route} skip={() => main.current?.focus()} />
      <div role="status">{lost && <p className="lost">Connection lost, retrying. What you see may be old.</p>}</div>
      <main ref={main} tabIndex={-1}>
        <PageOf route={route} />
      </main>
    </>
  );
}

function Outside({ reason }: { reason: string }): ReactNode {
  useTitle('Log in · Splitplot');
  return <LoginPage reason={reason} />;
}

export function App(): ReactNode {
  const { state } = useSession();
  if (state.is === 'asking') return <Loading what="the dashboard" />;
  return state.is === 'in' ? <Inside session={state.session} /> : <Outside reason={state.reason} />;
}
