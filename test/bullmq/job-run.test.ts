/** One run of a job: what is written to Redis before and after a request, and when the item goes back to the queue. */
import {expect} from 'chai';
import type {RunEnd} from '../../src/bullmq/job-run.ts';
import {BACKOFF, World} from './world.ts';

const GUARDS = {budget: null, breaker: null, concurrency: null, quota: null} as const;
const ONCE = {...GUARDS, backoff: BACKOFF, maxAttempts: 4};
const REPEATABLE = {...ONCE, idempotentMethods: ['POST']};

const outcomeOf = (end: RunEnd) => (typeof end === 'object' && 'outcome' in end ? end.outcome : undefined);
const failureOf = (end: RunEnd) => {
  const outcome = outcomeOf(end);
  return outcome?.ok === false ? outcome.failure : undefined;
};

describe('a run of a job', () => {
  it('notes a POST that may be sent once before it sends it', async () => {
    const world = new World(ONCE);
    const end = await world.run();
    expect(world.log).to.deep.equal([{attempts: 0, sending: 'lock'}, 'sent 1']);
    expect(end).to.deep.equal({outcome: {ok: true, value: 'body', attempts: 1}, isNoted: true});
  });

  it('writes nothing for a request that may be repeated', async () => {
    const world = new World(REPEATABLE, [503, 200]);
    const end = await world.run();
    expect(world.log).to.deep.equal(['sent 1', 'sent 2']);
    expect(end).to.deep.equal({outcome: {ok: true, value: 'body', attempts: 2}, isNoted: false});
  });

  it('withdraws the note after a response that says that nothing was done, and notes the retry', async () => {
    const world = new World(ONCE, [429, 200]);
    const end = await world.run();
    expect(world.log).to.deep.equal([
      {attempts: 0, sending: 'lock'},
      'sent 1',
      {attempts: 1},
      {attempts: 1, sending: 'lock'},
      'sent 2',
    ]);
    expect(outcomeOf(end)).to.include({ok: true, attempts: 2});
  });

  it('does not send an item that another worker has by now', async () => {
    const world = new World(ONCE);
    world.isOurs = false;
    expect(await world.run()).to.equal('lost');
    expect(world.log).to.deep.equal([]);
  });

  describe('after a worker that was killed', () => {
    it('reports a POST that it was sending, and does not send it', async () => {
      const world = new World(ONCE);
      const end = await world.run({attempts: 1, sending: 'other lock'});
      expect(failureOf(end)).to.include({code: 'interrupted', refusal: 'may-have-acted', retryable: false});
      expect(outcomeOf(end)?.attempts).to.equal(2);
      expect(world.log).to.deep.equal([]);
    });

    it('sends it if the policy now allows to repeat it', async () => {
      const world = new World(REPEATABLE);
      const end = await world.run({attempts: 1, sending: 'other lock'});
      expect(outcomeOf(end)).to.include({ok: true});
      expect(world.log).to.deep.equal(['sent 2']);
    });

    it('returns a result that was kept before the job was finished', async () => {
      const world = new World(ONCE);
      const outcome = {ok: true, value: 7, attempts: 1} as const;
      expect(await world.run({attempts: 1, outcome})).to.deep.equal({outcome, isNoted: false});
      expect(world.log).to.deep.equal([]);
    });
  });

  describe('an item that waits', () => {
    it('stays for a short wait, and goes back for a long one with the attempts so far', async () => {
      const world = new World(REPEATABLE, [503]);
      const end = await world.run();
      expect(world.log).to.deep.equal(['sent 1', 'sent 2', 'sent 3']);
      expect(end).to.deep.equal({waitMs: 100_000, attempts: 3});
    });

    it('goes on with its attempts and its backoff where it stopped', async () => {
      const world = new World(REPEATABLE, [503]);
      const end = await world.run({attempts: 3});
      expect(world.log).to.deep.equal(['sent 4']);
      expect(failureOf(end)).to.include({refusal: 'attempts-exhausted', retryable: true});
      expect((await world.run({attempts: 2})) as object).to.deep.equal({waitMs: 100_000, attempts: 3});
    });

    it('goes back for a Retry-After that is longer than a call waits', async () => {
      const world = new World({...REPEATABLE, retryAfter: {maxMs: 1000}}, [
        {status: 503, headers: {'retry-after': '90'}},
      ]);
      expect(await world.run()).to.deep.equal({waitMs: 90_000, attempts: 1});
    });

    it('has no note while it is in the queue', async () => {
      const world = new World({...ONCE, backoff: {...BACKOFF, baseMs: 10_000}}, [429]);
      // The withdrawal took the last millisecond.
      expect(await world.run()).to.deep.equal({waitMs: 9999, attempts: 1});
      expect(world.log.at(-1)).to.deep.equal({attempts: 1});
    });

    it('stays with the worker while a breaker is open, because every other item would wait too', async () => {
      const breaker = {kind: 'consecutive', failures: 1, openMs: 30_000, probes: 1} as const;
      const world = new World({...REPEATABLE, breaker}, [503, 200]);
      const end = await world.run();
      expect(outcomeOf(end)).to.include({ok: true});
      expect(world.clock.now()).to.be.at.least(20_000);
    });

    it('goes back at once when the worker stops, with the rest of its wait', async () => {
      const world = new World(REPEATABLE, [503]);
      const job = world.job({attempts: 1});
      const end = await world.clock.run(async () => {
        const running = job.run();
        await world.clock.sleep(505);
        job.stop();
        return running;
      });
      expect(world.log).to.deep.equal(['sent 2']);
      expect(end).to.deep.equal({waitMs: 500, attempts: 2});
    });

    it('is charged to the budget although it leaves the worker', async () => {
      const budget = {kind: 'token-bucket', capacity: 10, retryCost: 4, refillPerMinute: 0} as const;
      const world = new World({...REPEATABLE, budget, backoff: {...BACKOFF, baseMs: 10_000}}, [503]);
      expect(await world.run()).to.deep.equal({waitMs: 10_000, attempts: 1});
      expect(await world.run()).to.deep.equal({waitMs: 10_000, attempts: 1});
      expect(failureOf(await world.run())).to.include({refusal: 'budget-exhausted'});
    });
  });

  it('sends nothing when the worker stops before its first request', async () => {
    const world = new World(ONCE);
    const job = world.job();
    job.stop();
    expect(await world.clock.run(() => job.run())).to.deep.equal({waitMs: 0, attempts: 0});
    expect(world.log).to.deep.equal([]);
  });
});
