// A command to paste into a terminal.
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components';

export function Command({ text }: { text: string }): ReactNode {
  const [copied, setCopied] = useState<boolean | undefined>(undefined);
  const copy = (): void => {
    // Browsers give a page the clipboard over https and on localhost only; elsewhere the text can still be selected.
    const { clipboard } = navigator as { clipboard?: Clipboard };
    if (clipboard) clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
    else setCopied(false);
  };
  return (
    <div className="command">
      <pre tabIndex={0} aria-label="Command">
        <code>{text}</code>
      </pre>
      <Button className="button quiet" onPress={copy}>
        {copied === undefined ? 'Copy' : copied ? 'Copied' : 'Select and copy'}
      </Button>
    </div>
  );
}
