/** What the tests say to one change. */

import type {Mutant} from './mutants.ts';
import {MOCHA, nearestFirst, type Reach, type Reaches, runs} from './reach.ts';
import {type Limits, type Sandbox, slowness} from './sandbox.ts';

/**
 * `killed`: a test failed. `limit`: the tests did not end. `survived`: every test that was tried passed.
 * `unreached`: no test runs the code.
 */
export type Fate = 'killed' | 'limit' | 'survived' | 'unreached';

export interface Trial {
  readonly mutant: Mutant;
  readonly fate: Fate;
  /** The files that ran with the change, the last ones together: one of these failed, if the change was killed. */
  readonly tests: readonly string[];
  /** Files that were not tried, because those that were took the trial's share of time. They may run the code. */
  readonly left: number;
  /** The title of the failed test. */
  readonly failed: string | undefined;
}

/** What the next tests may take together, by the time of the processor that they took unchanged: one file, then ever more of them in one process. */
const STEPS_MS = [0, 3_000, 10_000, 30_000];

export interface Share {
  /** What the tests of a change may take, in time of the processor that they took unchanged. */
  readonly cpuMs: number;
  /** By `performance.now()`. */
  readonly deadline: number;
}

/** Undefined where the deadline came first. */
export async function tryMutant(
  mutant: Mutant,
  original: string,
  every: readonly string[],
  reaches: Reaches,
  sandbox: Sandbox,
  share: Share,
): Promise<Trial | undefined> {
  const waiting = nearestFirst(mutant.file, every, reaches);
  const tests: string[] = [];
  let usedMs = 0;
  const ended = (fate: Fate, failed?: string): Trial => ({mutant, fate, tests, left: waiting.length, failed});

  /** The next tests that run the code. They run before another test is recorded, which costs more and is seldom needed. */
  const next = async (most: number): Promise<Reach[]> => {
    const batch: Reach[] = [];
    for (let sum = 0; waiting.length > 0 && sum <= most && usedMs < share.cpuMs; ) {
      if (performance.now() > share.deadline) return [];
      if (batch.length > 0 && !reaches.isKnown(waiting[0]!, sandbox)) break;
      // What another sandbox records meanwhile comes later.
      const free = waiting.findIndex(test => !reaches.isRecording(test));
      const reach = await reaches.of(waiting.splice(Math.max(0, free), 1)[0]!, sandbox);
      if (!runs(reach, mutant.file, mutant.start)) continue;
      batch.push(reach);
      sum += reach.cpuMs;
      usedMs += reach.cpuMs;
    }
    return batch;
  };

  for (let step = 0; ; step++) {
    const batch = await next(STEPS_MS[step] ?? STEPS_MS.at(-1)!);
    if (performance.now() > share.deadline) return undefined;
    if (batch.length === 0) return ended(tests.length === 0 ? 'unreached' : 'survived');
    tests.push(...batch.map(each => each.test));
    const timeout = String(Math.round(20_000 * slowness()));
    sandbox.write(mutant.file, mutant.text);
    const {end, output} = await sandbox
      .node(
        [...MOCHA, '--reporter', 'dot', '--bail', '--timeout', timeout, ...batch.map(each => each.test)],
        {},
        limitsOf(batch),
      )
      .finally(() => sandbox.write(mutant.file, original));
    if (end === 'limit' || output.includes(`Timeout of ${timeout}ms exceeded`)) return ended('limit');
    if (end === 'failed') return ended('killed', /^ +1\) ([\s\S]*?):\n/m.exec(output)?.[1]?.replace(/\s+/g, ' '));
  }
}

/** Four times what the tests take unchanged, and half a minute. */
export function limitsOf(batch: readonly Pick<Reach, 'cpuMs'>[]): Limits {
  const cpuMs = batch.reduce((sum, each) => sum + each.cpuMs, 0);
  return {cpuSeconds: 30 + Math.ceil(cpuMs / 250), seconds: 60 + Math.ceil(cpuMs / 100)};
}
