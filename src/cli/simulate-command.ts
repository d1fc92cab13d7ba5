/** `steadfetch simulate`: what policies come to in a scenario, side by side. */
import {basename, extname} from 'node:path';
import {text} from 'node:stream/consumers';
import {systemClock} from '../core/system-clock.ts';
import {resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import {readScenario} from '../simulate/scenario/read.ts';
import type {Scenario} from '../simulate/scenario/types.ts';
import {writePage} from './page-file.ts';
import {isPreset, readPolicyInput} from './policy-option.ts';
import {type ProgressStream, progressOn} from './progress.ts';
import {parsedJson, scenarioOf} from './scenario-option.ts';
import {readSimulateArguments, type SimulateArguments} from './simulate-arguments.ts';
import {failedAssertions} from './simulate-assertions.ts';
import {type Named, tableOf} from './simulate-table.ts';
import {simulateInThread} from './simulate-thread.ts';
import {SimulatedTime} from './simulated-time.ts';
import {SIMULATE_HELP} from './usage.ts';

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
  if (options === 'help') {
    process.stdout.write(SIMULATE_HELP);
    return 0;
  }
  const scenario = readScenario(await scenarioOf(options.scenario, process.stdin));
  const results = await resultsOf(options, scenario, process);
  const isWhole = results.every(({result}) => !result.interrupted);
  await report(results, scenario, options, process);
  if (!isWhole) process.stderr.write('Interrupted: the numbers are those of the time until then.\n');
  const failures = results.slice(1).flatMap(({name, result}) => failedAssertions(name, result, options.assertions));
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  return failures.length === 0 && isWhole ? 0 : 1;
}

/** No policy first, then each policy. */
async function resultsOf(
  {policies, seed, html}: SimulateArguments,
  scenario: Scenario,
  process: Console,
): Promise<Named[]> {
  const names = ['no policy', ...policies.map(nameOf)];
  const inputs: (PolicyInput | null)[] = [null];
  for (const policy of policies) inputs.push(await policyOf(policy, process));
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  const simulated = new SimulatedTime(systemClock, scenario.durationMs * inputs.length);
  const progress = progressOn(process.stderr, 'steadfetch simulate', simulated, systemClock);
  try {
    const task = {policies: inputs, scenario, seed: seed ?? scenario.seed, samples: html !== undefined};
    const results = await simulateInThread(task, {
      signal: controller.signal,
      onProgress: (simulatedMs, policy) =>
        simulated.reach(scenario.durationMs * policy + Math.min(simulatedMs, scenario.durationMs)),
    });
    return results.map((result, index) => ({name: names[index]!, result}));
  } finally {
    process.off('SIGINT', interrupt);
    progress.end();
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
  if (json) stdout.write(`${JSON.stringify({results: results.map(({name, result}) => ({name, ...result}))})}\n`);
  else stdout.write(html === '-' ? page : tableOf(results, scenario.description));
  writePage(html, page);
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
