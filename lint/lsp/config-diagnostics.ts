/** The mistakes in an open configuration, while it is written. */

import {type Diagnostic, DiagnosticSeverity} from 'vscode-languageserver-protocol';
import {mistakeOf, parseConfig} from '../config-file/parse.ts';
import {checkRuleNames, namesOf} from '../config-file/rule-names.ts';
import {rules} from '../rules/index.ts';
import {toRange} from './positions.ts';
import {source} from './source.ts';

/** @param path The path of the configuration in messages. */
export async function configDiagnostics(path: string, text: string): Promise<Diagnostic[]> {
  const {file, mistakes, rangeOf} = await parseConfig(path, text);
  // Rules of plugins are known once the configuration is saved and its policies are linted.
  const unknown = file === undefined || file.plugins !== undefined ? [] : checkRuleNames(file, namesOf(rules));
  return [...mistakes, ...unknown.map(problem => mistakeOf(problem, rangeOf))].map(({message, range}) => ({
    range: toRange(range ?? rangeOf('')),
    severity: DiagnosticSeverity.Error,
    source,
    message,
  }));
}
