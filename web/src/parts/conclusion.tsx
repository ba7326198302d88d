// The result in sentences: the first is the headline.
import type { ReactNode } from 'react';

export function Conclusion({ sentences }: { sentences: string[] }): ReactNode {
  const [first, ...rest] = sentences.map((sentence) => sentence.replaceAll(/(^|[\s([])-(?=\d)/g, '$1\u2212'));
  return (
    <div className="conclusion">
      <p className="lead">{first ?? 'There is no conclusion yet.'}</p>
      {rest.length > 0 && (
        <ul className="thoughts">
          {rest.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
