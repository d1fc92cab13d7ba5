/** Options that several commands take. */

import {presetNames} from '../config-file/config-file.ts';
import type {Option, OptionGroup} from './command.ts';

export const general: OptionGroup = {
  title: 'General',
  options: [
    {name: 'help', short: 'h', help: 'Show help'},
    {name: 'version', short: 'v', help: 'Show the version of retry-lint'},
  ],
};

export const configOptions: readonly Option[] = [
  {
    name: 'config',
    short: 'c',
    value: 'FILE',
    file: true,
    help: 'Read this configuration (default: the nearest .retry-lintrc.json at or above each policy)',
  },
  {name: 'no-config', help: 'Read no configuration, not even one that --config names, and so run no plugin'},
  {
    name: 'preset',
    value: 'NAME',
    values: presetNames,
    help: 'Set which rules run: recommended, or strict, which runs every rule and raises info to warning (default: recommended)',
  },
  {
    name: 'rule',
    value: 'RULE=SETTING',
    many: true,
    help: 'Set the severity of one rule, by code or name, to error, warning, info or off: --rule RL301=off',
  },
];

export const baselineOption: Option = {
  name: 'baseline',
  value: 'FILE',
  file: true,
  help: 'Keep accepted findings in FILE (default: the one that the configuration names, or .retry-lint-baseline.json)',
};

export const stdinOption: Option = {
  name: 'stdin-filename',
  value: 'NAME',
  file: true,
  help: 'Treat standard input (-) as the file NAME: its format, its configuration and what it extends follow from the name (default: JSON)',
};
