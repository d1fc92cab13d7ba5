/** Options that several commands take. */

import {presetNames} from '../config-file/config-file.ts';
import type {Option, OptionGroup} from './command.ts';

export const general: OptionGroup = {
  title: 'General',
  options: [
    {name: 'help', short: 'h', help: 'This page, or the one of a command.'},
    {name: 'version', short: 'v', help: 'The version of retry-lint.'},
  ],
};

export const configOptions: readonly Option[] = [
  {
    name: 'config',
    short: 'c',
    value: 'FILE',
    file: true,
    help: 'The configuration, instead of the nearest .retry-lintrc.json above each policy.',
  },
  {name: 'no-config', help: 'Reads no configuration.'},
  {name: 'preset', value: 'NAME', values: presetNames, help: 'recommended, or strict, where an info is a warning.'},
  {
    name: 'rule',
    value: 'RULE=SETTING',
    many: true,
    help: 'error, warning, info or off for one rule, by code or name: --rule RL301=off.',
  },
];

export const baselineOption: Option = {
  name: 'baseline',
  value: 'FILE',
  file: true,
  help: 'Where accepted findings are kept; .retry-lint-baseline.json, if the configuration names none.',
};

export const stdinOption: Option = {
  name: 'stdin-filename',
  value: 'NAME',
  file: true,
  help: 'What the text on standard input (-) is called: for messages, its format, and what it extends.',
};
