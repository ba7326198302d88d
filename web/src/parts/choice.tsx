// One of several, in a list that opens.
import type { ReactNode } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

export interface Option {
  id: string;
  text: string;
  hint?: string;
}

interface ChoiceProps {
  label: string;
  options: Option[];
  chosen: string | null;
  onChoose: (id: string) => void;
  placeholder?: string;
  /** The label is read out but not shown: what stands around says it. */
  isLabelHidden?: boolean;
}

export function Choice({ label, options, chosen, onChoose, placeholder = 'Choose', isLabelHidden = false }: ChoiceProps): ReactNode {
  return (
    <Select className="choice" value={chosen} placeholder={placeholder} onChange={(key) => key !== null && onChoose(String(key))}>
      <Label className={isLabelHidden ? 'unseen' : 'choice-label'}>{label}</Label>
      <Button className="button choice-button">
        <SelectValue />
        <span aria-hidden className="choice-arrow" />
      </Button>
      <Popover className="popover">
        <ListBox className="options" items={options}>
          {(option) => (
            <ListBoxItem className="option" id={option.id} textValue={option.text}>
              <span>{option.text}</span>
              {option.hint !== undefined && <span className="option-hint">{option.hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
