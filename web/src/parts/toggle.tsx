// On or off.
import type { ReactNode } from 'react';
import { SwitchButton, SwitchField } from 'react-aria-components';

export function Toggle({ text, isOn, onChange }: { text: string; isOn: boolean; onChange: (isOn: boolean) => void }): ReactNode {
  return (
    <SwitchField isSelected={isOn} onChange={onChange}>
      <SwitchButton className="switch">
        <span className="track" aria-hidden />
        {text}
      </SwitchButton>
    </SwitchField>
  );
}
