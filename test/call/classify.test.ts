/** The user's `classify`: what it changes, and a call whose `classify` throws, rejects or never resolves. */
import {expect} from 'chai';
import {type ClassifyInput, reportOf, type SteadfetchEvent} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, later, thrown, virtually} from './world.ts';

const MISTAKE = new Error('a mistake of the user');

describe('classify', () => {
  virtually('turns a 200 into a failure', async make => {
    const asked: ClassifyInput[] = [];
    const world = make(
      {backoff: AT_ONCE},
      {
        classify: input => {
          asked.push(input);
          return {transient: true, reason: 'error in a 200'};
        },
      },
    );
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(200);
    expect(world.sends).to.equal(3);
    expect(asked.map(({attempt, kind}) => `${attempt} ${kind}`)).to.deep.equal([
      '1 response',
      '2 response',
      '3 response',
    ]);
    expect(reportOf(response)).to.include({result: 'failure', refusal: 'attempts-exhausted'});
    expect(reportOf(response)?.reason).to.match(/error in a 200/);
  });

  virtually('gives a reason with a URL, whose secrets no event and no report shows', async make => {
    const events: SteadfetchEvent[] = [];
    const reason = 'see https://u:S3CR3T1@h.test/a?token=S3CR3T2#S3CR3T3';
    const world = make(
      {backoff: AT_ONCE, maxAttempts: 2},
      {on: event => void events.push(event), classify: () => ({transient: true, reason})},
    );
    world.serve(503);
    const response = await world.clock.run(() => world.fetch(ITEMS));
    const shown = events.map(event => [event.type, 'reason' in event ? event.reason : '']);
    expect(shown.map(([type]) => type)).to.include.members([
      'attempt.end',
      'retry.scheduled',
      'retry.abandoned',
      'call.end',
    ]);
    for (const text of [...shown.flat(), reportOf(response)!.reason]) expect(text).to.not.include('S3CR3T');
    expect(reportOf(response)!.reason).to.include('see https://REDACTED:REDACTED@h.test/a?token=REDACTED');
  });

  virtually('allows the retry of a POST only if it says that the server did nothing', async make => {
    const input = {method: 'POST'};
    const busy = make({backoff: AT_ONCE}, {classify: () => ({transient: true})});
    expect(await busy.run(ITEMS, input)).to.equal('200 (may-have-acted)');
    const idle = make(
      {backoff: AT_ONCE},
      {classify: ({attempt}) => ({transient: attempt === 1, sent: 'not-processed'})},
    );
    expect(await idle.run(ITEMS, input)).to.equal('200');
    expect(idle.sends).to.equal(2);
  });

  virtually('makes a 503 final', async make => {
    const world = make({}, {classify: async () => ({transient: false, reason: 'down for maintenance'})});
    world.serve(503);
    expect(await world.run()).to.equal('503 (not-transient)');
    expect(world.sends).to.equal(1);
  });

  virtually('keeps the classification of the engine if it returns undefined', async make => {
    const world = make({backoff: AT_ONCE}, {classify: () => undefined});
    world.serve(503, 200);
    expect(await world.run()).to.equal('200');
  });

  virtually('makes the retry wait from throttledBaseMs if it says throttled', async make => {
    const world = make(
      {backoff: {jitter: 'none'}},
      {classify: ({attempt}) => ({transient: attempt === 1, throttled: true})},
    );
    await world.run();
    expect(world.arrivals).to.deep.equal([0, 1000]);
  });

  for (const [how, classify] of [
    [
      'throws',
      () => {
        throw MISTAKE;
      },
    ],
    ['rejects', () => Promise.reject(MISTAKE)],
  ] as const) {
    virtually(`that ${how} ends the call with the same error`, async make => {
      const world = make({}, {classify});
      expect(await world.clock.run(() => thrown(world.fetch(ITEMS)))).to.equal(MISTAKE);
      expect(world.sends).to.equal(1);
    });
  }

  virtually('that never resolves ends at the deadline', async make => {
    const world = make({deadlineMs: 3000}, {classify: () => new Promise(() => {})});
    expect(await world.run()).to.match(/^DEADLINE_EXCEEDED/);
    expect(world.clock.now()).to.equal(3000);
  });

  virtually('is not called for an abort of the caller', async make => {
    let asked = 0;
    const world = make({}, {classify: () => void asked++});
    world.serve('hang');
    const controller = new AbortController();
    const end = thrown(world.fetch(ITEMS, {signal: controller.signal}));
    await world.clock.advance(10);
    controller.abort(MISTAKE);
    expect(await end).to.equal(MISTAKE);
    expect(asked).to.equal(0);
  });

  virtually('that gives no reason gets "classified as transient"', async make => {
    const world = make({backoff: AT_ONCE}, {classify: ({response}) => ({transient: response?.status === 200})});
    world.serve(200, 204);
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(204);
    const [scheduled] = world.events.filter(({type}) => type === 'retry.scheduled');
    expect(scheduled).to.include({reason: 'classified as transient'});
  });

  virtually('replaces the reason of a failure', async make => {
    const world = make({backoff: AT_ONCE}, {classify: () => ({transient: true, reason: 'mine'})});
    world.serve(503);
    await world.run();
    expect(world.events.flatMap(event => (event.type === 'retry.scheduled' ? [event.reason] : []))).to.deep.equal([
      'mine',
      'mine',
    ]);
  });

  virtually('is ignored if it resolves after the deadline', async make => {
    const world = make({deadlineMs: 100}, {classify: () => world.clock.sleep(200).then(() => ({transient: true}))});
    expect(await world.run()).to.equal('DEADLINE_EXCEEDED (deadline)');
    await world.clock.advance(1000);
    expect(world.sends).to.equal(1);
    expect(world.typesOf('call.end')).to.have.length(1);
  });

  virtually('is ignored if it classifies the slower attempt after the end of the call', async make => {
    let decide = (_said: undefined): void => {};
    const classify = ({attempt}: ClassifyInput) =>
      attempt === 1
        ? new Promise<undefined>(resolve => {
            decide = resolve;
          })
        : undefined;
    const world = make({hedge: {delayMs: 10, maxLoadRatio: 1}, backoff: AT_ONCE}, {classify});
    world.serve(later(world.clock, 20, 503), later(world.clock, 20, 200));
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(200);
    decide(undefined);
    await world.clock.advance(0);
    expect(reportOf(response)).to.include({result: 'success', attempts: 2});
    expect(world.events.filter(({type}) => type === 'call.end')).to.have.length(1);
  });
});
