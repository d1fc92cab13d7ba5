/** Batches with the preset steadfetch:batch, on services with and without a quota that they do not state. */
import {expect} from 'chai';
import type {BatchOptions, SendContext} from '../../src/batch/types.ts';
import {seededRandom} from '../../src/core/random.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {answer} from '../../src/transport/answer.ts';
import {type Ran, run} from './world.ts';

/** Whether the service takes a request that comes now. */
type Admits = (now: number) => boolean;

/** No window of that length holds more. */
function atMost(max: number, perMs: number): Admits {
  const taken: number[] = [];
  return now => {
    while (taken.length > 0 && taken[0]! <= now - perMs) taken.shift();
    if (taken.length >= max) return false;
    taken.push(now);
    return true;
  };
}

interface Served extends Ran<number> {
  readonly refused: number;
}

/** A service that answers what it takes after `latencyMs`, and refuses the rest at once, with these headers. */
async function serve(
  count: number,
  admits: Admits,
  latencyMs: number,
  options: Partial<BatchOptions<number, unknown>> = {},
  headers: Record<string, string> = {},
  status = 429,
): Promise<Served> {
  const clock = new VirtualClock();
  let refused = 0;
  const send = async (item: number, {signal}: SendContext): Promise<unknown> => {
    if (admits(clock.now())) {
      await clock.sleep(latencyMs, signal);
      return item;
    }
    refused++;
    await clock.sleep(5, signal);
    return answer(status, 'slow down', headers);
  };
  const items = Array.from({length: count}, (_, item) => item);
  const ran = await run(items, send, {policy: PRESET, clock, ...options});
  return {...ran, refused};
}

const PRESET = {extends: ['steadfetch:batch']} as const;
/** A 503 does not say that nothing was done. */
const REPEATED = {policy: {...PRESET, idempotentMethods: ['POST']}} as const;
const WITHOUT_QUOTA = {extends: ['steadfetch:batch'], quota: null} as const;
const failures = ({report}: Served) => [report.ended, report.failed, report.left];

describe('a batch on a service with a quota that it does not know and that names no wait', () => {
  for (const seed of [1, 2, 3])
    it(`of 60 in 10 s: 300 items, none is lost (seed ${seed})`, async () => {
      const served = await serve(300, atMost(60, 10_000), 50, {random: seededRandom(seed)});
      expect(failures(served)).to.deep.equal(['complete', 0, 0]);
      expect(served.report.durationMs).to.be.below(80_000);
      expect(served.refused).to.be.below(60);
    });

  it('of 60 a minute: none is lost, although a minute may refuse everything', async () => {
    const served = await serve(300, atMost(60, 60_000), 50, {concurrency: 64});
    expect(failures(served)).to.deep.equal(['complete', 0, 0]);
    expect(served.report.durationMs).to.be.below(360_000);
  });

  it('of 5 a minute: waits in line for longer than a call may, and goes on', async () => {
    const served = await serve(40, atMost(5, 60_000), 50);
    expect(failures(served)).to.deep.equal(['complete', 0, 0]);
  });
});

describe('a batch on a service without a quota', () => {
  for (const latencyMs of [2, 50])
    it(`that answers in ${latencyMs} ms takes as long as without a learned quota`, async () => {
      const learning = await serve(3000, () => true, latencyMs);
      const without = await serve(3000, () => true, latencyMs, {policy: WITHOUT_QUOTA});
      expect(learning.report.durationMs).to.equal(without.report.durationMs);
    });

  for (const seed of [1, 2, 3])
    it(`that refuses one request in fifty takes no longer than without a learned quota (seed ${seed})`, async () => {
      const refusing = (): Admits => {
        const random = seededRandom(seed);
        return () => random() >= 0.02;
      };
      const learning = await serve(3000, refusing(), 50);
      const without = await serve(3000, refusing(), 50, {policy: WITHOUT_QUOTA});
      expect(learning.report.failed).to.equal(0);
      expect(learning.report.durationMs).to.be.at.most(without.report.durationMs * 1.1);
    });

  // Seconds that 2000 items take, at most, in the mean of three seeds; a loop that does as the server says takes 3.4, 7.5 and 24.
  for (const {share, status, waitS, atMostS} of [
    {share: 0.01, status: 429, waitS: undefined, atMostS: 6},
    {share: 0.02, status: 429, waitS: 1, atMostS: 10},
    {share: 0.02, status: 429, waitS: 5, atMostS: 30},
    {share: 0.01, status: 503, waitS: 1, atMostS: 8},
    {share: 0.03, status: 503, waitS: 1, atMostS: 15},
  ])
    it(`that refuses ${share * 100} of 100 requests with ${status}${waitS === undefined ? '' : `, for ${waitS} s`}, goes on with the others`, async () => {
      let durationMs = 0;
      for (const seed of [1, 2, 3]) {
        const random = seededRandom(seed);
        const headers = waitS === undefined ? {} : {'retry-after': `${waitS}`};
        const {report} = await serve(
          2000,
          () => random() >= share,
          25,
          {...REPEATED, random: seededRandom(seed + 3)},
          headers,
          status,
        );
        expect([report.ended, report.failed]).to.deep.equal(['complete', 0]);
        durationMs += report.durationMs / 3;
      }
      expect(durationMs / 1000).to.be.below(atMostS);
    });

  for (const waitS of [undefined, 1])
    it(`with room for eight at once${waitS === undefined ? '' : ', that asks for a second'}: no item is lost`, async () => {
      let inFlight = 0;
      let refused = 0;
      const clock = new VirtualClock();
      const send = async (item: number, {signal}: SendContext): Promise<unknown> => {
        if (inFlight >= 8) {
          refused++;
          await clock.sleep(5, signal);
          return answer(429, 'slow down', waitS === undefined ? {} : {'retry-after': `${waitS}`});
        }
        inFlight++;
        await clock.sleep(75, signal);
        inFlight--;
        return item;
      };
      const items = Array.from({length: 1000}, (_, item) => item);
      const {report} = await run(items, send, {policy: PRESET, clock});
      expect([report.ended, report.failed, report.left]).to.deep.equal(['complete', 0, 0]);
      expect(refused).to.be.below(200);
    });
});

describe('a batch on a server that is short of capacity', () => {
  it('and answers 503 for a second above 8 requests at once: the batch goes on, and few items are refused again and again', async () => {
    let inFlight = 0;
    let refused = 0;
    const clock = new VirtualClock();
    const send = async (item: number, {signal}: SendContext): Promise<unknown> => {
      if (inFlight >= 8) {
        refused++;
        await clock.sleep(5, signal);
        return answer(503, 'busy', {'retry-after': '1'});
      }
      inFlight++;
      await clock.sleep(75, signal);
      inFlight--;
      return item;
    };
    const items = Array.from({length: 2000}, (_, item) => item);
    const {report} = await run(items, send, {...REPEATED, clock});
    expect(report.failed).to.be.below(10);
    expect(refused).to.be.below(400);
    expect(report.durationMs).to.be.below(90_000);
  });
});

describe('a batch without an adaptive limit', () => {
  it('waits throttledBaseMs after a 529, as a call does', async () => {
    const clock = new VirtualClock();
    const sentAt: number[] = [];
    const send = async (item: number): Promise<unknown> => {
      sentAt.push(clock.now());
      return sentAt.length === 1 ? answer(529, 'busy') : item;
    };
    const backoff = {kind: 'constant', delayMs: 10, throttledBaseMs: 3000, jitter: 'none'} as const;
    await run([1], send, {policy: {backoff, idempotentMethods: ['POST'], breaker: null}, clock});
    expect(sentAt).to.deep.equal([0, 3000]);
  });
});

describe('an item that is throttled again and again', () => {
  const policy = {
    maxAttempts: 2,
    budget: null,
    quota: {startPerSecond: null},
    backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 10, jitter: 'none'},
  } as const;

  it('has twice the attempts of a call where the quota learns', async () => {
    let sent = 0;
    const admits: Admits = () => ++sent > 3;
    const {report} = await serve(1, admits, 1, {policy});
    expect([report.succeeded, sent]).to.deep.equal([1, 4]);
  });

  it('fails after that, so that it does not hold the batch for ever', async () => {
    const {report, results} = await serve(1, () => false, 1, {policy});
    expect(report.failedBy).to.deep.equal({'429, attempts-exhausted': 1});
    expect(results[0]!.attempts).to.equal(4);
  });

  it('has the attempts of a call where no quota learns', async () => {
    const {results} = await serve(1, () => false, 1, {policy: {...policy, quota: null}});
    expect(results[0]!.attempts).to.equal(2);
  });
});
