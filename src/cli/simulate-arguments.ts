/** The arguments of `steadfetch simulate`, checked. */

import {type Asked, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {readPageFile} from './page-file.ts';
import {parseArguments} from './parse-arguments.ts';
import {ALL_SCENARIOS} from './scenario-names.ts';
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
  readonly quiet: boolean;
}

/** @returns What was asked for in place of a run. @throws UsageError */
export function readSimulateArguments(argv: readonly string[]): SimulateArguments | Asked {
  const args = parseArguments(argv, optionsOf(SPECS.simulate), 'steadfetch simulate --help');
  const question = asked(args);
  if (question !== undefined) return question;
  const given = [...args.operands, ...args.all('policy')];
  const policies = given.length === 0 ? ['steadfetch:default'] : given;
  const twice = policies.find((policy, index) => policies.indexOf(policy) !== index);
  if (twice !== undefined) throw new UsageError(`${twice} was given twice; each policy is simulated once.`);
  const scenario = args.value('scenario');
  if (scenario === undefined) throw new UsageError(missingScenario(policies));
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
    quiet: args.has('quiet'),
    html: readPageFile(args, args.has('json') ? ['--json'] : []),
  };
}

function missingScenario(policies: readonly string[]): string {
  const named = policies.find(policy => ALL_SCENARIOS.includes(policy));
  if (named !== undefined) return `${named} is a scenario: --scenario ${named}.`;
  return 'Missing --scenario: give the name of a scenario, such as --scenario outage, or a file.';
}

const MOST_RUNS = 1000;

function runsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const runs = Number(text);
  if (!/^\d+$/.test(text) || runs < 1 || runs > MOST_RUNS)
    throw new UsageError(`--runs must be a whole number from 1 to ${MOST_RUNS}, got ${JSON.stringify(text)}.`);
  return runs;
}
