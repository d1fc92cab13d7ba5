/** The table of `steadfetch compile`. */
import {type CommandSpec, GENERAL} from './command-spec.ts';

export const COMPILE: CommandSpec = {
  name: 'compile',
  summary: 'Write a module with the fetch of a policy, and with no part of the engine that the policy does not use',
  usage: ['compile <policy> [options]'],
  about: [
    '<policy> is a policy file, JSON or YAML, or the name of a preset such as steadfetch:llm. Its presets, the files that it extends, its routes and the defaults are resolved; a wrong policy is refused, and nothing is written.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {name: 'policy', value: '<policy>', file: true, help: 'The same as <policy>'},
        {
          name: 'out',
          value: '<file>',
          file: true,
          help: 'Where to write the module: .ts, .mts, or .js, .mjs with its declarations beside it (default: JavaScript to standard output)',
        },
        {
          name: 'check',
          help: 'Write nothing, and fail if <file> is not what compiling would write now: for CI',
        },
        ...GENERAL,
      ],
    },
  ],
  notes: [
    'The module exports createFetch(ports) and definePolicy(random, guards), and imports steadfetch/compiled and steadfetch/features. It is compiled again when the policy changes, or steadfetch is updated.',
  ],
  exit: '0, 1 --check found another content, 2 wrong usage or a wrong policy.',
  page: 'docs/compile.md',
};
