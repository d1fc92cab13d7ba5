/** Rules of the user's own, from a module. */

import {pathToFileURL} from 'node:url';
import {CliError} from '../io/cli-error.ts';
import {defineRule, type Rule} from '../rule.ts';

/**
 * @param file Absolute: a module whose default export is a rule, or a list of rules.
 * @param what Who names it, for messages.
 */
export async function loadPlugin(file: string, what: string): Promise<Rule[]> {
  const exported = (await load(file, what)).default;
  const rules: unknown[] = Array.isArray(exported) ? exported : [exported];
  return rules.map(rule => {
    if (!isLikeARule(rule))
      throw new CliError(`${what}: its default export must be a rule, or a list of rules, as defineRule makes them.`);
    return checked(rule, what);
  });
}

async function load(file: string, what: string): Promise<{readonly default?: unknown}> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(file);
    throw new CliError(`${what}: the module ${isMissing ? 'does not exist' : `cannot be loaded: ${message}`}.`);
  }
}

const isLikeARule = (value: unknown): value is Rule =>
  typeof value === 'object' && value !== null && typeof (value as Rule).code === 'string';

function checked(rule: Rule, what: string): Rule {
  try {
    return defineRule(rule);
  } catch (error) {
    throw new CliError(`${what}: ${(error as Error).message}`);
  }
}
