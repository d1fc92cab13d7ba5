/**
 * Writes lint/rules/facts.ts: what lists and reports show of a rule, from docs/rules, so that the linter reads no page when it starts.
 *
 * Run by `npm run generate`, before what imports the rules.
 */

import {writeFileSync} from 'node:fs';
import {readPages} from './read.ts';

export const FACTS = 'lint/rules/facts.ts';

export function factsModule(): string {
  const rows = [...readPages().values()].map(({facts: {code, ...facts}}) => {
    const fields = Object.entries(facts).map(([key, value]) => `${key}: ${literal(value)}`);
    return `  ${code}: {${fields.join(', ')}},`;
  });
  return `// Generated from docs/rules by scripts/rule-pages/facts.ts. Do not edit.

import type {RuleFacts} from '../rule.ts';

export type RuleCode =
${[...readPages().keys()].map(code => `  | '${code}'`).join('\n')};

export const facts: Readonly<Record<RuleCode, Omit<RuleFacts, 'code'>>> = {
${rows.join('\n')}
};
`;
}

const literal = (value: string | boolean): string =>
  typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : String(value);

if (import.meta.main) writeFileSync(new URL(`../../${FACTS}`, import.meta.url), factsModule());
