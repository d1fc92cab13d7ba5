/** The table of `steadfetch completions`. */
import {type CommandSpec, GENERAL} from './command-spec.ts';
import {SHELLS} from './completions.ts';

export const COMPLETIONS: CommandSpec = {
  name: 'completions',
  summary: 'Write what a shell needs to complete commands and options',
  usage: [`completions ${SHELLS.join('|')}`],
  about: [
    `In ~/.bashrc:   eval "$(steadfetch completions bash)"
In ~/.zshrc:    eval "$(steadfetch completions zsh)"
For fish:       steadfetch completions fish \\
                  > ~/.config/fish/completions/steadfetch.fish`,
  ],
  groups: [{title: 'Options', options: GENERAL}],
  notes: [],
  exit: '0, 2 wrong usage.',
  operands: SHELLS,
  page: 'docs/getting-started.md',
};
