/** Simulates policies and draws the charts of the results: in a worker, and of the first example while the site is built. */

import {toValue} from '../../../lint/index.ts';
import {readSource} from '../../../lint/source/read.ts';
import {html} from '../../../src/charts/html.ts';
import {simulationText} from '../../../src/cli/simulate-page.ts';
import {plainOf} from '../../../src/cli/simulate-rivals.ts';
import type {Named} from '../../../src/cli/simulate-table.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import {readScenario} from '../../../src/simulate/scenario/read.ts';
import type {ScenarioInput} from '../../../src/simulate/scenario/types.ts';
import {runScenario} from '../../../src/simulate/simulate.ts';
import type {SimulateJob, SimulateResult} from './protocol.ts';
import {OWN_SCENARIO, type Policy, pathOf} from './state.ts';

/** @param showsCalls Whether the first calls of each policy are drawn, too. */
export async function simulated(
  {scenario: name, ownScenario, withoutPolicy, policies, presets}: SimulateJob,
  showsCalls = true,
): Promise<SimulateResult> {
  const scenario = readScenario(name === OWN_SCENARIO ? await scenarioOf(ownScenario) : name);
  const given: {name: string; read(): Promise<PolicyInput>}[] = [
    ...policies.map(policy => ({name: policy.name, read: () => inputOf(policy)})),
    ...presets.map(preset => ({name: preset.replace('steadfetch:', ''), read: async () => ({extends: [preset]})})),
  ];
  const inputs: {name: string; read(): Promise<PolicyInput | null>}[] = [
    ...(withoutPolicy ? [{name: 'no policy', read: () => plainBeside(given)}] : []),
    ...given,
  ];
  const results: Named[] = [];
  const problems: string[] = [];
  for (const {name, read} of inputs)
    try {
      results.push({name, result: await runScenario(await read(), scenario, {samples: showsCalls})});
    } catch (error) {
      problems.push(`${name} cannot run: ${(error as Error).message}`);
    }
  if (results.length === 0) return {html: '', problems};
  const {lead, sections, footer} = simulationText(results, scenario);
  const [numbers = [], ...figures] = sections;
  // The page describes the scenario already, and has no room for the numbers above the first charts.
  const counts = lead.replace(scenario.description, '').trim();
  const shown = html`<p>${counts}</p>${figures.slice(0, 2)}${numbers}${figures.slice(2)}<footer>${footer}</footer>`;
  return {html: shown.text, problems};
}

/** With the deadline of the first policy that has one. A policy that cannot be read is reported for itself. */
async function plainBeside(given: readonly {read(): Promise<PolicyInput>}[]): Promise<PolicyInput | null> {
  const read: PolicyInput[] = [];
  for (const each of given)
    try {
      read.push(await each.read());
    } catch {}
  try {
    return plainOf(read)[0]!.input;
  } catch {
    return null;
  }
}

const inputOf = async (policy: Policy): Promise<PolicyInput> =>
  (await parsedText(pathOf(policy), policy.text)) as PolicyInput;

async function scenarioOf(text: string): Promise<ScenarioInput> {
  try {
    return (await parsedText('scenario.json', text)) as ScenarioInput;
  } catch (error) {
    throw new Error(`The scenario cannot be read: ${(error as Error).message}`);
  }
}

/** @throws Error if the text cannot be read. */
async function parsedText(path: string, text: string): Promise<unknown> {
  const {documents, problems} = await readSource(path, text);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(problem.message);
  return toValue(documents[0]!);
}
