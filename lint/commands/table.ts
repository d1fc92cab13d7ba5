/** Every command, with its options. */

import type {CommandSpec} from './command.ts';
import {baselineOption, configOptions, general, stdinOption} from './options.ts';

/** As lint/formatters has them; a test holds the two together, for loading all formats to list them would cost every run. */
export const formatNames: readonly string[] = [
  'stylish',
  'json',
  'sarif',
  'github',
  'github-summary',
  'gitlab',
  'junit',
  'checkstyle',
  'rdjson',
];

export const shells: readonly string[] = ['bash', 'zsh', 'fish'];

/** The most operands a command that takes files can have. */
const any = Number.POSITIVE_INFINITY;

const lint: CommandSpec = {
  name: 'lint',
  summary: 'Say where and why retry policies are unsafe; the command if none is named',
  operands: '[FILE | FOLDER | GLOB | -]...',
  count: [0, any],
  about: [
    'Of a folder, the policies are taken: *.retry.json, retry-policy.*, and files whose $schema is that of steadfetch; JSON, JSONC or YAML. What git ignores is left out. Without an argument it is this folder.',
    'Exit codes: 0 clean, 1 findings, 2 wrong usage, configuration or file, 3 a bug in retry-lint.',
  ],
  groups: [
    {
      title: 'Files',
      options: [
        stdinOption,
        {
          name: 'changed',
          value: 'REF',
          optionalValue: true,
          help: 'Only what is not committed, or differs from a branch or commit; also where something it extends does.',
        },
        {name: 'allow-empty', help: 'Exit code 0 where there is no policy at all.'},
        {name: 'watch', short: 'w', help: 'Lint again whenever something changes, until Ctrl+C.'},
      ],
    },
    {
      title: 'Rules',
      options: [
        ...configOptions,
        {name: 'no-suppressions', help: 'Comments in a policy silence nothing.'},
        baselineOption,
        {name: 'no-baseline', help: 'Accepted findings are reported again.'},
      ],
    },
    {
      title: 'Fixes',
      options: [
        {name: 'fix', help: 'Mend what can be mended without changing what else the policy means.'},
        {name: 'fix-dry-run', help: 'Print what --fix would change, as a diff.'},
      ],
    },
    {
      title: 'Output',
      options: [
        {
          name: 'format',
          short: 'f',
          value: 'NAME[=FILE]',
          many: true,
          help: `To standard output, or to a file: ${formatNames.join(', ')}. Several at once: -f stylish -f sarif=out.sarif.`,
        },
        {name: 'quiet', short: 'q', help: 'Errors only; warnings are neither shown nor counted.'},
        {name: 'color', help: 'Colours, also where there is no terminal. FORCE_COLOR does the same.'},
        {name: 'no-color', help: 'No colours. NO_COLOR does the same.'},
      ],
    },
    {
      title: 'Exit code',
      options: [
        {
          name: 'fail-on',
          value: 'SEVERITY',
          values: ['error', 'warning', 'info', 'never'],
          help: 'The least severe finding that gives exit code 1; warning.',
        },
        {name: 'max-warnings', value: 'NUMBER', help: 'So many warnings are let pass.'},
        {name: 'exit-zero', help: 'Exit code 0 whatever is found, for a step that uploads what it finds.'},
      ],
    },
    general,
  ],
  examples: [
    ['retry-lint policy.json', 'one policy'],
    ['retry-lint --fix', 'every policy below here, mended'],
    ['retry-lint --changed=origin/main -f github', 'what a pull request changes'],
  ],
};

const explain: CommandSpec = {
  name: 'explain',
  summary: 'Say why a rule is there, and what it means for a policy',
  operands: 'RULE [FILE]',
  count: [1, 2],
  about: ['With a file, the arithmetic of the rule is worked out with its numbers.'],
  groups: [{title: 'Options', options: [...general.options]}],
  examples: [
    ['retry-lint explain RL203', 'the reasons and their source'],
    ['retry-lint explain no-synchronised-retries policy.json', 'worked out for a policy'],
  ],
};

const init: CommandSpec = {
  name: 'init',
  summary: 'Write a safe policy to begin with',
  operands: '[FILE]',
  count: [0, 1],
  about: ['Writes retry-policy.jsonc, if no name is given. Its $schema gives editors completion and hover texts.'],
  groups: [
    {
      title: 'Options',
      options: [{name: 'force', help: 'Write over a file that is there.'}, ...general.options],
    },
  ],
  examples: [['retry-lint init config/payments.retry.yaml', 'a policy in YAML']],
};

const rules: CommandSpec = {
  name: 'rules',
  summary: 'List the rules, and how severe each is here',
  operands: '[FILE]',
  count: [0, 1],
  about: ['As they apply to a policy of this folder, or to one that is named.'],
  groups: [{title: 'Options', options: [...configOptions, {name: 'json', help: 'As JSON.'}, ...general.options]}],
  examples: [['retry-lint rules --preset strict', 'what strict would say']],
};

const printConfig: CommandSpec = {
  name: 'print-config',
  summary: 'Show which settings apply, and where each comes from',
  operands: '[FILE]',
  count: [0, 1],
  about: ['For a policy of this folder, or for one that is named; as JSON.'],
  groups: [{title: 'Options', options: [...configOptions, baselineOption, ...general.options]}],
  examples: [['retry-lint print-config policy.json', 'the settings of one policy']],
};

const baseline: CommandSpec = {
  name: 'baseline',
  summary: 'Accept what is found now, so that only new findings fail',
  operands: '[FILE | FOLDER | GLOB]...',
  count: [0, any],
  about: [
    'Findings are known again by their rule, route and field: they may move, and no new one takes the place of a mended one. Entries of files that are not named stay as they are.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {name: 'prune', help: 'Only take out what is mended.'},
        baselineOption,
        ...configOptions,
        ...general.options,
      ],
    },
  ],
  examples: [
    ['retry-lint baseline', 'accept everything below here'],
    ['retry-lint baseline --prune', 'forget what is mended'],
  ],
};

const completions: CommandSpec = {
  name: 'completions',
  summary: 'Print completions for a shell',
  operands: 'SHELL',
  count: [1, 1],
  operandValues: shells,
  about: [`For ${shells.join(', ')}.`],
  groups: [{title: 'Options', options: [...general.options]}],
  examples: [
    ['source <(retry-lint completions bash)', 'in ~/.bashrc'],
    ['retry-lint completions fish | source', 'in config.fish'],
  ],
};

/** The first is meant where none is named. */
export const commands: readonly [CommandSpec, ...CommandSpec[]] = [
  lint,
  explain,
  init,
  rules,
  printConfig,
  baseline,
  completions,
];
