import {expect} from 'chai';
import {
  createFetch,
  definePolicy,
  type PolicyInput,
  type Ports,
  reportOf,
  SystemIds,
  seededRandom,
} from '../../src/core.ts';
import {FetchTransport} from '../../src/fetch/fetch-transport.ts';
import {VirtualClock} from '../../src/testing.ts';
import {AT_ONCE} from '../support/policies.ts';
import {sampled} from '../support/runs.ts';
import {Sabotage, watchClass} from './sabotage.ts';
import {CLASSES, NOT_SABOTAGED, SpanBook, watchedObserver} from './sabotaged-parts.ts';
import {ITEMS} from './world.ts';

/** What a call ends with: its status, or what it rejects with. */
type End = {readonly status: number} | {readonly error: unknown};

interface Scene {
  readonly policy?: PolicyInput;
  readonly ports?: (sabotage: Sabotage) => Ports;
  /** What the nth request is answered with. */
  readonly answers: readonly (number | 'reset' | 'hang' | {readonly after: number})[];
  readonly headers?: Record<string, string>;
  /** Calls, the second one that much later. */
  readonly calls?: readonly number[];
  /** The caller aborts after so long. */
  readonly abortMs?: number;
}

const ENDPOINTS = [
  {name: 'one', origin: new URL(ITEMS).origin},
  {name: 'two', origin: 'https://two.test', rank: 2},
] as const;

const SCENES: Record<string, Scene> = {
  'a success': {answers: [200]},
  'a retry': {answers: [503, 200]},
  'a connection that breaks': {answers: ['reset', 200]},
  'a throttled call': {answers: [429, 200], headers: {'retry-after': '1'}},
  'an attempt that takes too long': {answers: ['hang', 200]},
  'a deadline': {policy: {deadlineMs: 500}, answers: ['hang']},
  'a call in the queue of the concurrency limit': {answers: [{after: 20}, 200], calls: [0, 5]},
  'a call that waits for a held origin': {
    policy: {retryAfter: {scope: 'origin'}},
    answers: [429, 200, 200],
    headers: {'retry-after': '1'},
    calls: [0, 100],
  },
  'an abort while an attempt is in flight': {answers: ['hang'], abortMs: 10},
  'an abort during the wait for a retry': {answers: [503], abortMs: 10},
  'a hedged call': {
    policy: {hedge: {delayMs: 50, maxLoadRatio: 1}, concurrency: {max: 2, queue: 2}},
    answers: [{after: 200}, {after: 20}],
  },
  'a call that moves to another endpoint': {
    policy: {endpoints: ENDPOINTS, failover: {stickyMs: 1000}},
    answers: [503, 200],
  },
  'a call that waits for an endpoint': {
    policy: {
      endpoints: ENDPOINTS,
      maxAttempts: 1,
      breaker: {kind: 'consecutive', failures: 1, probes: 1, openMs: 100, maxOpenMs: 100},
    },
    answers: [503, 503, 200],
    calls: [0, 10, 20],
  },
  'a call that is hedged at another endpoint': {
    policy: {
      endpoints: ENDPOINTS,
      hedge: {delayMs: 50, maxLoadRatio: 1, to: 'other'},
      concurrency: {max: 2, queue: 2},
    },
    answers: [{after: 200}, {after: 20}],
  },
  'a probe of the breaker': {
    policy: {maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1, probes: 1, openMs: 100, maxOpenMs: 100}},
    answers: [503, {after: 20}, 200],
    calls: [0, 120],
  },
  'functions of the user that are asynchronous': {
    ports: sabotage => ({
      classify: sabotage.fn('classify', async () => undefined),
      prepareAttempt: sabotage.fn('prepareAttempt', async () => {}),
    }),
    answers: [503, 200],
  },
  'functions of the user that answer at once': {
    ports: sabotage => ({
      classify: sabotage.fn('classify', () => undefined),
      prepareAttempt: sabotage.fn('prepareAttempt', ({headers}) => headers.set('x-signed', 'yes')),
    }),
    answers: [503, 200],
  },
};

const POLICY: PolicyInput = {
  deadlineMs: 10_000,
  attemptTimeoutMs: 1000,
  idempotency: {methods: ['GET']},
  deadlineHeader: 'x-deadline-ms',
  backoff: {...AT_ONCE, delayMs: 50},
  concurrency: {max: 1, queue: 2},
};

class Play {
  readonly sabotage: Sabotage;
  readonly ends: End[] = [];
  sent = 0;
  listeners = 0;
  readonly #clock = new VirtualClock();
  readonly #spans = new SpanBook();
  readonly #scene: Scene;
  readonly #handle;

  constructor(scene: Scene, target: string | null) {
    this.#scene = scene;
    this.sabotage = new Sabotage(target);
    const random = seededRandom(1);
    this.#handle = definePolicy({...POLICY, ...scene.policy}, this.sabotage.fn('random', random));
  }

  /** Every call to its end, and what is left of each response read. */
  async run(): Promise<void> {
    const {sabotage} = this;
    sabotage.play();
    const fetch = createFetch(this.#handle, this.#ports());
    const {calls = [0], abortMs} = this.#scene;
    try {
      await this.#clock.run(async () => {
        const ended = calls.map(async ms => {
          await this.#clock.sleep(ms);
          this.ends.push(await this.#end(fetch(ITEMS, {signal: this.#signal(abortMs)})));
        });
        await Promise.all(ended);
      });
    } finally {
      sabotage.stop();
    }
    await this.#clock.advance(abortMs ?? 0);
    // A clock that does not disarm a timer fires it, to no effect.
    if (/^sabotage of clock.disarm/.test(sabotage.thrown?.message ?? '')) await this.#clock.advance(1000);
  }

  async #end(called: Promise<Response>): Promise<End> {
    let response: Response;
    try {
      response = await called;
    } catch (error) {
      return {error};
    }
    const wasSabotaged = this.sabotage.thrown !== null;
    await response.text().catch(() => {});
    // Its time runs on where a clock or a signal of the user's threw while the body was read.
    if (!wasSabotaged && this.sabotage.thrown !== null) await this.#clock.sleep(1000);
    return {status: STATUS.call(response) as number};
  }

  /** Nothing is held: neither a timer, a listener, a place, a token nor the breaker's probe. */
  async expectNothingLeft(): Promise<void> {
    const {calls = [0], policy} = this.#scene;
    expect(this.#clock.pending, 'timers').to.equal(0);
    expect(this.listeners, 'listeners on signals').to.equal(0);
    expect(this.#handle.waits.size, 'waits of the handle').to.equal(0);
    expect(['attempt ended 1 times', 'body ended 1 times', 'call ended 1 times'], 'spans').to.include.members(
      this.#spans.ends,
    );
    const [origin] = this.#handle.snapshot(this.#clock.now()).origins;
    expect(origin?.concurrency ?? [], 'places').to.satisfy((limits: {inFlight: number; waiting: number}[]) =>
      limits.every(({inFlight, waiting}) => inFlight === 0 && waiting === 0),
    );
    const hedges = policy?.hedge === undefined ? 0 : 1; // A hedge is paid for before it is sent.
    const spent = 14 * Math.max(hedges, this.sent - calls.length);
    for (const {remaining} of origin?.budgets ?? []) expect(100 * remaining, 'tokens').to.be.at.least(99.9 - spent);
    await this.#clock.advance(3_600_000);
    const plain = createFetch(this.#handle, {clock: this.#clock, fetch: async () => new Response(null)});
    expect((await this.#clock.run(() => plain(ITEMS))).status, 'a call an hour later').to.equal(200);
  }

  #ports(): Ports {
    const {sabotage} = this;
    return {
      clock: sabotage.methods('clock', this.#clock),
      random: sabotage.fn('random', seededRandom(1)),
      ids: sabotage.methods('ids', new SystemIds()),
      on: sabotage.fn('on', () => {}),
      observer: watchedObserver(sabotage, this.#spans),
      fetch: (_input, init) => {
        const place = this.sent++;
        sabotage.use('fetch');
        return this.#answer(place, init!.signal!);
      },
      ...this.#scene.ports?.(sabotage),
    };
  }

  async #answer(place: number, signal: AbortSignal): Promise<Response> {
    const {answers, headers} = this.#scene;
    const said = answers[Math.min(place, answers.length - 1)]!;
    if (said === 'hang') await this.#clock.sleep(1e6, signal);
    if (said === 'reset') {
      const cause = this.sabotage.getters(
        'cause',
        Object.assign(new Error('reset'), {code: 'ECONNRESET'}),
        'code',
        'message',
      );
      throw this.sabotage.getters('error', new TypeError('fetch failed', {cause}), 'cause', 'name', 'message');
    }
    if (typeof said === 'object') await this.#clock.sleep(said.after, signal);
    const status = typeof said === 'number' ? said : 200;
    const response = new Response('{}', {status, ...(status === 429 && headers && {headers})});
    const read = this.sabotage.methods('headers', response.headers);
    Object.defineProperty(response, 'headers', {configurable: true, value: read});
    return this.sabotage.getters('response', response, 'status', 'headers', 'body', 'ok', 'url', 'redirected');
  }

  #signal(abortMs: number | undefined): AbortSignal {
    const controller = new AbortController();
    const {signal} = controller;
    const {sabotage} = this;
    if (abortMs !== undefined) this.#clock.sleep(abortMs).then(() => controller.abort(new Error('the caller left')));
    const add = signal.addEventListener;
    const remove = signal.removeEventListener;
    const counted = new Set<unknown>();
    const own = {
      addEventListener: (type: string, listener: EventListenerObject) => {
        sabotage.use('signal.addEventListener');
        counted.add(listener);
        this.listeners++;
        add.call(signal, type, listener);
      },
      removeEventListener: (type: string, listener: EventListenerObject) => {
        sabotage.use('signal.removeEventListener');
        if (counted.delete(listener)) this.listeners--;
        remove.call(signal, type, listener);
      },
    };
    Object.assign(signal, own);
    const native = Object.getOwnPropertyDescriptors(AbortSignal.prototype);
    for (const name of ['aborted', 'reason'] as const)
      Object.defineProperty(signal, name, {
        get: () => {
          sabotage.use(`signal.${name}`);
          return native[name].get!.call(signal);
        },
      });
    return signal;
  }
}

const STATUS = Object.getOwnPropertyDescriptor(Response.prototype, 'status')!.get!;

/** The exception itself, an error whose cause it is, or the error that could not be read. */
const reports = (error: unknown, thrown: Error): boolean =>
  error === thrown || (error as Error).cause === thrown || /of (error|cause)\./.test(thrown.message);

/** Observers, listeners and values that are read defensively: a throw changes nothing. */
const HARMLESS = /^(on|observer|call observer|attempt observer|body observer) ?\b/;

const nameOf = (end: End): string =>
  'status' in end ? String(end.status) : `${(end.error as {code?: string}).code ?? String(end.error)}`;

describe('a call whose parts throw', function () {
  this.timeout(120_000);
  const {error: consoleError} = console;
  let unwatch: (() => void)[] = [];
  before(() => {
    console.error = () => {}; // An observer or a listener that throws is reported there.
    // What ends a call is not sabotaged, only what could keep it from ending.
    unwatch = CLASSES.map(each => watchClass(each, NOT_SABOTAGED));
    unwatch.push(watchClass(FetchTransport, ['settle', 'send', 'put', 'abort']));
  });
  after(() => {
    console.error = consoleError;
    for (const each of unwatch) each();
  });

  for (const [title, scene] of Object.entries(SCENES)) {
    it(`settles once, and holds nothing: ${title}`, async () => {
      const plain = new Play(scene, null);
      await plain.run();
      await plain.expectNothingLeft();
      const planned = plain.ends.map(nameOf);
      const problems: string[] = [];
      let unused = 0;
      const uses = sampled(plain.sabotage.uses);
      for (const use of uses) {
        const play = new Play(scene, use);
        try {
          await play.run();
          await play.expectNothingLeft();
          const {thrown} = play.sabotage;
          const ends = play.ends.map(nameOf);
          if (HARMLESS.test(use)) expect(ends).to.have.members(planned);
          // A call of an earlier test that is collected meanwhile uses the same classes.
          if (thrown === null) unused++;
          for (const end of play.ends) {
            if (!('error' in end) || planned.includes(nameOf(end))) continue;
            if (thrown === null || !reports(end.error, thrown))
              throw new Error(`ended with ${String(end.error)}`, {cause: end.error});
            if ((end.error as {code?: unknown}).code === 'INTERNAL')
              expect(reportOf(end.error)?.reason).to.equal('internal error');
          }
        } catch (error) {
          problems.push(`${use}: ${String((error as Error).stack).slice(0, 400)}`);
        }
      }
      expect(problems.length, `${problems.length} of ${uses.length}:\n${problems.slice(0, 12).join('\n')}`).to.equal(0);
      expect(unused, 'uses that did not come again').to.be.below(uses.length / 10);
    });
  }
});
