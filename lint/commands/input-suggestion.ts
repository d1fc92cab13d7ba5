/** Standard input without a name is read as JSON. Says so where the text looks like YAML. */

import type {Report} from '../finding.ts';
import {inputName} from './workspace.ts';

/** A key of YAML at the beginning of a line; a key of JSON stands in quotes. */
const YAML_KEY = /^[\w$-]+:(?:\s|$)/m;

/** @returns A line for standard error, where there is something to say. */
export function inputSuggestion(
  reports: readonly Report[],
  texts: Readonly<Record<string, string>>,
): string | undefined {
  const report = reports.find(({path}) => path === inputName);
  const isUnread = report?.findings.some(({code}) => code === 'RL001') === true;
  return isUnread && YAML_KEY.test(texts[inputName] ?? '')
    ? 'Standard input was read as JSON, and it looks like YAML. Name it to have it read as YAML: --stdin-filename policy.yaml\n'
    : undefined;
}
