/** The table of `steadfetch init`. */
import {STARTER_NAME} from '../policy-files/starter-file.ts';
import {type CommandSpec, GENERAL} from './command-spec.ts';

export const INIT: CommandSpec = {
  name: 'init',
  summary: 'Write a safe policy to start with, in which a comment explains each field',
  usage: ['init [<file>] [options]'],
  about: [
    `<file> ends in .json, .jsonc, .yaml or .yml (default: ${STARTER_NAME}). JSON has no comments, so a file named .json has none. retry-lint init writes the same.`,
  ],
  groups: [{title: 'Options', options: [{name: 'force', help: 'Write over a file that exists'}, ...GENERAL]}],
  notes: [],
  exit: '0, 1 the file cannot be written, 2 wrong usage, nothing was written.',
  page: 'docs/getting-started.md',
};
