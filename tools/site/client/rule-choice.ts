/** Which rules of the table are shown. The choice is a query of the address, so that it can be linked. */

export interface RuleRow {
  readonly code: string;
  readonly severity: string;
  /** `unsafe, suggestions` */
  readonly fix: string;
  /** Of all its cells. */
  readonly text: string;
}

export interface Choice {
  /** Words that are all in the row. */
  readonly words: string;
  readonly severities: readonly string[];
  /** `safe`, `unsafe`, `suggestions`, `none`; '' for any. */
  readonly fix: string;
  /** What the code begins with: `RL2`; '' for any. */
  readonly group: string;
}

export const SEVERITIES = ['error', 'warning', 'info'] as const;

export const EVERYTHING: Choice = {words: '', severities: SEVERITIES, fix: '', group: ''};

export function isShown({code, severity, fix, text}: RuleRow, choice: Choice): boolean {
  const words = choice.words.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    choice.severities.includes(severity) &&
    (choice.fix === '' || fix.split(', ').includes(choice.fix)) &&
    code.startsWith(choice.group) &&
    words.every(word => text.toLowerCase().includes(word))
  );
}

/** '' where nothing is chosen. */
export function queryOf({words, severities, fix, group}: Choice): string {
  const query = new URLSearchParams();
  if (words.trim() !== '') query.set('q', words.trim());
  if (severities.length < SEVERITIES.length) query.set('severity', severities.join('.'));
  if (fix !== '') query.set('fix', fix);
  if (group !== '') query.set('group', group);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function choiceOf(query: string): Choice {
  const given = new URLSearchParams(query);
  const severities = given.get('severity')?.split('.');
  return {
    words: given.get('q') ?? '',
    severities: severities === undefined ? SEVERITIES : SEVERITIES.filter(each => severities.includes(each)),
    fix: given.get('fix') ?? '',
    group: given.get('group') ?? '',
  };
}
