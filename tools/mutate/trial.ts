/** What the tests say to one change. */

import type {Mutant} from './mutants.ts';
import {MOCHA, type Reach, testsOf} from './reach.ts';
import type {Limits, Sandbox} from './sandbox.ts';

/**
 * `killed`: a test failed. `limit`: the tests did not end. `types`: the compiler refuses the change. `survived`: every test passed.
 * `unreached`: no test runs the code.
 */
export type Fate = 'killed' | 'limit' | 'types' | 'survived' | 'unreached';

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

/** What the next tests may take together, by the time that they took unchanged: one file, then ever more of them in one process. */
const STEPS_MS = [0, 3_000, 10_000, 30_000];

export async function tryMutant(
  mutant: Mutant,
  original: string,
  reaches: readonly Reach[],
  sandbox: Sandbox,
  mostMs: number,
): Promise<Trial> {
  const waiting = testsOf(mutant.file, mutant.start, reaches);
  const tests: string[] = [];
  const ended = (fate: Fate, failed?: string): Trial => ({mutant, fate, tests, left: waiting.length, failed});
  if (waiting.length === 0) return ended('unreached');
  sandbox.write(mutant.file, mutant.text);
  try {
    let usedMs = 0;
    let isTyped = false;
    for (let step = 0; waiting.length > 0 && (step < 2 || usedMs < mostMs); step++) {
      // The compiler takes as long as some tests do, and refuses what they would not notice.
      if (step === 2) {
        if (!(await compiles(sandbox))) return ended('types');
        isTyped = true;
      }
      const batch = nextBatch(waiting, STEPS_MS[step] ?? STEPS_MS.at(-1)!);
      const ms = batch.reduce((sum, each) => sum + each.ms, 0);
      usedMs += ms;
      tests.push(...batch.map(each => each.test));
      const {end, output} = await sandbox.node(
        [...MOCHA, '--bail', '--timeout', '20000', ...batch.map(each => each.test)],
        {},
        limitsFor(ms),
      );
      if (end === 'limit') return ended('limit');
      if (end === 'failed') return ended('killed', /^ +1\) ([\s\S]*?):\n/m.exec(output)?.[1]?.replace(/\s+/g, ' '));
    }
    return isTyped || (await compiles(sandbox)) ? ended('survived') : ended('types');
  } finally {
    sandbox.write(mutant.file, original);
  }
}

function nextBatch(waiting: Reach[], mostMs: number): Reach[] {
  const batch = [waiting.shift()!];
  let sum = batch[0]!.ms;
  while (waiting.length > 0 && sum + waiting[0]!.ms <= mostMs) {
    sum += waiting[0]!.ms;
    batch.push(waiting.shift()!);
  }
  return batch;
}

/** The unchanged tests may have run on a quiet machine, and this one may be busy. */
const limitsFor = (ms: number): Limits => ({cpuSeconds: 30 + Math.ceil(ms / 250), seconds: 90 + Math.ceil(ms / 100)});

async function compiles(sandbox: Sandbox): Promise<boolean> {
  const {end} = await sandbox.node(
    ['node_modules/typescript/bin/tsc', '-p', 'tools/mutate'],
    {},
    {cpuSeconds: 300, seconds: 600},
  );
  return end !== 'failed';
}
