/** The names of rules and dialects in settings, of a configuration or of the command line. */

import {joinPath} from '../../src/policy/format.ts';
import {nearest} from '../../src/policy/suggestions.ts';
import type {DialectSign} from '../dialects/dialect.ts';
import {native} from '../dialects/native.ts';
import {retired} from '../retired.ts';
import type {Rule} from '../rule.ts';
import type {ConfigProblem} from './check.ts';
import type {ConfigFile} from './config-file.ts';

/** Reports settings of rules that do not exist. */
export function checkRuleNames({rules, overrides = []}: ConfigFile, known: readonly string[]): ConfigProblem[] {
  const unknown = (names: object | undefined, path: string): ConfigProblem[] =>
    Object.keys(names ?? {})
      .filter(name => !known.includes(name.toLowerCase()))
      .map(name => ({path: joinPath(path, name), message: noRule(name, known)}));
  return [
    ...unknown(rules, 'rules'),
    ...overrides.flatMap((override, index) => unknown(override.rules, `overrides[${index}].rules`)),
  ];
}

/** Reports settings of dialects that do not exist. */
export function checkDialectNames({dialects = {}}: ConfigFile, builtIn: readonly DialectSign[]): ConfigProblem[] {
  const known = [...builtIn, native].map(({name}) => name).concat('python');
  return Object.keys(dialects)
    .filter(name => !known.includes(name))
    .map(name => {
      const near = nearest(name, known);
      const message = `is not a dialect; ${near === undefined ? `the dialects are ${known.join(', ')}` : `did you mean "${near}"?`}`;
      return {path: joinPath('dialects', name), message};
    });
}

/** Codes and names in lower case, as they are compared, with those of retired rules. */
export const namesOf = (rules: readonly Rule[]): string[] =>
  [...rules, ...retired].flatMap(({code, name}) => [code.toLowerCase(), name.toLowerCase()]);

/**
 * The clause about a rule that does not exist.
 *
 * @param known Codes and names, in lower case.
 */
export function noRule(name: string, known: readonly string[]): string {
  // All codes are similar, and a number does not show what was meant.
  const near = nearest(
    name.toLowerCase(),
    known.filter(each => each.includes('-')),
  );
  return `is not a rule; ${near === undefined ? '"retry-lint rules" lists them' : `did you mean "${near}"?`}`;
}
