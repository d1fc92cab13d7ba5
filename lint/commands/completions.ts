/** `retry-lint completions bash|zsh|fish`: what a shell needs to complete commands and options. */

import {type CompletedCommand, completionsOf, SHELLS} from '../../src/cli/completions.ts';
import {CliError} from '../io/cli-error.ts';
import {rules} from '../rules/index.ts';
import type {Command} from './command.ts';
import {commands} from './table.ts';

export const completions: Command = (args, io) => {
  const [named = ''] = args.operands;
  const shell = SHELLS.find(each => each === named);
  if (shell === undefined)
    throw new CliError(`The shell must be one of ${SHELLS.join(', ')}, got ${JSON.stringify(named)}.`);
  io.out.write(completionsOf({name: 'retry-lint', commands: completed(), unnamed: commands[0].name}, shell));
  return 0;
};

const completed = (): CompletedCommand[] =>
  commands.map(({operandValues, ...spec}) => ({
    ...spec,
    operands: spec.name === 'explain' ? rules.map(({code}) => code) : operandValues,
  }));
