// The way in: an admin key, exchanged for a session. The key itself is not kept.
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { Button, Form, Input, Label, Text, TextField } from 'react-aria-components';
import { useSession } from '../session';

export function LoginPage({ reason }: { reason: string }): ReactNode {
  const { logIn } = useSession();
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (key.trim() === '') return;
    setBusy(true);
    void logIn(key.trim()).finally(() => setBusy(false));
  };
  return (
    <main className="login">
      <svg className="logo big" viewBox="0 0 18 18" aria-hidden>
        <path d="M1 1h7v7H1zM10 10h7v7h-7z" />
        <path className="faint" d="M10 1h7v7h-7zM1 10h7v7H1z" />
      </svg>
      <h1>Splitplot</h1>
      <Form onSubmit={submit}>
        <TextField type="password" name="key" value={key} onChange={setKey} autoFocus autoComplete="current-password" isRequired isInvalid={reason !== ''} validationBehavior="aria">
          <Label>Admin key</Label>
          <Input className="input" placeholder="sp_admin_…" />
          <Text slot="description" className="muted small-print">
            Shown once, at the first start of the server. Lost the key? Stop the server and run <code>splitplot keys add admin --data DIR</code>: it makes another.
          </Text>
        </TextField>
        <div role="alert">{reason !== '' && <p className="finding problem">{reason}</p>}</div>
        <Button type="submit" className="button primary" isDisabled={busy}>
          {busy ? 'Logging in …' : 'Log in'}
        </Button>
      </Form>
    </main>
  );
}
