/**
 * The course's fourth example: what a circuit breaker does to an error storm.
 *
 * A server answers well, is down for a minute because its database is, and could work again then. It can bear 20 requests a second;
 * above that it answers none well. Three clients send it the same ten calls a second: one that only retries, one with a retry
 * budget, one with a breaker that five failures in a row open. Retries alone keep the server down after the database is back.
 *
 * `npx node examples/breaker-outage.ts` shows what reaches the server. Time is virtual, so the run takes no time, and chance is seeded.
 */
import {createFetch, type PolicyInput, seededRandom} from '../src/index.ts';
import {VirtualClock} from '../src/testing.ts';

const CALLS_PER_SECOND = 10;
const DOWN_FROM_MS = 30_000;
const DOWN_UNTIL_MS = 90_000;
const END_MS = 150_000;
/** More requests a second than these, and the server answers none of them well. */
const CAPACITY_PER_SECOND = 20;
const BUCKET_MS = 5000;
/** A server that is down takes its time to say so. */
const ANSWER_MS = 20;
const ERROR_MS = 200;

const retries: PolicyInput = {
  maxAttempts: 4,
  deadlineMs: 10_000,
  backoff: {kind: 'exponential', baseMs: 200, jitter: 'full'},
  budget: null,
  breaker: null,
};

export const policies: Readonly<Record<string, PolicyInput>> = {
  'retries alone': retries,
  'with a budget': {...retries, budget: {kind: 'token-bucket'}},
  'with a breaker': {
    ...retries,
    // Open for 15 s, as often as it takes: the default.
    breaker: {kind: 'consecutive', failures: 5, probes: 1},
  },
};

export interface Outage {
  /** What reached the server, by five seconds. */
  readonly requests: readonly number[];
  /** Calls that began while it was down. */
  readonly callsWhileDown: number;
  readonly requestsWhileDown: number;
  /** How long these calls took to fail, on average. */
  readonly failedAfterMs: number;
  /** From the database's return to the first call that went well. */
  readonly backAfterMs: number;
  /** Calls that failed although the database was well. */
  readonly failedWhileUp: number;
  /** Calls that failed, of all. */
  readonly failed: number;
}

export async function simulate(policy: PolicyInput): Promise<Outage> {
  const clock = new VirtualClock();
  const isDown = (at: number): boolean => at >= DOWN_FROM_MS && at < DOWN_UNTIL_MS;
  const arrivals: number[] = [];
  const fetch = createFetch(policy, {
    clock,
    random: seededRandom(4),
    observer: null,
    async fetch(_input, init) {
      const at = clock.now();
      arrivals.push(at);
      const isOverloaded = (arrivals.at(-1 - CAPACITY_PER_SECOND) ?? Number.NEGATIVE_INFINITY) > at - 1000;
      const fails = isDown(at) || isOverloaded;
      await clock.sleep(fails ? ERROR_MS : ANSWER_MS, init?.signal ?? undefined);
      return new Response(null, {status: fails ? 503 : 200});
    },
  });
  const calls: {readonly at: number; readonly end: number; readonly ok: boolean}[] = [];
  const call = async (): Promise<void> => {
    const at = clock.now();
    const ok = await fetch('https://model.example/predict').then(
      ({ok: well}) => well,
      () => false,
    );
    calls.push({at, end: clock.now(), ok});
  };
  await clock.run(async () => {
    const begun: Promise<void>[] = [];
    for (let at = 0; at < END_MS; at += 1000 / CALLS_PER_SECOND) {
      begun.push(call());
      await clock.sleep(1000 / CALLS_PER_SECOND);
    }
    await Promise.all(begun);
  });
  return summary(arrivals, calls, isDown);
}

function summary(
  arrivals: readonly number[],
  calls: readonly {readonly at: number; readonly end: number; readonly ok: boolean}[],
  isDown: (at: number) => boolean,
): Outage {
  const requests = Array<number>(END_MS / BUCKET_MS).fill(0);
  for (const at of arrivals) if (at < END_MS) requests[Math.floor(at / BUCKET_MS)]!++;
  const whileDown = calls.filter(({at}) => isDown(at));
  const failedThen = whileDown.filter(({ok}) => !ok);
  const back = calls.filter(({end, ok}) => ok && end >= DOWN_UNTIL_MS).map(({end}) => end);
  return {
    requests,
    callsWhileDown: whileDown.length,
    requestsWhileDown: arrivals.filter(isDown).length,
    failedAfterMs: failedThen.reduce((sum, {at, end}) => sum + end - at, 0) / failedThen.length,
    backAfterMs: Math.min(...back) - DOWN_UNTIL_MS,
    failedWhileUp: calls.filter(({at, ok}) => !isDown(at) && !ok).length,
    failed: calls.filter(({ok}) => !ok).length,
  };
}

function chart(outages: Readonly<Record<string, Outage>>): string {
  const names = Object.keys(outages);
  const most = Math.max(...Object.values(outages).flatMap(({requests}) => requests));
  const width = 20;
  const bar = (count: number): string => `${'█'.repeat(Math.ceil((count / most) * width))} ${count}`.padEnd(width + 5);
  const rows = outages[names[0]!]!.requests.map((_, index) => {
    const at = index * BUCKET_MS;
    const isDown = at >= DOWN_FROM_MS && at < DOWN_UNTIL_MS;
    const bars = names.map(name => bar(outages[name]!.requests[index]!));
    return `${String(at / 1000).padStart(4)} s ${isDown ? 'down' : '    '}  ${bars.join('  ')}`.trimEnd();
  });
  return [`             ${names.map(name => name.padEnd(width + 5)).join('  ')}`.trimEnd(), ...rows].join('\n');
}

function table(outages: Readonly<Record<string, Outage>>): string {
  return Object.entries(outages)
    .map(([name, outage]) => {
      const {callsWhileDown, requestsWhileDown, failedAfterMs, backAfterMs, failedWhileUp, failed} = outage;
      return (
        `${name}: ${requestsWhileDown} requests for ${callsWhileDown} calls while the server was down ` +
        `(${(requestsWhileDown / callsWhileDown).toFixed(2)} a call), each failed after ${Math.round(failedAfterMs)} ms. ` +
        `Back after ${(backAfterMs / 1000).toFixed(1)} s; ${failed} calls failed, ${failedWhileUp} of them while the database was well.`
      );
    })
    .join('\n');
}

if (import.meta.main) {
  const outages: Record<string, Outage> = {};
  for (const [name, policy] of Object.entries(policies)) outages[name] = await simulate(policy);
  console.log(`Requests that reach the server, every ${BUCKET_MS / 1000} s, at ${CALLS_PER_SECOND} calls a second\n`);
  console.log(`${chart(outages)}\n`);
  console.log(table(outages));
}
