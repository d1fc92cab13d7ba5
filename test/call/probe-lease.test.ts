/** Attempts that wait for the lease of a probe, as a breaker that several processes share asks for it. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {definePolicy} from '../../src/features/everything.ts';
import type {CircuitBreaker} from '../../src/guards/breaker.ts';
import {Breaker} from '../../src/guards/fixed/breaker.ts';
import {type GuardFactory, LocalGuards} from '../../src/guards/guard-factory.ts';
import type {ProbeLeases, RecoveryWaiter} from '../../src/guards/recovery-line.ts';
import type {OpenTimeBreaker} from '../../src/policy/trip-rule.ts';
import type {Breaker as BreakerPolicy} from '../../src/policy/types.ts';
import {ITEMS, virtually, type World} from './world.ts';

const TIMEOUT_MS = 20;
const OTHER = 'https://other.test';
const endpoints = [
  {name: 'one', origin: new URL(ITEMS).origin},
  {name: 'other', origin: OTHER, rank: 2},
];

/** Asks for a lease before every attempt, until it is granted. */
class Leases implements ProbeLeases {
  readonly timeoutMs = TIMEOUT_MS;
  isNeeded = true;
  thrown: unknown;
  asked = 0;
  readonly #waiting = new Set<RecoveryWaiter>();

  needed(): boolean {
    if (this.thrown !== undefined) throw this.thrown;
    return this.isNeeded;
  }

  join(waiter: RecoveryWaiter): void {
    this.asked++;
    this.#waiting.add(waiter);
  }

  leave(waiter: RecoveryWaiter): void {
    this.#waiting.delete(waiter);
  }

  answer(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.released(null);
  }
}

/** A breaker of this process, with leases. */
function leased(settings: BreakerPolicy, guarded: string, leases: ProbeLeases): CircuitBreaker {
  const breaker = new Breaker(settings as OpenTimeBreaker, guarded, () => 0.5);
  return new Proxy<CircuitBreaker>(breaker, {
    get(target, name) {
      if (name === 'leases') return leases;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

/** @param all Whether the other endpoint asks for leases, too. */
function handleWith(policy: PolicyInput, leases: Leases, all: boolean) {
  const local = new LocalGuards(() => 0.5);
  const guards: GuardFactory = {
    budget: settings => local.budget(settings),
    breaker: (settings, guarded) =>
      guarded === OTHER && !all ? local.breaker(settings, guarded) : leased(settings, guarded, leases),
    quota: (settings, guarded) => local.quota(settings, guarded),
    concurrency: settings => local.concurrency(settings),
  };
  return definePolicy(policy, () => 0.5, guards);
}

type Make = (handle: ReturnType<typeof definePolicy>) => World;

describe('an attempt that needs the lease of a probe', () => {
  const waiting = (make: Make, policy: PolicyInput = {}, all = true) => {
    const leases = new Leases();
    return {leases, world: make(handleWith({maxAttempts: 1, ...policy}, leases, all))};
  };

  virtually('is sent when the lease is granted', async make => {
    const {leases, world} = waiting(make);
    void world.clock.sleep(5).then(() => {
      leases.isNeeded = false;
      leases.answer();
    });
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([5]);
  });

  virtually('is refused after the time that a lease may take, and hears no late answer', async make => {
    const {leases, world} = waiting(make);
    expect(await world.run()).to.equal('CIRCUIT_OPEN (breaker-open)');
    expect(world.clock.now()).to.equal(TIMEOUT_MS + 1);
    leases.answer();
    expect(world.sends).to.equal(0);
  });

  virtually('ends at the deadline, and when its caller aborts', async make => {
    const {world} = waiting(make, {deadlineMs: 60});
    expect(await world.run()).to.match(/^DEADLINE_EXCEEDED/);
    const aborted = waiting(make).world;
    const controller = new AbortController();
    void aborted.clock.sleep(3).then(() => controller.abort());
    expect(await aborted.run(ITEMS, {signal: controller.signal})).to.match(/^AbortError/);
    expect([world.sends, aborted.sends]).to.deep.equal([0, 0]);
  });

  virtually('is not sent as a retry after disableRetries()', async make => {
    const backoff = {kind: 'constant', delayMs: 100, jitter: 'none'} as const;
    const {leases, world} = waiting(make, {maxAttempts: 2, backoff});
    leases.isNeeded = false;
    world.serve(503);
    void world.clock.sleep(50).then(() => {
      leases.isNeeded = true;
    });
    void world.clock.sleep(110).then(() => world.handle.disableRetries());
    expect(await world.run()).to.equal('503 (retries-disabled)');
    expect([leases.asked, world.clock.now(), world.sends]).to.deep.equal([1, 110, 1]);
  });

  for (const [what, thrown, message] of [
    ['an error', new Error('no store'), 'An exception ended the call: no store'],
    ['what has no text', Object.create(null), 'An exception ended the call: it has no text.'],
  ] as const)
    virtually(`ends the call if the breaker throws ${what} after the answer`, async make => {
      const {leases, world} = waiting(make);
      void world.clock.sleep(5).then(() => {
        leases.thrown = thrown;
        leases.answer();
      });
      const error = await world.clock.run(() => world.fetch(ITEMS).catch((caught: unknown) => caught));
      expect(error).to.include({code: 'INTERNAL', message});
    });

  virtually('goes to another endpoint, if it gets none', async make => {
    const {world} = waiting(make, {endpoints}, false);
    expect(await world.run()).to.equal('200');
    expect(world.server.requests.map(({url, at}) => `${new URL(url).origin} ${at}`)).to.deep.equal([`${OTHER} 21`]);
  });

  virtually('asks each endpoint once', async make => {
    const {leases, world} = waiting(make, {endpoints, deadlineMs: null});
    expect(await world.run()).to.equal('CIRCUIT_OPEN (breaker-open)');
    expect(leases.asked).to.equal(2);
    expect(world.clock.now()).to.equal(2 * (TIMEOUT_MS + 1));
  });
});
