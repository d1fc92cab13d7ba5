/** The line before a quota that learns its rate: calls of the engine on a virtual clock, which come evenly and are answered after the same time. */

import {createFetch} from '../../../src/core.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import {ScriptedFetch, sleep, VirtualClock} from '../../../src/testing.ts';

export interface Line {
  /** The most that waited at once. */
  readonly calls: number;
  readonly waitMs: number;
  readonly refused: number;
}

/** Without the guards that would limit the calls, too. */
const ALONE: PolicyInput = {maxAttempts: 1, attemptTimeoutMs: null, breaker: null, concurrency: null};

/** @param seconds For how long calls come. Default: until the line has ended, for most rates. */
export async function engineLine(
  policy: Pick<PolicyInput, 'deadlineMs' | 'quota'>,
  rps: number,
  answerMs: number,
  seconds = 8,
): Promise<Line> {
  const clock = new VirtualClock();
  const {fetch} = new ScriptedFetch(clock, [200], answerMs);
  const line = {calls: 0, waitMs: 0, refused: 0};
  let waiting = 0;
  const client = createFetch(
    {deadlineMs: null, ...policy, ...ALONE},
    {
      clock,
      fetch: (input, init) => {
        const came = Number(new URL(String(input)).search.slice(1));
        waiting--;
        line.waitMs = Math.max(line.waitMs, clock.now() - came);
        return fetch(input, init);
      },
    },
  );
  const call = async (index: number): Promise<void> => {
    await sleep(clock, (index * 1000) / rps);
    waiting++;
    const sent = client(`https://server.example/?${clock.now()}`).catch(() => {
      waiting--;
      line.refused++;
    });
    line.calls = Math.max(line.calls, waiting);
    await sent;
  };
  await clock.run(() => Promise.all(Array.from({length: rps * seconds}, (_, index) => call(index))));
  return line;
}
