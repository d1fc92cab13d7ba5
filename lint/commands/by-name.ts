/** The function behind each command of table.ts. */

import {baseline} from './baseline.ts';
import type {Command} from './command.ts';
import {completions} from './completions.ts';
import {explain} from './explain.ts';
import {init} from './init.ts';
import {lint} from './lint.ts';
import {lsp} from './lsp.ts';
import {mcp} from './mcp.ts';
import {printConfig} from './print-config.ts';
import {rules} from './rules.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  lint,
  explain,
  init,
  rules,
  'print-config': printConfig,
  baseline,
  lsp,
  mcp,
  completions,
};

/** @param name Of a command in table.ts. */
export function commandOf(name: string): Command {
  const command = COMMANDS[name];
  if (command === undefined) throw new Error(`There is no command ${name}.`);
  return command;
}
