/** The arguments of `steadfetch simulate`, checked. */
import {readPageFile} from './page-file.ts';
import {type OptionSyntax, parseArguments} from './parse-arguments.ts';
import {seedOf} from './scenario-option.ts';
import {type Assertion, readAssertions} from './simulate-assertions.ts';
import {UsageError} from './usage-error.ts';

export interface SimulateArguments {
  /** Files, presets, or `-`. */
  readonly policies: readonly string[];
  /** A name, a file, or `-`. */
  readonly scenario: string;
  readonly seed: number | undefined;
  /** Simulations of each policy, with a seed each. Undefined: one, and with assertions as many as they need. */
  readonly runs: number | undefined;
  /** Whether models of other clients stand beside the policies. */
  readonly rivals: boolean;
  readonly assertions: readonly Assertion[];
  readonly json: boolean;
  /** The file of the page with charts, or `-`. */
  readonly html: string | undefined;
}

const OPTIONS: readonly OptionSyntax[] = [
  {name: 'scenario', value: '<scenario>'},
  {name: 'seed', value: '<n>'},
  {name: 'runs', value: '<n>'},
  {name: 'rivals'},
  {name: 'assert', value: '<conditions>', many: true},
  {name: 'html', value: '<file>'},
  {name: 'json'},
  {name: 'help', short: 'h'},
];

/** @returns `help` where that is asked for. @throws UsageError */
export function readSimulateArguments(argv: readonly string[]): SimulateArguments | 'help' {
  const args = parseArguments(argv, OPTIONS, 'steadfetch simulate --help');
  if (args.has('help')) return 'help';
  const policies = args.operands.length === 0 ? ['steadfetch:default'] : args.operands;
  const twice = policies.find((policy, index) => policies.indexOf(policy) !== index);
  if (twice !== undefined) throw new UsageError(`${twice} was given twice; each policy is simulated once.`);
  const scenario = args.value('scenario');
  if (scenario === undefined)
    throw new UsageError('Missing --scenario: give the name of a scenario, such as --scenario outage, or a file.');
  if (scenario === '-' && policies.includes('-'))
    throw new UsageError('Only one of the policy and the scenario can be read from standard input (-).');
  return {
    policies,
    scenario,
    seed: seedOf(args.value('seed')),
    runs: runsOf(args.value('runs')),
    rivals: args.has('rivals'),
    assertions: args.all('assert').flatMap(readAssertions),
    json: args.has('json'),
    html: readPageFile(args, args.has('json') ? ['--json'] : []),
  };
}

const MOST_RUNS = 1000;

function runsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const runs = Number(text);
  if (!/^\d+$/.test(text) || runs < 1 || runs > MOST_RUNS)
    throw new UsageError(`--runs must be a whole number from 1 to ${MOST_RUNS}, got ${JSON.stringify(text)}.`);
  return runs;
}
