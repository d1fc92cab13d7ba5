/** Suggests a name for standard input, which is read as JSON without one, if its text looks like YAML. */

import type {Report} from '../finding.ts';
import {inputName} from '../workspace/workspace.ts';

/** A YAML key at the start of a line. A JSON key would be in quotes. */
const YAML_KEY = /^[\w$-]+:(?:\s|$)/m;

/** @returns A line for standard error; undefined without a suggestion. */
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
