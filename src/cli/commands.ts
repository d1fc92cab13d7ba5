/** The commands of `steadfetch`, and the page that `steadfetch --help` prints. */
import {BATCH} from './batch-usage.ts';
import {CHAOS} from './chaos-usage.ts';
import {type CommandSpec, rowsOf} from './command-spec.ts';
import {COMPILE} from './compile-usage.ts';
import {COMPLETIONS} from './completions-usage.ts';
import {INIT} from './init-usage.ts';
import {MEASURE} from './measure-usage.ts';
import {PLAN} from './plan-usage.ts';
import {SIMULATE} from './simulate-usage.ts';
import {TRIAGE} from './triage-usage.ts';

/** In one file of the package: each command needs its own, and the help and the completions all. */
export const SPECS: Readonly<
  Record<
    'init' | 'simulate' | 'plan' | 'chaos' | 'measure' | 'triage' | 'batch' | 'compile' | 'completions',
    CommandSpec
  >
> = {
  init: INIT,
  simulate: SIMULATE,
  plan: PLAN,
  chaos: CHAOS,
  measure: MEASURE,
  triage: TRIAGE,
  batch: BATCH,
  compile: COMPILE,
  completions: COMPLETIONS,
};

/** In the order of the help. */
export const COMMANDS: readonly CommandSpec[] = Object.values(SPECS);

/** How each command begins, in an example. */
const EXAMPLES: readonly (readonly [command: string, what: string])[] = [
  ['steadfetch init', 'A policy to start with'],
  ['steadfetch simulate retry-policy.jsonc --scenario outage', 'What it does in an outage'],
  ['steadfetch chaos outage', 'A server that fails, at port 8080'],
  ['npx retry-lint .', 'What is unsafe in the retries of this folder'],
];

export const HELP: string = `steadfetch: retries that are safe to leave on

  steadfetch <command> [options]

Commands:
${rowsOf(COMMANDS.map(({name, summary}) => [name, summary]))}

Options:
${rowsOf([
  ['-h, --help', 'Show this help'],
  ['-V, --version', 'Show the version of steadfetch'],
])}

Examples:
${EXAMPLES.map(([command, what]) => `  # ${what}\n  ${command}`).join('\n')}

"steadfetch help <command>" lists the options of a command. The guide is
docs/getting-started.md of the package. Policies are linted by the package
retry-lint: npx retry-lint --help
`;
