/**
 * Writes lint/rule-facts.ts: what lists and reports show of a rule, from docs/rules, so that the linter reads no page when it starts.
 *
 * Run by `npm run generate`, before what imports the rules.
 */

import {writeFileSync} from 'node:fs';
import {readPages} from './read.ts';

export const FACTS = 'lint/rule-facts.ts';

export function factsModule(): string {
  const old = [...readPages().values()].flatMap(({facts: {code: now}, formerly}) =>
    formerly.map(each => [...each, now]),
  );
  const rows = [...readPages().values()].map(({facts}) => {
    const {code, name, category, severity, confidence, summary, fix, strict} = facts;
    const optional = strict ? [fix, strict] : fix === undefined ? [] : [fix];
    return `  ${code}: [${[name, category, severity, confidence, summary, ...optional].map(literal).join(', ')}],`;
  });
  return `// Generated from docs/rules by scripts/rule-pages/facts.ts. Do not edit.

import type {RuleFacts} from './rule.ts';

/** A list, because names would be repeated for every rule in each bundle. */
type Row = readonly [
  name: string,
  category: RuleFacts['category'],
  severity: RuleFacts['severity'],
  confidence: RuleFacts['confidence'],
  summary: string,
  fix?: RuleFacts['fix'],
  strict?: true,
];

export const facts: Readonly<Record<string, Row>> = {
${rows.join('\n')}
};

/** Code and name of each retired rule, and the code of the rule that has its check. */
export const formerly: readonly (readonly [code: string, name: string, now: string])[] = [
${old
  .map(row => `  [${row.map(literal).join(', ')}],\n`)
  .sort()
  .join('')}];
`;
}

const literal = (value: string | boolean | undefined): string =>
  typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : String(value);

if (import.meta.main) writeFileSync(new URL(`../../${FACTS}`, import.meta.url), factsModule());
