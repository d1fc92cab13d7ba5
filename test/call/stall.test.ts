/** A process that is busy while its timers fall due: answers that lie in the sockets are read before time counts as over. */
import {expect} from 'chai';
import {Pause, type Timer} from '../../src/core/timer.ts';
import {
  createFetch,
  definePolicy,
  type PolicyInput,
  type ResilientInit,
  reportOf,
  type SteadfetchEvent,
} from '../../src/core.ts';
import {ScriptedFetch, VirtualClock} from '../../src/testing.ts';
import {AnsweringLate} from '../support/answering-late.ts';
import {blockUntil} from '../support/block-until.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, ITEMS, later, thrown, virtually, World} from './world.ts';

const LIMIT_MS = 1000;

/** A clock of a process that is too busy to notice in time when a limit has passed. */
class LateClock extends VirtualClock {
  lateMs = 0;

  override arm(timer: Timer, ms: number): void {
    const {lateMs} = this;
    const isLate = lateMs > 0 && !(timer instanceof Pause);
    super.arm(timer, isLate ? ms + lateMs : ms);
    Reflect.deleteProperty(timer, 'fire');
    if (!isLate) return;
    timer.at -= lateMs;
    timer.fire = () => {
      Reflect.deleteProperty(timer, 'fire');
      timer.fire(lateMs);
    };
  }
}

describe('a stall of the process', () => {
  let server: AnsweringLate;
  let sent = 0;
  before(async () => {
    server = await AnsweringLate.start();
  });
  after(() => server.close());

  for (const [limits, policy] of [
    ['attempt timeout', {attemptTimeoutMs: LIMIT_MS}],
    ['deadline', {deadlineMs: LIMIT_MS}],
    ['attempt timeout and a hedge', {attemptTimeoutMs: LIMIT_MS, hedge: {delayMs: LIMIT_MS - 50, maxLoadRatio: 1}}],
  ] as const)
    it(`that outlasts the ${limits} of 40 calls ends with 40 answers @T60`, async () => {
      const events: SteadfetchEvent[] = [];
      const handle = definePolicy(policy);
      const fetch = createFetch(handle, {on: event => events.push(event)});
      const call = async (): Promise<string> => {
        const response = await fetch(server.url);
        return `${response.status} ${JSON.stringify(await response.json())}`;
      };
      const answers = Array.from({length: 40}, () => '200 {"ok":true}');
      await server.expect(40);
      // Connections are opened without a limit: their time is not what is tested.
      const plain = Array.from({length: 40}, async () => (await globalThis.fetch(server.url)).text());
      await Promise.all(plain);

      sent += 80;
      const calls = Array.from({length: 40}, call);
      const start = performance.now();
      await server.allHere(sent);
      server.blockUntilAnswered(sent);
      blockUntil(start + LIMIT_MS + 300);

      expect(await Promise.all(calls)).to.deep.equal(answers);
      expect(events.filter(({type}) => type === 'attempt.end')).to.have.length(40);
      expect(handle.snapshot().origins[0]!.breakers.map(({state}) => state)).to.deep.equal(['closed']);
      sent += 40;
      expect(await Promise.all(Array.from({length: 40}, call))).to.deep.equal(answers);
    });
});

describe('a timeout that is declared late', () => {
  const POLICY = {attemptTimeoutMs: 400, maxAttempts: 2, backoff: AT_ONCE};

  function worldAt(lateMs: number, policy: PolicyInput = POLICY) {
    const clock = new LateClock();
    const world = new World(policy, {clock});
    world.server = new ScriptedFetch(clock, ['hang']);
    clock.lateMs = lateMs;
    const run = (init?: ResilientInit) => clock.run(() => world.end(ITEMS, init));
    const stateOf = () => {
      const [origin] = world.handle.snapshot(clock.now()).origins;
      return [origin!.breakers[0]!.state, origin!.budgets[0]!.remaining];
    };
    return {clock, world, run, stateOf};
  }

  it('opens no breaker and costs no budget', async () => {
    const {run, stateOf, world} = worldAt(600);
    for (let call = 0; call < 40; call++) expect(await run()).to.equal('ATTEMPT_TIMEOUT (attempts-exhausted)');
    expect(world.sends).to.equal(80);
    expect(stateOf()).to.deep.equal(['closed', 1]);
  });

  for (const lateMs of [0, 39])
    it(`counts as any other if it is ${lateMs} of 400 ms late`, async () => {
      const {run, stateOf} = worldAt(lateMs);
      for (let call = 0; call < 40; call++) await run();
      const [state, remaining] = stateOf();
      expect(state).to.equal('open');
      expect(remaining).to.be.below(1);
    });

  it('allows no retry of a POST without a key', async () => {
    const {run, world} = worldAt(600);
    expect(await run({method: 'POST'})).to.equal('ATTEMPT_TIMEOUT (may-have-acted)');
    expect(world.sends).to.equal(1);
  });

  it('frees the place of a probe', async () => {
    const breaker = {kind: 'consecutive', failures: 1, openMs: 1000, probes: 1} as const;
    const {clock, run, world, stateOf} = worldAt(0, {...POLICY, maxAttempts: 1, breaker});
    expect(await run()).to.equal('ATTEMPT_TIMEOUT (attempts-exhausted)');
    expect(stateOf()[0]).to.equal('open');
    await clock.advance(1200);
    clock.lateMs = 600;
    expect(await run()).to.equal('ATTEMPT_TIMEOUT (attempts-exhausted)');
    expect(stateOf()[0]).to.equal('half-open');
    world.server = new ScriptedFetch(clock, [200]);
    expect(await run()).to.equal('200');
    expect(stateOf()[0]).to.equal('closed');
  });

  it('says in its error how late it was', async () => {
    const {clock, world} = worldAt(600, {...POLICY, maxAttempts: 1});
    const error = await clock.run(() => thrown(world.fetch(ITEMS)));
    expect(error).to.include({code: 'ATTEMPT_TIMEOUT', limitMs: 400, lateMs: 600});
    expect((error as Error).message).to.match(/busy and noticed 600 ms later/);
  });

  it('gives a body the time of an attempt if its headers came while the process was busy', async () => {
    const {clock, world} = worldAt(600);
    const ends: string[] = [];
    const hanging = () => new Response(new ReadableStream());
    world.server = new ScriptedFetch(clock, [later(clock, 700, hanging)]);
    const read = async (): Promise<void> => {
      const response = await world.fetch(ITEMS);
      await response.text().then(
        () => ends.push(`read at ${clock.now()}`),
        error => ends.push(`${error.code} at ${clock.now()}`),
      );
    };
    void read();
    clock.lateMs = 0;
    await clock.advance(1099);
    expect(ends).to.deep.equal([]);
    await clock.advance(1);
    expect(ends).to.deep.equal(['ATTEMPT_TIMEOUT at 1100']);
  });

  it('adds no latency to the hedge quantile if the response is read late', async () => {
    const hedge = {quantile: 0.5, maxLoadRatio: 1};
    const {clock, world, run} = worldAt(600, {attemptTimeoutMs: 400, hedge});
    world.server = new ScriptedFetch(clock, [later(clock, 700, answer(200))]);
    for (let call = 0; call < 30; call++) expect(await run()).to.equal('200');
    expect(world.typesOf('hedge.started'), 'no quantile is known').to.have.length(0);
    clock.lateMs = 0;
    world.server = new ScriptedFetch(clock, [later(clock, 50, answer(200))]);
    for (let call = 0; call < 30; call++) await run();
    world.server = new ScriptedFetch(clock, [later(clock, 300, answer(200))]);
    await run();
    expect(world.events.findLast(({type}) => type === 'hedge.started')).to.include({delayMs: 51});
  });
});

describe('a stall before a retry', () => {
  virtually('that outlasts the deadline sends no retry, and the call ends with the last response', async make => {
    let lateMs = 0;
    const clock = new (class extends VirtualClock {
      override now(): number {
        return super.now() + lateMs;
      }
    })();
    const world = make(
      {backoff: AT_ONCE, deadlineMs: 1000},
      {
        clock,
        on: ({type}) => {
          if (type === 'retry.scheduled') lateMs = 5000;
        },
      },
    );
    world.serve(answer(503, {}, 'busy'));
    const response = await world.fetch(ITEMS);
    expect(reportOf(response)).to.include({attempts: 1, refusal: 'deadline'});
    expect(await response.text(), 'its body is there').to.equal('busy');
    await clock.advance(2000);
  });
});
