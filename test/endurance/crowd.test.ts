/** Ten thousand calls at once, and a server that dies and comes back under them. */
import {getEventListeners, setMaxListeners} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import {createFetch, definePolicy, type PolicyInput, reportOf, type SteadfetchEvent} from '../../src/core.ts';
import {closed, listening} from '../faults/servers.ts';
import {settle} from '../support/outcome.ts';

const CALLS = 10_000;
const BUDGET = {kind: 'token-bucket', capacity: 100, retryCost: 14, throttledCost: 5, refillPerMinute: 14} as const;

/** Answers; dies after so many answers; is back when so many attempts have failed. */
class MortalServer {
  answers = 0;
  readonly #diesAfter: number;
  #server!: Server;
  #port = 0;
  isDead = false;

  constructor(diesAfter: number) {
    this.#diesAfter = diesAfter;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async live(): Promise<void> {
    this.isDead = false;
    this.#server = createServer((request, response) => {
      request.resume();
      response.end('ok');
      if (++this.answers === this.#diesAfter) void this.die();
    });
    if (this.#port === 0) await listening(this.#server);
    else await new Promise<void>(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  die(): Promise<void> {
    this.isDead = true;
    const gone = closed(this.#server);
    this.#server.closeAllConnections();
    return gone;
  }
}

interface Counters {
  sends: number;
  firstTries: number;
  retried: number;
  ends: number;
}

async function crowd(policy: PolicyInput, revivesAfter: number): Promise<Counters & {answers: number}> {
  const server = new MortalServer(3000);
  await server.live();
  const began = process.getActiveResourcesInfo().length;
  const counters: Counters = {sends: 0, firstTries: 0, retried: 0, ends: 0};
  let failures = 0;
  let revived: Promise<void> | undefined;
  const on = (event: SteadfetchEvent): void => {
    if (event.type === 'call.end') counters.ends++;
    if (event.type !== 'attempt.end') return;
    counters.sends++;
    if (event.reason === 'success' && event.attempt === 1) counters.firstTries++;
    else if (event.reason === 'success') counters.retried++;
    else if (server.isDead && ++failures >= revivesAfter) revived ??= server.live();
  };
  // The last call waits for all others, which takes longer than the default deadline on a busy machine.
  const patient: PolicyInput = {deadlineMs: 600_000, attemptTimeoutMs: 60_000};
  const queued: PolicyInput = {backoff: {baseMs: 1, capMs: 5}, concurrency: {max: 64, queue: CALLS}};
  const handle = definePolicy({...patient, ...queued, ...policy});
  const fetch = createFetch(handle, {on});
  const {signal} = new AbortController();
  setMaxListeners(0, signal);
  const outcomes = await Promise.all(
    Array.from({length: CALLS}, () =>
      settle(async () => {
        const response = await fetch(server.url, {signal});
        await response.text();
        return response;
      }),
    ),
  );
  await revived;
  let attempts = 0;
  let answers = 0;
  for (const {value, error} of outcomes) {
    attempts += reportOf(value ?? error)?.attempts ?? 0;
    if (value?.status === 200) answers++;
  }
  expect(counters.ends, 'calls that ended').to.equal(CALLS);
  expect(attempts, 'attempts in the reports').to.be.within(counters.sends - 64, counters.sends);
  expect(getEventListeners(signal, 'abort'), 'listeners on the signal').to.be.empty;
  const [origin] = handle.snapshot().origins;
  expect(origin?.concurrency).to.deep.equal([{max: 64, inFlight: 0, waiting: 0}]);
  await server.die();
  const held = (): number => process.getActiveResourcesInfo().length;
  // The client's ends of the connections hear of it one by one.
  for (let round = 0; round < 200 && held() > began; round++) await new Promise(resolve => setTimeout(resolve, 1));
  expect(held(), 'handles').to.be.at.most(began);
  return {...counters, answers};
}

describe('10,000 calls at once', () => {
  it('are each sent once and a little more, when the server dies and comes back: the budget holds', async () => {
    const {sends, firstTries, retried, answers} = await crowd({breaker: null, budget: BUDGET}, 2000);
    expect(answers).to.be.above(CALLS / 2);
    // Every retry takes 14 tokens; a retry that succeeds gives them back, a first try that succeeds gives one.
    const retries = sends - CALLS;
    const refill = 14;
    expect(retries * BUDGET.retryCost).to.be.at.most(
      BUDGET.capacity + firstTries + retried * BUDGET.retryCost + refill,
    );
    expect(sends).to.be.at.most(CALLS * 1.1);
  });

  it('stop at an open breaker, but for its probes', async () => {
    const breaker = {kind: 'ratio', minCalls: 20, openMs: 1, maxOpenMs: 2} as const;
    const {sends, answers} = await crowd({breaker, budget: BUDGET}, 60);
    expect(answers).to.be.at.least(3000 - 64);
    expect(sends).to.be.below(CALLS * 1.05);
  });
});
