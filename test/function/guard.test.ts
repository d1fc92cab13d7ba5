/** A policy for any function: what it throws is classified as an answer or a failure of the connection, and runs again where that is safe. */
import {expect} from 'chai';
import {createFetch, type PolicyInput, type SteadfetchEvent} from '../../src/core.ts';
import {type FunctionPorts, guard} from '../../src/function/guard.ts';
import {reportOf} from '../../src/function.ts';
import {VirtualClock} from '../../src/testing.ts';
import {nameOf, thrown} from '../call/world.ts';
import {AT_ONCE} from '../support/policies.ts';

const reset = (): Error => Object.assign(new Error('socket hang up'), {code: 'ECONNRESET', syscall: 'read'});
const refused = (): Error => Object.assign(new Error('refused'), {code: 'ECONNREFUSED', syscall: 'connect'});
const withStatus = (status: number, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`status ${status}`), {status, headers});

class Stage {
  readonly clock: VirtualClock = new VirtualClock();
  readonly events: SteadfetchEvent[] = [];
  readonly guarded;
  runs = 0;

  constructor(policy: PolicyInput = {}, ports: FunctionPorts = {}) {
    const {clock, events} = this;
    this.guarded = guard(
      {backoff: AT_ONCE, ...policy},
      {clock, random: () => 0.5, observer: null, on: event => events.push(event), ...ports},
    );
  }

  /** A function that does one thing after the other, the last one for ever. */
  script(...steps: (() => unknown)[]): () => Promise<unknown> {
    return async () => steps[Math.min(this.runs++, steps.length - 1)]!();
  }
}

const fails = (make: () => Error) => (): never => {
  throw make();
};

describe('guard', () => {
  it('returns the value unchanged', async () => {
    const {guarded, clock} = new Stage();
    const value = {rows: [1]};
    expect(await clock.run(() => guarded(() => value))).to.equal(value);
    expect(await clock.run(() => guarded(async () => undefined))).to.equal(undefined);
  });

  it('retries a function that could not connect', async () => {
    const stage = new Stage();
    expect(await stage.clock.run(() => stage.guarded(stage.script(fails(refused), () => 'ok')))).to.equal('ok');
    expect(stage.runs).to.equal(2);
  });

  it('does not retry a function that may have acted, and reports that on the error', async () => {
    const stage = new Stage();
    const error = await stage.clock.run(() => thrown(stage.guarded(stage.script(fails(reset)))));
    expect(stage.runs).to.equal(1);
    expect(nameOf(error)).to.equal('ECONNRESET');
    expect(reportOf(error)).to.include({refusal: 'may-have-acted', attempts: 1});
  });

  it('does not retry a function whose open connection lost its route', async () => {
    const stage = new Stage();
    const lost = (): Error => Object.assign(new Error('read EHOSTUNREACH'), {code: 'EHOSTUNREACH', syscall: 'read'});
    const error = await stage.clock.run(() => thrown(stage.guarded(stage.script(fails(lost)))));
    expect(reportOf(error)).to.include({refusal: 'may-have-acted', attempts: 1});
  });

  for (const [what, call] of Object.entries({idempotent: {idempotent: true}, 'under a key': {key: 'order-7'}}))
    it(`retries a function that is ${what}`, async () => {
      const stage = new Stage();
      expect(
        await stage.clock.run(() =>
          stage.guarded(
            stage.script(fails(reset), () => 'ok'),
            call,
          ),
        ),
      ).to.equal('ok');
      expect(stage.runs).to.equal(2);
    });

  it('gives each attempt its number, the key, and headers to send along', async () => {
    const stage = new Stage({idempotency: {}});
    const seen: unknown[] = [];
    await stage.clock.run(() =>
      stage.guarded(
        (_signal, {attempt, key, headers}) => {
          seen.push([attempt, key, headers['idempotency-key']]);
          if (attempt === 1) throw reset();
          return 'ok';
        },
        {key: 'order-7'},
      ),
    );
    expect(seen).to.deep.equal([
      [1, 'order-7', 'order-7'],
      [2, 'order-7', 'order-7'],
    ]);
  });

  it('reads the status of an error, and its Retry-After', async () => {
    const stage = new Stage();
    const before = stage.clock.now();
    const run = stage.script(
      fails(() => withStatus(429, {'retry-after': '2'})),
      () => 'ok',
    );
    expect(await stage.clock.run(() => stage.guarded(run))).to.equal('ok');
    expect(stage.clock.now() - before).to.be.within(2000, 2200);
  });

  it('throws the original error of a final status, with the report', async () => {
    const stage = new Stage();
    const error = withStatus(404);
    const caught = await stage.clock.run(() => thrown(stage.guarded(stage.script(fails(() => error)))));
    expect(caught).to.equal(error);
    expect(reportOf(caught)).to.include({refusal: 'not-transient', reason: '404 is not transient', attempts: 1});
  });

  it('does not retry a mistake of the program', async () => {
    const stage = new Stage();
    const run = stage.script(fails(() => new RangeError('a mistake')));
    expect(nameOf(await stage.clock.run(() => thrown(stage.guarded(run))))).to.equal('RangeError: a mistake');
    expect(stage.runs).to.equal(1);
  });

  it('ends an attempt in time even if the function ignores its signal', async () => {
    const stage = new Stage({attemptTimeoutMs: 100, maxAttempts: 2});
    const signals: AbortSignal[] = [];
    const error = await stage.clock.run(() =>
      thrown(
        stage.guarded(
          signal => {
            signals.push(signal);
            return new Promise(() => {});
          },
          {idempotent: true},
        ),
      ),
    );
    expect(nameOf(error)).to.equal('ATTEMPT_TIMEOUT');
    expect(signals.map(({aborted}) => aborted)).to.deep.equal([true, true]);
    expect(stage.clock.now()).to.equal(200);
  });

  it('ends when its caller aborts', async () => {
    const stage = new Stage();
    const controller = new AbortController();
    const reason = new Error('enough');
    const call = stage.guarded(
      signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      {
        signal: controller.signal,
      },
    );
    controller.abort(reason);
    expect(await stage.clock.run(() => thrown(call))).to.equal(reason);
  });

  it('stops calling a failing function by the breaker of its name', async () => {
    const breaker = {kind: 'consecutive', failures: 2, openMs: 1000} as const;
    const stage = new Stage({maxAttempts: 1, breaker}, {name: 'orders-db'});
    for (let index = 0; index < 2; index++)
      await stage.clock.run(() => thrown(stage.guarded(stage.script(fails(reset)))));
    const error = await stage.clock.run(() => thrown(stage.guarded(stage.script(() => 'ok'))));
    expect(nameOf(error)).to.equal('CIRCUIT_OPEN');
    expect(String(error)).to.contain('https://orders-db.invalid');
    expect(stage.runs).to.equal(2);
  });

  it('classifies a value by the user’s classify', async () => {
    const classify: FunctionPorts['classify'] = ({response}) =>
      response?.value === 'busy' ? {transient: true, sent: 'not-processed', reason: 'busy'} : undefined;
    const stage = new Stage({}, {classify});
    expect(
      await stage.clock.run(() =>
        stage.guarded(
          stage.script(
            () => 'busy',
            () => 'ok',
          ),
        ),
      ),
    ).to.equal('ok');
  });

  it('leaves the decision to a steadfetch client inside the function', async () => {
    const stage = new Stage();
    let sent = 0;
    const {clock} = stage;
    const fetch = createFetch(
      {backoff: AT_ONCE, maxAttempts: 3},
      {
        clock,
        observer: null,
        fetch: () => {
          sent++;
          return Promise.reject(new TypeError('fetch failed', {cause: reset()}));
        },
      },
    );
    await clock.run(() => thrown(stage.guarded(() => fetch('https://api.test/'), {idempotent: true})));
    expect(sent).to.equal(3);
  });

  it('refuses a name that is not valid as an origin', () => {
    const endpoints = ['eu', 'us'].map(name => ({name, origin: `https://${name}.test`}));
    expect(() => guard({endpoints})).to.throw('endpoints must be null here, because guard() cannot send a function');
    expect(() => guard({}, {name: 'my db'})).to.throw(TypeError, 'letters, digits, dots and hyphens, got "my db"');
  });

  it('rejects for invalid overrides', async () => {
    const stage = new Stage();
    const call = stage.guarded(() => 1, {resilience: {maxAttempts: -1}});
    expect(nameOf(await thrown(call))).to.equal('INVALID_OVERRIDES');
  });
});
