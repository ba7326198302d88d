// What was found wrong or worth knowing: problems first.
import type { ReactNode } from 'react';
import type { Finding, Severity } from '../api/types';

const rank: Record<Severity, number> = { problem: 0, warning: 1, note: 2 };
const words: Record<Severity, string> = { problem: 'Problem', warning: 'Warning', note: 'Note' };

export function Findings({ findings }: { findings: Finding[] }): ReactNode {
  if (findings.length === 0) return null;
  const sorted = [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return (
    <ul className="findings">
      {sorted.map((finding, i) => (
        <li key={i} className={`finding ${finding.severity}`}>
          <strong>{words[finding.severity]}</strong> {finding.message}
        </li>
      ))}
    </ul>
  );
}
