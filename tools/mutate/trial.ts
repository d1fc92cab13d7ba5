/** What the tests say to one change. */

import type {Mutant} from './mutants.ts';
import {MOCHA, type Reach, testsOf} from './reach.ts';
import {type Sandbox, slowness} from './sandbox.ts';

/**
 * `killed`: a test failed. `limit`: the tests did not end. `survived`: every test passed.
 * `unreached`: no test runs the code.
 */
export type Fate = 'killed' | 'limit' | 'survived' | 'unreached';

export interface Trial {
  readonly mutant: Mutant;
  readonly fate: Fate;
  /** The files that ran, the last ones together: one of these failed, if the change was killed. */
  readonly tests: readonly string[];
  /** Tests that run the code, but would take the trial above its share of time. */
  readonly left: number;
  /** The title of the failed test. */
  readonly failed: string | undefined;
}

/** What the next tests may take together, by the time of the processor that they took unchanged: one file, then ever more of them in one process. */
const STEPS_MS = [0, 3_000, 10_000, 30_000];

export async function tryMutant(
  mutant: Mutant,
  original: string,
  reaches: readonly Reach[],
  sandbox: Sandbox,
  mostCpuMs: number,
): Promise<Trial> {
  const waiting = testsOf(mutant.file, mutant.start, reaches);
  const tests: string[] = [];
  const ended = (fate: Fate, failed?: string): Trial => ({mutant, fate, tests, left: waiting.length, failed});
  if (waiting.length === 0) return ended('unreached');
  sandbox.write(mutant.file, mutant.text);
  try {
    let usedMs = 0;
    for (let step = 0; waiting.length > 0 && (step < 2 || usedMs < mostCpuMs); step++) {
      const batch = nextBatch(waiting, STEPS_MS[step] ?? STEPS_MS.at(-1)!);
      const cpuMs = batch.reduce((sum, each) => sum + each.cpuMs, 0);
      usedMs += cpuMs;
      tests.push(...batch.map(each => each.test));
      const timeout = String(Math.round(20_000 * slowness()));
      const {end, output} = await sandbox.node(
        [...MOCHA, '--reporter', 'dot', '--bail', '--timeout', timeout, ...batch.map(each => each.test)],
        {},
        {cpuSeconds: 30 + Math.ceil(cpuMs / 250), seconds: 60 + Math.ceil(cpuMs / 100)},
      );
      if (end === 'limit' || output.includes(`Timeout of ${timeout}ms exceeded`)) return ended('limit');
      if (end === 'failed') return ended('killed', /^ +1\) ([\s\S]*?):\n/m.exec(output)?.[1]?.replace(/\s+/g, ' '));
    }
    return ended('survived');
  } finally {
    sandbox.write(mutant.file, original);
  }
}

function nextBatch(waiting: Reach[], mostCpuMs: number): Reach[] {
  const batch = [waiting.shift()!];
  let sum = batch[0]!.cpuMs;
  while (waiting.length > 0 && sum + waiting[0]!.cpuMs <= mostCpuMs) {
    sum += waiting[0]!.cpuMs;
    batch.push(waiting.shift()!);
  }
  return batch;
}
