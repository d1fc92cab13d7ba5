/** `steadfetch simulate`: what policies come to in a scenario, side by side. */
import {availableParallelism} from 'node:os';
import {basename, extname} from 'node:path';
import {text} from 'node:stream/consumers';
import {systemClock} from '../core/system-clock.ts';
import {resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import type {SimulationResult} from '../simulate/result.ts';
import {readScenario} from '../simulate/scenario/read.ts';
import type {Scenario} from '../simulate/scenario/types.ts';
import {answer} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {writePage} from './page-file.ts';
import {isPreset, readPolicyInput} from './policy-input.ts';
import {type ProgressStream, progressOn, QUIETLY} from './progress.ts';
import {parsedJson, scenarioOf} from './scenario-option.ts';
import {readSimulateArguments, type SimulateArguments} from './simulate-arguments.ts';
import {failedAssertions, intervalsOf, verdictOf} from './simulate-assertions.ts';
import {plainOf, RIVALS} from './simulate-rivals.ts';
import {type Named, runsOf, tableOf} from './simulate-table.ts';
import {simulateInThread} from './simulate-thread.ts';
import type {SimulationTask} from './simulate-worker.ts';
import {SimulatedTime} from './simulated-time.ts';

/** The part of a process that the command needs. */
export interface Console {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: {write(text: string): unknown};
  readonly stderr: ProgressStream;
  once(signal: 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGINT', listener: () => void): unknown;
}

/**
 * @returns The exit code: 0; 1 where a condition of `--assert` is not met, or the simulation was interrupted.
 * @throws UsageError, SteadfetchError
 */
export async function simulateCommand(args: readonly string[], process: Console): Promise<number> {
  const options = readSimulateArguments(args);
  if (typeof options === 'string') return answer(options, SPECS.simulate, process.stdout);
  const scenario = readScenario(await scenarioOf(options.scenario, process.stdin));
  const results = await resultsOf(options, scenario, process);
  const isWhole = results.every(({result}) => !result.interrupted);
  await report(results, scenario, options, process);
  if (!isWhole) process.stderr.write('Interrupted: the numbers are those of the time until then.\n');
  const failures = results
    .filter(({isGiven}) => isGiven)
    .flatMap(named => failedAssertions(named.name, runsOf(named), options.assertions));
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  return failures.length === 0 && isWhole ? 0 : 1;
}

interface Simulated extends Named {
  /** Whether the user named the policy: conditions are of these. */
  readonly isGiven: boolean;
}

/** Plain calls first, then each policy. */
async function resultsOf(options: SimulateArguments, scenario: Scenario, process: Console): Promise<Simulated[]> {
  const {policies, html, assertions} = options;
  const given: PolicyInput[] = [];
  for (const policy of policies) given.push(await policyOf(policy, process));
  const plain = plainOf(given);
  const others = options.rivals ? RIVALS : [];
  const names = [...plain.map(({name}) => name), ...policies.map(nameOf), ...others.map(({name}) => name)];
  const inputs = [...plain.map(({input}) => input), ...given, ...others.map(({input}) => input)];
  const seed = options.seed ?? scenario.seed;
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  try {
    const rounds = new Rounds(
      {policies: inputs, scenario, seed, samples: html !== undefined},
      controller.signal,
      options.quiet ? QUIETLY : process.stderr,
    );
    await rounds.reach(options.runs ?? 1);
    const isUnsure = (): boolean =>
      rounds.byPolicy
        .slice(plain.length, plain.length + given.length)
        .some(runs => assertions.some(assertion => verdictOf(assertion, runs) === 'unsure'));
    // One run is a number of chance: a condition is decided by several, and by more while its limit is within the interval.
    if (options.runs === undefined && assertions.length > 0 && !controller.signal.aborted) {
      await rounds.reach(FIRST_RUNS);
      while (isUnsure() && rounds.count < MOST_RUNS && !controller.signal.aborted) await rounds.reach(2 * rounds.count);
    }
    return rounds.byPolicy.map((runs, index) => ({
      name: names[index]!,
      result: runs[0]!,
      runs,
      isGiven: index >= plain.length && index < plain.length + given.length,
    }));
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** Runs of the policies of --assert, where --runs names no number: at first, and at the most. */
const FIRST_RUNS = 4;
const MOST_RUNS = 32;

/** Simulates the same policies with one seed after another, as many at a time as there are cores. */
class Rounds {
  readonly #task: SimulationTask;
  readonly #signal: AbortSignal;
  readonly #stream: ProgressStream;
  /** In the order of the seeds. */
  readonly #rounds: SimulationResult[][] = [];

  /** @param stream Where the progress is shown. */
  constructor(task: SimulationTask, signal: AbortSignal, stream: ProgressStream) {
    this.#task = task;
    this.#signal = signal;
    this.#stream = stream;
  }

  get count(): number {
    return this.#rounds.length;
  }

  /** The results of each policy, in the order of the seeds. An interrupted round counts only if it is the first one. */
  get byPolicy(): SimulationResult[][] {
    const [first = []] = this.#rounds;
    const whole = this.#rounds.filter(
      (round, index) => index === 0 || (round.length === first.length && round.every(({interrupted}) => !interrupted)),
    );
    return first.map((_, policy) => whole.map(round => round[policy]!));
  }

  /** @param count Of all rounds. */
  async reach(count: number): Promise<void> {
    const {scenario, policies} = this.#task;
    const from = this.#rounds.length;
    const simulated = new SimulatedTime(systemClock, scenario.durationMs * policies.length * (count - from));
    const progress = progressOn(this.#stream, 'steadfetch simulate', simulated, systemClock);
    const reached = new Map<number, number>();
    let next = from;
    const work = async (): Promise<void> => {
      while (next < count && !(this.#signal.aborted && next > 0)) {
        const round = next++;
        this.#rounds[round] = await simulateInThread(
          {...this.#task, seed: this.#task.seed + round, samples: this.#task.samples && round === 0},
          {
            signal: this.#signal,
            onProgress: (simulatedMs, policy) => {
              reached.set(round, scenario.durationMs * policy + Math.min(simulatedMs, scenario.durationMs));
              simulated.reach([...reached.values()].reduce((sum, ms) => sum + ms, 0));
            },
          },
        );
      }
    };
    try {
      await Promise.all(Array.from({length: Math.min(availableParallelism(), count - from)}, work));
    } finally {
      progress.end();
    }
  }
}

/** The charts are loaded by those only who want a page. */
async function report(
  results: readonly Named[],
  scenario: Scenario,
  {json, html}: SimulateArguments,
  {stdout}: Console,
): Promise<void> {
  const page = html === undefined ? '' : (await import('./simulate-page.ts')).simulationPage(results, scenario);
  if (json) stdout.write(`${JSON.stringify({results: results.map(jsonOf)})}\n`);
  else stdout.write(html === '-' ? page : tableOf(results, scenario.description));
  writePage(html, page);
}

/** The first run, and of several the intervals of what `--assert` knows. */
function jsonOf(named: Named): object {
  const runs = runsOf(named);
  return {
    name: named.name,
    ...named.result,
    runs: runs.length,
    intervals: runs.length === 1 ? null : intervalsOf(runs),
  };
}

const nameOf = (policy: string): string =>
  policy === '-' ? 'stdin' : isPreset(policy) ? policy.replace('steadfetch:', '') : basename(policy, extname(policy));

/** @throws UsageError, InvalidPolicyError */
async function policyOf(policy: string, {stdin}: Console): Promise<PolicyInput> {
  const input =
    policy === '-'
      ? (parsedJson(await text(stdin), 'the policy from standard input') as PolicyInput)
      : await readPolicyInput(policy, 'the policy');
  resolvePolicy(input);
  return input;
}
