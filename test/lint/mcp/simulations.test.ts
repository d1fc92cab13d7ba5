/** Simulations that take too long: a thread that computes does not look at the time. */
import {expect} from 'chai';
import {processIo} from '../../../lint/io/process-io.ts';
import {Simulations} from '../../../lint/simulate/run.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';

const signal = new AbortController().signal;

/** Each failed call is sent again at the same time without end. */
const busy: PolicyInput = {
  hedge: {delayMs: 0, maxLoadRatio: 1},
  maxAttempts: 'unlimited',
  deadlineMs: 86_400_000,
  budget: null,
  breaker: null,
  backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0},
};

describe('a simulation', function () {
  this.timeout(60_000);

  it('ends after the time limit with a sentence, and the next one waits no longer', async () => {
    const simulations = new Simulations(processIo().io, 500);
    const startedMs = performance.now();
    const first = simulations.run({name: 'busy', input: busy, scenario: 'spike', page: false}, signal).then(
      () => 'a result',
      (error: Error) => `${error.name}: ${error.message}`,
    );
    const next = simulations.run({name: 'p', input: {}, scenario: 'spike', page: false}, signal).catch(error => error);
    expect(await first).to.equal('CliError: The simulation took longer than 0.5 s, and was ended.');
    expect(performance.now() - startedMs).to.be.below(10_000);
    await next;
  });
});
