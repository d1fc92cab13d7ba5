/**
 * A circuit breaker around any function: here a database that goes down for a minute and comes back.
 *
 * A call a second reads from the database. Five failures in a row open the breaker for 30 seconds: meanwhile callers fail at once, and the
 * database gets no load but a probe. The default breaker would let through most of so few calls, as probes.
 *
 * `npx node examples/guarded-call.ts` shows what the callers and the database see. Time is virtual, so the run takes no time.
 */
import {useFixedBreakers} from '../src/features.ts';
import {guard, reportOf} from '../src/function.ts';
import {seededRandom, VirtualClock} from '../src/testing.ts';

const DOWN_FROM_S = 20;
const DOWN_UNTIL_S = 80;
const END_S = 120;
const QUERY_MS = 20;
/** A database that is down lets its clients wait. */
const TIMEOUT_MS = 1000;

useFixedBreakers();

export interface Seen {
  /** Rows of the callers, by what they got: `rows`, or why there were none. */
  readonly callers: Readonly<Record<string, number>>;
  /** Queries that reached the database while it was down. */
  readonly queriesWhileDown: number;
  /** Seconds from the database's return to the first rows. */
  readonly backAfterS: number;
}

export async function run(): Promise<Seen> {
  const clock = new VirtualClock();
  const guarded = guard(
    {
      maxAttempts: 1,
      attemptTimeoutMs: TIMEOUT_MS,
      breaker: {kind: 'consecutive', failures: 5, openMs: 30_000, probes: 1},
    },
    {name: 'orders-db', clock, random: seededRandom(1)},
  );
  const callers: Record<string, number> = {};
  let queriesWhileDown = 0;
  let backAt = Number.NaN;

  const isDown = (): boolean => clock.now() >= DOWN_FROM_S * 1000 && clock.now() < DOWN_UNTIL_S * 1000;
  const query = async (signal: AbortSignal): Promise<string[]> => {
    if (isDown()) queriesWhileDown++;
    await clock.sleep(isDown() ? 60_000 : QUERY_MS, signal);
    return ['a row'];
  };
  const read = async (): Promise<void> => {
    try {
      await guarded(query, {idempotent: true});
      count('rows');
      if (clock.now() >= DOWN_UNTIL_S * 1000 && Number.isNaN(backAt)) backAt = clock.now();
    } catch (error) {
      count(reportOf(error)?.result ?? 'unknown');
    }
  };
  const count = (what: string): void => {
    callers[what] = (callers[what] ?? 0) + 1;
  };

  await clock.run(async () => {
    const reads: Promise<void>[] = [];
    for (let second = 0; second < END_S; second++) {
      reads.push(read());
      await clock.sleep(1000);
    }
    await Promise.all(reads);
  });
  return {callers, queriesWhileDown, backAfterS: (backAt - DOWN_UNTIL_S * 1000) / 1000};
}

if (import.meta.main) {
  const {callers, queriesWhileDown, backAfterS} = await run();
  console.log(
    `The database is down from second ${DOWN_FROM_S} to ${DOWN_UNTIL_S}; a caller asks once a second, ${END_S} times.`,
  );
  for (const [what, count] of Object.entries(callers)) console.log(`  ${what.padEnd(12)} ${count}`);
  console.log(
    `  queries that reached the database while it was down: ${queriesWhileDown} of ${DOWN_UNTIL_S - DOWN_FROM_S}`,
  );
  console.log(`  rows again ${backAfterS.toFixed(1)} s after the database is back`);
}
