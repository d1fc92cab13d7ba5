import {expect} from 'chai';
import fc from 'fast-check';
import {Quota, type QuotaWaiter} from '../../src/guards/quota.ts';
import type {Amounts} from '../../src/guards/quota-amounts.ts';
import {ONE_REQUEST} from '../../src/guards/quota-amounts.ts';
import type {QuotaReservation} from '../../src/guards/quota-reservation.ts';
import type {QuotaLimit, Quota as QuotaPolicy} from '../../src/policy/types.ts';
import {VirtualClock} from '../../src/testing.ts';

const MINUTE = 60_000;
const requests = (max: number, perMs: number = MINUTE): QuotaLimit => ({unit: 'requests', max, perMs});
const tokens = (max: number, perMs: number = MINUTE): QuotaLimit => ({unit: 'tokens', max, perMs});
const policy = (limits: readonly QuotaLimit[], changes: Partial<QuotaPolicy> = {}): QuotaPolicy => ({
  limits,
  learn: false,
  startPerSecond: 10,
  maxWaitMs: MINUTE,
  queue: 1000,
  per: [],
  scope: 'origin',
  ...changes,
});
const weighing = (inputTokens: number, outputTokens = 0): Amounts => ({requests: 1, inputTokens, outputTokens});

/** Calls under one quota, and when each was sent. */
class Calls {
  readonly clock = new VirtualClock();
  readonly quota: Quota;
  readonly sent: {readonly name: string; readonly at: number; readonly amounts: Amounts}[] = [];
  readonly reservations = new Map<string, QuotaReservation>();
  readonly broken: unknown[] = [];

  constructor(limits: readonly QuotaLimit[], changes?: Partial<QuotaPolicy>) {
    this.quota = new Quota(policy(limits, changes), 'https://api.test', () => 0);
  }

  /** Sends now, or joins the queue. */
  call(name: string, amounts: Amounts = ONE_REQUEST, isRetry = false): QuotaWaiter | null {
    const now = this.clock.now();
    const reservation = this.quota.tryTake(amounts, now);
    if (reservation !== null) {
      this.#send(name, amounts, reservation, now);
      return null;
    }
    const waiter: QuotaWaiter = {
      ahead: null,
      behind: null,
      amounts,
      isRetry,
      since: now,
      clock: this.clock,
      served: (reserved, at) => this.#send(name, amounts, reserved, at),
      broke: error => this.broken.push(error),
    };
    this.quota.join(waiter, now);
    return waiter;
  }

  many(count: number, amounts?: Amounts): void {
    for (let index = 0; index < count; index++) this.call(`${index}`, amounts);
  }

  get names(): string[] {
    return this.sent.map(({name}) => name);
  }

  get times(): number[] {
    return this.sent.map(({at}) => at);
  }

  #send(name: string, amounts: Amounts, reservation: QuotaReservation, at: number): void {
    this.reservations.set(name, reservation);
    this.sent.push({name, at, amounts});
  }
}

/** The most that any window of that length holds. */
function fullest(sent: readonly {readonly at: number; readonly amount: number}[], perMs: number): number {
  return Math.max(
    0,
    ...sent.map(({at}) =>
      sent.filter(other => other.at >= at && other.at < at + perMs).reduce((sum, {amount}) => sum + amount, 0),
    ),
  );
}

describe('Quota', () => {
  it('sends at once what a second holds, and spaces what follows', async () => {
    const calls = new Calls([requests(20, 1000)]);
    calls.many(25);
    expect(calls.times).to.deep.equal(Array(20).fill(0));
    await calls.clock.advance(1300);
    const [first, ...others] = calls.times.slice(20);
    expect(first).to.be.within(1000, 1010);
    expect(others.map((at, index) => at - (index === 0 ? first! : others[index - 1]!))).to.deep.equal([50, 50, 50, 50]);
  });

  it('knows of a limit once refusals are three more than other answers, and anew after an attempt that was sent later and admitted', () => {
    const calls = new Calls([], {learn: true, startPerSecond: null});
    const {quota} = calls;
    const answer = (what: 'admitted' | 'throttled', sentAt: number, now: number): boolean => {
      if (what === 'admitted') quota.admitted(sentAt, false, now);
      else quota.throttled(sentAt, now);
      return quota.hasNoLimit;
    };
    for (let count = 0; count < 60; count++) answer('admitted', 0, 9); // So that few are refused.
    expect(answer('throttled', 0, 10)).to.equal(true);
    expect(answer('admitted', 5, 20)).to.equal(true);
    expect(answer('throttled', 0, 30)).to.equal(true);
    expect(answer('admitted', 15, 40)).to.equal(true); // Sent after the first refusal.
    expect(answer('throttled', 30, 50)).to.equal(true);
    expect(answer('throttled', 30, 51)).to.equal(true);
    expect(answer('throttled', 30, 52)).to.equal(false);
  });

  it('sends at once what a second holds, whatever fractions of a millisecond lie between two requests', () => {
    for (const max of [7, 12, 27, 30, 90]) {
      const calls = new Calls([requests(max, 1000)]);
      calls.many(max + 1);
      expect(calls.sent).to.have.length(max);
    }
  });

  it('sends at once what a second holds, too, after a wait for tokens', async () => {
    const calls = new Calls([requests(500), tokens(1000)]);
    calls.call('big', weighing(1000));
    await calls.clock.advance(1000);
    calls.many(10, weighing(10));
    expect(calls.quota.waitMs(weighing(10), false, calls.clock.now())).to.be.within(59_000, 61_500);
    await calls.clock.advance(2 * MINUTE);
    const [first, ...others] = calls.times.slice(1).map(at => Math.round(at - calls.times[1]!));
    expect([first, ...others]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0, 960, 1080]);
  });

  it('spaces what waited for a pause, however little was sent before', async () => {
    const calls = new Calls([requests(500)]);
    calls.quota.hold(3000, 0);
    calls.many(4);
    await calls.clock.advance(4000);
    expect(calls.times).to.deep.equal([3000, 3120, 3240, 3360]);
  });

  it('sends 300 calls under 20 a second in 15 s', async () => {
    const calls = new Calls([requests(20, 1000)]);
    calls.many(300);
    await calls.clock.advance(16_000);
    expect(calls.sent).to.have.length(300);
    expect(calls.times.at(-1)).to.be.within(14_900, 15_200);
  });

  it('spreads a limit a minute: no burst of a whole minute', async () => {
    const calls = new Calls([requests(500)]);
    calls.many(500);
    expect(calls.sent).to.have.length(8);
    await calls.clock.advance(30_000);
    expect(calls.sent.length).to.be.within(248, 252);
    await calls.clock.advance(30_000);
    expect(calls.sent).to.have.length(500);
  });

  it('sends a small limit a second apart, not spread over its window', async () => {
    const calls = new Calls([requests(5)]);
    calls.many(6);
    await calls.clock.advance(MINUTE - 1);
    expect(calls.times).to.deep.equal([0, 1000, 2000, 3000, 4000]);
    await calls.clock.advance(1000);
    expect(calls.sent).to.have.length(6);
  });

  it('admits a call at once while no call waits and the call fits', () => {
    const calls = new Calls([requests(600), tokens(1000)]);
    expect(calls.call('a', weighing(900))).to.equal(null);
    expect(calls.call('b', weighing(100))).to.equal(null);
    expect(calls.call('c', weighing(1))).to.not.equal(null);
  });

  it('lets small calls wait behind a large one', async () => {
    const calls = new Calls([tokens(1000)]);
    calls.call('first', weighing(500));
    calls.call('big', weighing(900));
    for (let index = 0; index < 50; index++) {
      await calls.clock.advance(1000);
      calls.call(`small ${index}`, weighing(1));
    }
    expect(calls.names).to.deep.equal(['first']);
    await calls.clock.advance(15_000);
    expect(calls.names.slice(0, 3)).to.deep.equal(['first', 'big', 'small 0']);
  });

  it('serves retries before first attempts, and each in their order', async () => {
    const calls = new Calls([requests(1, 1000)]);
    calls.call('now');
    for (const name of ['a', 'b']) calls.call(name);
    for (const name of ['retry 1', 'retry 2']) calls.call(name, ONE_REQUEST, true);
    await calls.clock.advance(5000);
    expect(calls.names).to.deep.equal(['now', 'retry 1', 'retry 2', 'a', 'b']);
  });

  it('says which limit a call exceeds alone', () => {
    const {quota} = new Calls([requests(10), tokens(1000)]);
    expect(quota.exceeded(weighing(1000))).to.equal(undefined);
    expect(quota.exceeded(weighing(900, 101))?.policy.unit).to.equal('tokens');
  });

  it('has one timer for a queue of any length, and none once the queue is empty', async () => {
    const calls = new Calls([requests(1, 1000)]);
    calls.many(1000);
    expect(calls.clock.pending).to.equal(1);
    await calls.clock.advance(2_000_000);
    expect([calls.sent.length, calls.clock.pending, calls.quota.waiting]).to.deep.equal([1000, 0, 0]);
  });

  it('serves the next at once where the first leaves and the next fits', async () => {
    const calls = new Calls([tokens(1000)]);
    calls.call('now', weighing(500));
    const big = calls.call('big', weighing(900))!;
    calls.call('small', weighing(500));
    calls.quota.leave(big, 0);
    expect(calls.names).to.deep.equal(['now', 'small']);
    expect([calls.quota.waiting, calls.clock.pending]).to.deep.equal([0, 0]);
  });

  it('keeps no timer and no waiter after an abort of all waiting calls', () => {
    const calls = new Calls([requests(1)], {queue: 100_000});
    calls.call('now');
    const waiters = Array.from({length: 100_000}, (_, index) => calls.call(`${index}`)!);
    for (const waiter of waiters) calls.quota.leave(waiter, 0);
    for (const waiter of waiters) calls.quota.leave(waiter, 0);
    expect([calls.quota.waiting, calls.clock.pending, calls.sent.length]).to.deep.equal([0, 0, 1]);
    expect(calls.quota.waitMs(ONE_REQUEST, false, 0)).to.be.within(MINUTE, MINUTE + 300);
  });

  it('sends nothing while it is held, then in order', async () => {
    const calls = new Calls([requests(1000, 1000)]);
    calls.quota.hold(3000, 0);
    for (const name of ['a', 'b', 'c']) calls.call(name);
    calls.quota.hold(2000, 0); // A shorter hold does not shorten a longer one.
    await calls.clock.advance(2999);
    expect(calls.sent).to.deep.equal([]);
    await calls.clock.advance(3);
    expect([calls.names, calls.times[0]]).to.deep.equal([['a', 'b', 'c'], 3000]);
  });

  it('gives back what was not spent, and serves who waits for it', () => {
    const calls = new Calls([tokens(1000)]);
    calls.call('a', weighing(100, 800));
    calls.call('b', weighing(100, 500));
    expect(calls.names).to.deep.equal(['a']);
    calls.reservations.get('a')!.settle({outputTokens: 200}, 0);
    expect(calls.names).to.deep.equal(['a', 'b']);
    expect(calls.quota.limits[0]!.left(0)).to.equal(100);
    calls.reservations.get('a')!.refund(0);
    calls.reservations.get('a')!.refund(0);
    expect(calls.quota.limits[0]!.left(0)).to.equal(400);
  });

  it('counts what was spent beyond the reservation against who comes later', () => {
    const calls = new Calls([tokens(1000)]);
    calls.call('a', weighing(100));
    calls.reservations.get('a')!.settle({inputTokens: 100, outputTokens: 2000}, 0);
    expect([calls.quota.limits[0]!.left(0), calls.quota.tryTake(weighing(1), 0)]).to.deep.equal([0, null]);
    expect(calls.quota.waitMs(weighing(1), false, 0)).to.be.within(MINUTE, MINUTE + 300);
  });

  it('ignores what is settled after its window', async () => {
    const calls = new Calls([tokens(1000)]);
    calls.call('a', weighing(900));
    await calls.clock.advance(2 * MINUTE);
    calls.call('b', weighing(1000));
    calls.reservations.get('a')!.refund(calls.clock.now());
    expect(calls.quota.limits[0]!.left(calls.clock.now())).to.equal(0);
  });

  it('fails the first waiter if the clock throws, and goes on with the next', async () => {
    const calls = new Calls([requests(1, 1000)]);
    calls.call('now');
    const waiter = calls.call('broken')!;
    const real = calls.clock.now;
    calls.call('later');
    Object.assign(waiter, {
      clock: {
        now: () => {
          throw new Error('no time');
        },
      },
    });
    await calls.clock.advance(5000);
    expect(real).to.be.a('function');
    expect(calls.broken.map(String)).to.deep.equal(['Error: no time']);
    expect([calls.names, calls.quota.waiting]).to.deep.equal([['now', 'later'], 0]);
  });

  it('breaks the call that joins where its timer cannot be armed', () => {
    const calls = new Calls([requests(1, 1000)]);
    calls.call('now');
    calls.clock.arm = () => {
      throw new Error('no timers');
    };
    calls.call('a');
    expect([calls.broken.map(String), calls.quota.waiting]).to.deep.equal([['Error: no timers'], 0]);
  });

  it('estimates the wait of the last waiter exactly', async () => {
    for (const limits of [
      [requests(20, 1000)],
      [requests(7, 10_000)],
      [requests(600), tokens(3000, 1000)],
      [tokens(1000, 5000)],
    ]) {
      const calls = new Calls(limits);
      calls.many(60, weighing(150, 50));
      const estimate = calls.quota.waitMs(weighing(150, 50), false, 0);
      calls.call('last', weighing(150, 50));
      await calls.clock.advance(400_000);
      const {at} = calls.sent.at(-1)!;
      expect(calls.names.at(-1)).to.equal('last');
      expect(estimate / at, `${estimate} of ${at}, ${JSON.stringify(limits)}`).to.be.within(0.9, 1.1);
    }
  });
});

describe('Quota: properties', () => {
  const anyLimit = fc.record({
    unit: fc.constantFrom('requests' as const, 'tokens' as const, 'inputTokens' as const, 'outputTokens' as const),
    max: fc.integer({min: 1, max: 400}),
    perMs: fc.integer({min: 100, max: 20_000}),
  });
  const anyStep = fc.record({
    afterMs: fc.integer({min: 0, max: 3000}),
    inputTokens: fc.integer({min: 0, max: 100}),
    outputTokens: fc.integer({min: 0, max: 100}),
    isRetry: fc.boolean(),
    /** What becomes of an earlier call: it leaves the queue, or it is settled with this share of what it reserved. */
    leaves: fc.boolean(),
    share: fc.double({min: 0, max: 1, noNaN: true}),
  });

  it('holds every limit in every window, in the order of arrival, and keeps account', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyLimit, {minLength: 1, maxLength: 3}),
        fc.array(anyStep, {minLength: 1, maxLength: 60}),
        async (limits, steps) => {
          const calls = new Calls(limits, {queue: 1000});
          const inLine: {name: string; waiter: QuotaWaiter}[] = [];
          const arrivals: string[] = [];
          const gone = new Set<string>();
          for (const [index, {afterMs, inputTokens, outputTokens, isRetry, leaves}] of steps.entries()) {
            await calls.clock.advance(afterMs);
            const amounts = {requests: 1, inputTokens, outputTokens};
            if (calls.quota.exceeded(amounts) !== undefined) continue;
            const name = `${isRetry ? 'retry' : 'first'} ${index}`;
            arrivals.push(name);
            const waiter = calls.call(name, amounts, isRetry);
            if (waiter !== null) inLine.push({name, waiter});
            const leaving = inLine[0];
            if (leaves && leaving !== undefined && !calls.names.includes(leaving.name)) {
              inLine.shift();
              gone.add(leaving.name);
              calls.quota.leave(leaving.waiter, calls.clock.now());
            }
          }
          await calls.clock.advance(60 * 20_000 * 60);
          const expected = arrivals.filter(name => !gone.has(name));
          expect([...calls.names].sort()).to.deep.equal([...expected].sort());
          for (const kind of ['retry', 'first']) {
            const ofKind = (names: readonly string[]): string[] => names.filter(name => name.startsWith(kind));
            expect(ofKind(calls.names)).to.deep.equal(ofKind(expected));
          }
          for (const {
            policy: {unit, max, perMs},
            ...limit
          } of calls.quota.limits.map(limit => ({
            policy: limit.policy,
            amountOf: (amounts: Amounts) => limit.amountOf(amounts),
          }))) {
            const amounts = calls.sent.map(({at, amounts}) => ({at, amount: limit.amountOf(amounts)}));
            expect(fullest(amounts, perMs), `${unit} in ${perMs} ms`).to.be.at.most(max);
          }
          expect([calls.quota.waiting, calls.clock.pending]).to.deep.equal([0, 0]);
        },
      ),
      {numRuns: 150},
    );
  });

  it('what was reserved is what was settled and what was given back', () => {
    fc.assert(
      fc.property(fc.array(anyStep, {maxLength: 60}), steps => {
        const calls = new Calls([tokens(100_000)]);
        let spent = 0;
        for (const [index, {inputTokens, outputTokens, leaves, share}] of steps.entries()) {
          calls.call(`${index}`, {requests: 1, inputTokens, outputTokens});
          const reservation = calls.reservations.get(`${index}`)!;
          const used = Math.round(outputTokens * share * 3);
          if (leaves) reservation.refund(0);
          else reservation.settle({outputTokens: used}, 0);
          spent += leaves ? 0 : inputTokens + used;
        }
        expect(calls.quota.limits[0]!.left(0)).to.equal(100_000 - spent);
      }),
    );
  });
});
