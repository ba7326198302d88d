// What stands where there is nothing to show yet, or nothing can be shown.
import type { ReactNode } from 'react';
import { errorText } from '../api/client';

export function Loading({ what }: { what: string }): ReactNode {
  return (
    <p className="loading" role="status">
      Loading {what} …
    </p>
  );
}

export function ErrorBox({ error, doing }: { error: unknown; doing: string }): ReactNode {
  return (
    <div className="finding problem" role="alert">
      <strong>{doing} did not work.</strong> {errorText(error)}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
