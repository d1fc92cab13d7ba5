/** Every command, with its options. */

import type {CommandSpec, Option} from './command.ts';
import {baselineOption, configOptions, general, stdinOption} from './options.ts';

/** The names of lint/formatters, checked by a test. Loading all formats to list their names would slow down every run. */
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

/** The most operands of a command that takes files. */
const any = Infinity;

const lint: CommandSpec = {
  name: 'lint',
  summary: 'Report where and why retry policies are unsafe (the default command)',
  operands: '[FILE | FILE#/POINTER | FOLDER | GLOB | -]...',
  count: [0, any],
  about: [
    'Lints the named files, and the policies in the named folders (default: this folder). A file in a folder is a policy if it is called *.retry.json or retry-policy.*, or if its $schema is the one of steadfetch. In a folder that is named, files with retries in other languages are linted, too: retry-lint . scans a repository. JSON, JSONC and YAML are read; files that git ignores are skipped. FILE#/POINTER is a policy inside a file: package.json#/retryPolicy.',
    'Exit codes: 0 no finding that fails the run, 1 findings, 2 wrong usage, configuration or file, 3 a bug in retry-lint.',
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
          help: 'Lint only policies that differ from the branch or commit REF, or that extend a file that does (default: the last commit)',
        },
        {name: 'allow-empty', help: 'Exit with code 0 if there is no policy to lint'},
        {name: 'watch', short: 'w', help: 'Lint again after each change of a file that was read, until Ctrl+C'},
      ],
    },
    {
      title: 'Rules',
      options: [
        ...configOptions,
        {name: 'no-suppressions', help: 'Ignore suppressions in policies'},
        baselineOption,
        {name: 'no-baseline', help: 'Report accepted findings too'},
      ],
    },
    {
      title: 'Fixes',
      options: [
        {
          name: 'fix',
          help: 'Apply safe fixes to the files: those after which each call that would have succeeded still does',
        },
        {name: 'unsafe-fixes', help: 'With --fix or --fix-dry-run: apply fixes too that may change what calls do'},
        {name: 'fix-dry-run', help: 'Print what --fix would change, as a diff, and change nothing'},
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
          help: `Write the report in this format, to FILE or to standard output: ${formatNames.join(', ')} (default: stylish). Repeat it for several reports: -f stylish -f sarif=out.sarif`,
        },
        {
          name: 'paths-from',
          value: 'FOLDER',
          file: true,
          help: 'Write paths in reports relative to FOLDER (default: the current folder)',
        },
        {name: 'quiet', short: 'q', help: 'Report and count errors only'},
        {
          name: 'all',
          help: 'In the format stylish: show each repetition of a finding, and the infos of files in other languages (default: their number)',
        },
        {
          name: 'color',
          help: 'Print colours even without a terminal, as FORCE_COLOR does (default: colours on a terminal)',
        },
        {name: 'no-color', help: 'Print no colours, as NO_COLOR does'},
      ],
    },
    {
      title: 'Exit code',
      options: [
        {
          name: 'fail-on',
          value: 'SEVERITY',
          values: ['error', 'warning', 'info', 'never'],
          help: 'Lowest severity that fails the run (default: warning)',
        },
        {
          name: 'max-warnings',
          value: 'NUMBER',
          help: 'Fail if there are more than NUMBER warnings, whatever --fail-on says (default: 0 if warnings fail the run)',
        },
        {name: 'exit-zero', help: 'Exit with code 0 whatever is found, for a step that uploads its report'},
      ],
    },
    general,
  ],
  examples: [
    ['retry-lint policy.json', 'lint one policy'],
    ['retry-lint --fix', 'fix every policy in this folder'],
    ['retry-lint --changed=origin/main -f github', 'lint what a pull request changes'],
  ],
};

const explain: CommandSpec = {
  name: 'explain',
  summary: 'Explain a rule, and what it means for a policy',
  operands: 'RULE [FILE]',
  count: [1, 2],
  about: [
    'Given a policy, shows the findings of the rule in it, and the arithmetic behind them in the numbers of the policy.',
  ],
  groups: [{title: 'Options', options: [...configOptions, ...general.options]}],
  examples: [
    ['retry-lint explain RL203', 'show the reasons and their sources'],
    ['retry-lint explain no-synchronized-retries policy.json', 'work the rule out for a policy'],
  ],
};

const init: CommandSpec = {
  name: 'init',
  summary: 'Write a safe policy to start from',
  operands: '[FILE]',
  count: [0, 1],
  about: [
    'Writes FILE (default: retry-policy.jsonc) in the format that its name ends in. Its $schema gives editors completion and hover texts.',
  ],
  groups: [
    {
      title: 'Options',
      options: [{name: 'force', help: 'Overwrite an existing file'}, ...general.options],
    },
  ],
  examples: [['retry-lint init config/payments.retry.yaml', 'write a policy in YAML']],
};

const rules: CommandSpec = {
  name: 'rules',
  summary: 'List the rules and their severity',
  operands: '[FILE]',
  count: [0, 1],
  about: ['Shows the severities that apply to FILE (default: a policy in this folder).'],
  groups: [{title: 'Options', options: [...configOptions, {name: 'json', help: 'Print JSON'}, ...general.options]}],
  examples: [['retry-lint rules --preset strict', 'list the severities under strict']],
};

const printConfig: CommandSpec = {
  name: 'print-config',
  summary: 'Show the settings that apply to a policy, and where each comes from',
  operands: '[FILE]',
  count: [0, 1],
  about: ['Prints JSON for FILE (default: a policy in this folder).'],
  groups: [{title: 'Options', options: [...configOptions, baselineOption, ...general.options]}],
  examples: [['retry-lint print-config policy.json', 'show the settings of one policy']],
};

const baseline: CommandSpec = {
  name: 'baseline',
  summary: 'Accept the current findings, so that only new findings fail the run',
  operands: '[FILE | FOLDER | GLOB | -]...',
  count: [0, any],
  about: [
    'A finding is identified by its rule, route and field. It stays accepted when it moves, and a new finding is never mistaken for it. Entries of files that are not linted now are kept.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {name: 'prune', help: 'Remove accepted findings that no longer occur, and accept nothing'},
        baselineOption,
        stdinOption,
        ...configOptions,
        ...general.options,
      ],
    },
  ],
  examples: [
    ['retry-lint baseline', 'accept the findings of every policy in this folder'],
    ['retry-lint baseline --prune', 'remove findings that no longer occur'],
  ],
};

const lsp: CommandSpec = {
  name: 'lsp',
  summary: 'Run the language server for editors',
  operands: '',
  count: [0, 0],
  about: [
    'Speaks the Language Server Protocol on standard input and output, until the editor ends it. Options apply to every policy, as those of lint do. docs/editors.md says how to set up editors.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {name: 'stdio', help: 'Use standard input and output (default; editors pass it)'},
        ...configOptions,
        baselineOption,
        ...general.options,
      ],
    },
  ],
  examples: [['retry-lint lsp --preset strict', 'run every rule while typing']],
};

const pluginOption: Option = {
  name: 'plugin',
  value: 'FILE',
  file: true,
  many: true,
  help: 'Run this module of rules at the start; a configuration that names any other module applies without it (FILE is relative to FOLDER)',
};

const mcp: CommandSpec = {
  name: 'mcp',
  summary: 'Run the server of tools for coding agents',
  operands: '[FOLDER]',
  count: [0, 1],
  about: [
    'Speaks the Model Context Protocol on standard input and output, until the agent ends it. Its tools lint, fix, explain and simulate policies. They read files in FOLDER (default: this folder) only, and write none. docs/mcp.md says how to set up agents.',
  ],
  groups: [{title: 'Options', options: [...configOptions, baselineOption, pluginOption, ...general.options]}],
  examples: [['retry-lint mcp', 'serve the policies of this folder']],
};

const completions: CommandSpec = {
  name: 'completions',
  summary: 'Print the completion script of a shell',
  operands: 'SHELL',
  count: [1, 1],
  operandValues: shells,
  about: [`SHELL is one of ${shells.join(', ')}.`],
  groups: [{title: 'Options', options: [...general.options]}],
  examples: [
    ['source <(retry-lint completions bash)', 'put this into ~/.bashrc'],
    ['retry-lint completions fish | source', 'put this into config.fish'],
  ],
};

/** The first command is the default. */
export const commands: readonly [CommandSpec, ...CommandSpec[]] = [
  lint,
  explain,
  init,
  rules,
  printConfig,
  baseline,
  lsp,
  mcp,
  completions,
];
