/** A scenario and a seed, as commands take them. */
import {readFile} from 'node:fs/promises';
import {text} from 'node:stream/consumers';
import type {ScenarioInput} from '../simulate/scenario/types.ts';
import {UsageError} from './usage-error.ts';

/**
 * @param scenario A name, which has neither a dot nor a slash; a file; or `-`, standard input.
 * @returns The name, or the scenario as it is written.
 * @throws UsageError
 */
export async function scenarioOf(scenario: string, stdin: NodeJS.ReadableStream): Promise<ScenarioInput | string> {
  if (scenario === '-') return parsedJson(await text(stdin), 'the scenario from standard input') as ScenarioInput;
  if (!/[./\\]/.test(scenario)) return scenario;
  const read = await readFile(scenario, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `The scenario ${scenario} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`,
    );
  });
  return parsedJson(read, scenario) as ScenarioInput;
}

/** @throws UsageError */
export function parsedJson(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${(error as Error).message}.`);
  }
}

const LARGEST_SEED = 2 ** 32 - 1;

/** @throws UsageError */
export function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > LARGEST_SEED)
    throw new UsageError(`--seed must be a whole number from 0 to ${LARGEST_SEED}, got ${JSON.stringify(text)}.`);
  return seed;
}
