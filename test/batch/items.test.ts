import {expect} from 'chai';
import type {BatchEvent} from '../../src/batch/types.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {createFetch, definePolicy, type PolicyInput} from '../../src/core.ts';
import {type ScriptedAnswer, ScriptedFetch} from '../../src/testing.ts';
import {answer} from '../../src/transport/answer.ts';
import {attemptsInFlight} from '../support/breaker-books.ts';
import {errorOf} from '../support/outcome.ts';
import {ItemServer, lines, POLICY, run} from './world.ts';

/** No retry fits into a second. */
const SLOW_RETRIES: PolicyInput = {backoff: {...POLICY.backoff, delayMs: 2000, throttledBaseMs: 2000}};
const RESET = Object.assign(new TypeError('fetch failed'), {cause: {code: 'ECONNRESET', message: 'read ECONNRESET'}});

describe('runBatch', () => {
  let inFlightBefore = 0;
  before(() => {
    inFlightBefore = attemptsInFlight();
  });
  it('sends every item once, and returns a report', async () => {
    const server = new ItemServer();
    const {report, results} = await run(['a', 'b', 'c'], server.send);
    expect(lines(results)).to.have.members(['a ok "A"', 'b ok "B"', 'c ok "C"']);
    expect(report).to.include({ended: 'complete', items: 3, succeeded: 3, failed: 0, requests: 3, retries: 0, left: 0});
  });

  const sources: Record<string, () => Iterable<string> | AsyncIterable<string>> = {
    'an array': () => ['a', 'b'],
    'a generator': function* () {
      yield* ['a', 'b'];
    },
    'an async generator': async function* () {
      yield* ['a', 'b'];
    },
    'a web stream': () =>
      new ReadableStream<string>({
        start(controller) {
          controller.enqueue('a');
          controller.enqueue('b');
          controller.close();
        },
      }) as unknown as AsyncIterable<string>,
    'a Set': () => new Set(['a', 'b']),
    nothing: () => [],
  };
  for (const [name, source] of Object.entries(sources)) {
    it(`takes ${name}`, async () => {
      const {report} = await run(source(), new ItemServer().send);
      expect(report.succeeded).to.equal(name === 'nothing' ? 0 : 2);
      expect(report.items).to.equal(report.succeeded);
    });
  }

  it('counts a redirect that was not followed as a failure, and shows no secret of its address', async () => {
    const location = 'https://u:s3cr3t@login.test/login?token=s3cr3t';
    for (const status of [301, 302, 303, 307, 308]) {
      const {results, report} = await run(['a'], () => new Response('moved', {status, headers: {location}}));
      const [result] = results;
      expect(result!.ok ? null : result!.failure).to.deep.include({
        code: String(status),
        status,
        body: 'moved',
        retryable: false,
        reason: `${status} redirects to https://REDACTED:REDACTED@login.test/login?token=REDACTED, and a batch follows no redirects`,
      });
      expect(report).to.include({requests: 1, failed: 1});
    }
  });

  it('sends an item once whose open connection lost its route', async () => {
    const lost = Object.assign(new Error('read EHOSTUNREACH'), {code: 'EHOSTUNREACH', syscall: 'read'});
    const {results, report} = await run(['a'], new ItemServer({a: [lost]}).send, {
      policy: {...POLICY, idempotentMethods: ['GET']},
    });
    expect(report).to.include({requests: 1, failed: 1});
    expect(results[0]).to.have.nested.property('failure.refusal', 'may-have-acted');
  });

  it('names a relative redirect by the whole address', async () => {
    const send = () => answer(302, null, {location: '/login'});
    const {results} = await run(['a'], send, {target: {url: 'https://api.test/v1/x'}});
    expect(results[0]).to.have.nested.property('failure.reason').that.includes('https://api.test/login');
  });

  it('never has more requests in flight than concurrency', async () => {
    const server = new ItemServer({c: [503, 200], h: [503, 503, 200]});
    await run([...'abcdefghij'], server.send, {concurrency: 3});
    expect(server.mostInFlight).to.equal(3);
  });

  it('retries transient failures only, up to maxAttempts', async () => {
    const server = new ItemServer({b: [503, 200], c: [400], d: [503], e: [RESET, 200]});
    const {report, results} = await run([...'abcde'], server.send);
    expect(lines(results).sort()).to.deep.equal(['a ok "A"', 'b ok "B"', 'c failed 400', 'd failed 503', 'e ok "E"']);
    expect([...'abcde'].map(item => server.timesSent(item))).to.deep.equal([1, 2, 1, 3, 2]);
    expect(report.failedBy).to.deep.equal({400: 1, '503, attempts-exhausted': 1});
    expect(report).to.include({requests: 9, retries: 4, waitedMs: 40, retryable: 1});
    const d = results.find(({item}) => item === 'd')!;
    expect(d).to.deep.include({ok: false, attempts: 3, source: 'sent', index: 3});
    expect(d.ok ? null : d.failure).to.deep.include({
      reason: 'all 3 attempts are used (503)',
      status: 503,
      body: {error: 503},
      retryable: true,
    });
  });

  it('sends a POST once if the server may have acted, and reports why', async () => {
    const server = new ItemServer({a: [503, 200], b: [429, 200]});
    const {results} = await run(['a', 'b'], server.send, {policy: {...POLICY, idempotentMethods: []}});
    expect(lines(results)).to.have.members(['a failed 503', 'b ok "B"']);
    const failure = results.flatMap(result => (result.ok ? [] : [result.failure]))[0]!;
    expect(failure.reason).to.equal('POST without an idempotency key, and the server may have acted (503)');
    expect(failure.retryable).to.equal(false);
  });

  it('sends a key if the policy says that the server reads it, and retries the POST', async () => {
    const server = new ItemServer({a: [503, 200]});
    const {results} = await run(['a', 'b'], server.send, {policy: {...POLICY, idempotentMethods: [], idempotency: {}}});
    expect(lines(results)).to.have.members(['a ok "A"', 'b ok "B"']);
    const keys = server.sent.map(({item, context}) => [item, context.headers['idempotency-key'], context.key]);
    for (const [, header, key] of keys) expect(header).to.equal(key);
    expect(new Set(keys.map(String)).size).to.equal(2);
  });

  it('gives one correlation id per call, and the number of the attempt', async () => {
    const server = new ItemServer({a: [503, 200]});
    await run(['a'], server.send);
    expect(server.sent.map(({context}) => context.attempt)).to.deep.equal([1, 2]);
    const ids = new Set(server.sent.map(({context}) => context.headers['x-correlation-id']));
    expect([...ids])
      .to.have.length(1)
      .and.not.include(undefined);
  });

  it('emits its progress beside the events of each call', async () => {
    const {events} = await run(['a', 'b', 'b'], new ItemServer({a: [503, 200], b: [400]}).send, {concurrency: 1});
    expect(events.map(({type}) => type)).to.deep.equal([
      'batch.start',
      ...['attempt.end', 'retry.scheduled', 'attempt.end', 'call.end', 'item.end'],
      ...['attempt.end', 'call.end', 'item.end', 'item.end'],
      'batch.end',
    ]);
    const ended = events.filter(event => event.type === 'item.end');
    expect(ended.map(({index, source, failure}) => [index, source, failure?.code])).to.deep.equal([
      [0, 'sent', undefined],
      [1, 'sent', '400'],
      [2, 'duplicate', '400'],
    ]);
    expect(ended.at(-1)!.progress).to.deep.equal({items: 3, finished: 3, succeeded: 1, failed: 2, requests: 3});
  });

  it('accepts a handle, which can disable retries and show breakers', async () => {
    const handle = definePolicy(POLICY);
    handle.disableRetries();
    const {results, report} = await run(['a'], new ItemServer({a: [503]}).send, {
      policy: handle,
      target: {url: 'https://shop.test/items'},
    });
    expect(report).to.include({requests: 1, retryable: 1});
    expect(results[0]!.ok ? '' : results[0]!.failure.reason).to.equal('retries are switched off (503)');
    expect(handle.snapshot().origins.map(({origin}) => origin)).to.deep.equal(['https://shop.test']);
  });

  it('takes the route, and what may be sent twice, from the target of each item', async () => {
    const server = new ItemServer({a: [503, 200], b: [503, 200]});
    const policy: PolicyInput = {
      ...POLICY,
      idempotentMethods: [],
      routes: [{match: {methods: ['PUT'], path: '/a'}, name: 'a', idempotentMethods: ['PUT']}],
    };
    const target = (item: string) => ({method: 'put', url: `https://shop.test/${item}`});
    const {results} = await run(['a', 'b'], server.send, {policy, target});
    expect(lines(results)).to.have.members(['a ok "A"', 'b failed 503']);
  });

  it('ends an attempt that takes too long, and ignores its later result', async () => {
    let late: (value: string) => void = () => {};
    const clock = new VirtualClock();
    const signals: AbortSignal[] = [];
    const {results} = await run(
      ['a'],
      (_, {signal, attempt}) => {
        signals.push(signal);
        if (attempt === 1) {
          return new Promise<string>(resolve => {
            late = resolve;
          });
        }
        late('late');
        return 'second';
      },
      {clock, policy: {...POLICY, attemptTimeoutMs: 100}},
    );
    expect(lines(results)).to.deep.equal(['a ok "second"']);
    expect(signals.map(({aborted}) => aborted)).to.deep.equal([true, false]);
    expect(clock.pending).to.equal(0);
  });

  describe('reads what send gives:', () => {
    const given: [string, () => unknown, string][] = [
      ['a Response of JSON', () => Response.json({x: 1}), 'a ok {"x":1}'],
      ['a Response of text', () => new Response('hello'), 'a ok "hello"'],
      ['a Response without a body', () => new Response(null, {status: 204}), 'a ok ""'],
      ['a failed Response', () => Response.json({why: 'no'}, {status: 404}), 'a failed 404'],
      ['an answer', () => answer(201, 'made'), 'a ok "made"'],
      ['undefined', () => undefined, 'a ok undefined'],
      ['a thrown error of ky or axios', () => thrown({response: {status: 422, headers: {}}}), 'a failed 422'],
      ['a thrown error of an SDK', () => thrown({status: 401, headers: new Headers()}), 'a failed 401'],
      ['a thrown mistake', () => thrown({}), 'a failed Error'],
      ['a thrown nothing', () => Promise.reject(undefined), 'a failed not a transient error'],
      [
        'broken JSON under 200',
        () => new Response('{', {headers: {'content-type': 'application/json'}}),
        'a failed SyntaxError',
      ],
    ];
    for (const [name, give, line] of given)
      it(name, async () => {
        const {results} = await run(['a'], async () => give());
        expect(lines(results)).to.deep.equal([line]);
      });
    const thrown = (facts: object): never => {
      throw Object.assign(new Error('no'), facts);
    };

    it('a thrown error with a hint is waited for', async () => {
      const clock = new VirtualClock();
      const error = Object.assign(new Error('slow'), {status: 429, headers: {'Retry-After': '7'}});
      const server = new ItemServer({a: [error, 200]});
      const {results} = await run(['a'], server.send, {clock});
      expect(lines(results)).to.deep.equal(['a ok "A"']);
      expect(clock.now()).to.be.within(7000, 7700);
    });

    it('reports why fetch failed', async () => {
      const {results} = await run(['a'], () => fetch('http://127.0.0.1:9/'));
      expect(results.map(result => (result.ok ? '' : result.failure.reason))).to.deep.equal([
        'TypeError: fetch failed: bad port',
      ]);
    });

    it('keeps the error itself on the failure, and no password in the reason', async () => {
      const error = new TypeError('Failed to parse https://me:secret@host/');
      const {results} = await run(['a'], new ItemServer({a: [error]}).send);
      const [failure] = results.flatMap(result => (result.ok ? [] : [result.failure]));
      expect(failure!.error).to.equal(error);
      expect(failure!.reason).to.equal('TypeError: Failed to parse https://REDACTED@host/');
    });
  });

  describe('a client of ours inside send', () => {
    const inner = (script: readonly ScriptedAnswer[], policy: PolicyInput) => {
      const clock = new VirtualClock();
      const server = new ScriptedFetch(clock, script);
      const fetch = createFetch({...POLICY, ...policy}, {clock, fetch: server.fetch});
      return {clock, server, send: () => fetch('https://shop.test/', {method: 'POST'})};
    };

    it('decides alone: the batch does not retry on top of its retries', async () => {
      const {clock, server, send} = inner([503], {});
      const {results} = await run(['a'], send, {clock});
      expect(server.requests).to.have.length(3);
      expect(results[0]).to.deep.include({ok: false});
      expect(results[0]!.ok ? null : results[0]!.failure).to.include({
        code: '503',
        reason: 'all 3 attempts are used (503)',
        retryable: true,
      });
    });

    const once: PolicyInput = {idempotentMethods: []};
    const late: PolicyInput = {deadlineMs: 1000, attemptTimeoutMs: null};
    for (const [title, script, policy, batchPolicy, refusal, retryable] of [
      ['a 400 is not retryable', [400], {}, {}, 'not-transient', false],
      ['a POST on which the server may have acted is not retryable', [503], once, {}, 'may-have-acted', false],
      ['a POST that hung until its deadline is not retryable', ['hang'], {...once, ...late}, once, 'deadline', false],
      ['a POST that the batch may repeat is retryable after its deadline', ['hang'], late, {}, 'deadline', true],
      ['a POST without time for a retry is retryable', [429], {...late, ...SLOW_RETRIES}, once, 'deadline', true],
    ] as const)
      it(title, async () => {
        const {clock, server, send} = inner(script, policy);
        const {results} = await run(['a'], send, {clock, policy: {...POLICY, ...batchPolicy}});
        expect(server.requests).to.have.length(1);
        expect(results[0]!.ok ? null : results[0]!.failure).to.include({refusal, retryable});
      });

    it('a POST that waited for its concurrency limit until its deadline is retryable', async () => {
      const clock = new VirtualClock();
      const server = new ScriptedFetch(clock, ['hang']);
      const fetch = createFetch(
        {...POLICY, ...once, ...late, concurrency: {max: 1, queue: 1}},
        {clock, fetch: server.fetch},
      );
      const send = async (item: number) => {
        await clock.sleep(10 * item);
        return fetch('https://shop.test/', {method: 'POST', resilience: {deadlineMs: 1000 - 500 * item}});
      };
      const {results} = await run([0, 1], send, {clock, policy: {...POLICY, ...once}});
      expect(server.requests).to.have.length(1);
      const failures = results.flatMap(result => (result.ok ? [] : [[result.item, result.failure.retryable]]));
      expect(failures).to.have.deep.members([
        [0, false],
        [1, true],
      ]);
    });

    it('a POST that its client never sent is retryable', async () => {
      const clock = new VirtualClock();
      const server = new ScriptedFetch(clock, [503, 200]);
      const fetch = createFetch(
        {...POLICY, ...once, maxAttempts: 2, budget: null, breaker: {kind: 'consecutive', failures: 1, openMs: 60_000}},
        {clock, fetch: server.fetch},
      );
      const send = () => fetch('https://shop.test/', {method: 'POST'});
      const {results} = await run(['a', 'b'], send, {clock, concurrency: 1, policy: {...POLICY, ...once}});
      expect(server.requests).to.have.length(1);
      expect(results.map(result => (result.ok ? null : result.failure.retryable))).to.deep.equal([false, true]);
    });

    it('leaves the retries to the batch if it has one attempt', async () => {
      const {clock, server, send} = inner([503], {maxAttempts: 1});
      await run(['a'], send, {clock});
      expect(server.requests).to.have.length(3);
    });
  });

  it('holds the items while the circuit is open, and continues by itself', async () => {
    let isDown = true;
    const clock = new VirtualClock();
    const events: BatchEvent['type'][] = [];
    const {report} = await run(
      Array.from({length: 200}, (_, index) => `item ${index}`),
      async item => {
        await clock.sleep(5);
        if (clock.now() > 20_000) isDown = false;
        return isDown ? answer(503, null) : item;
      },
      {
        clock,
        concurrency: 10,
        policy: {...POLICY, maxAttempts: 5, budget: null, breaker: {openMs: 15_000}},
        on: ({type}) => events.push(type as never),
      },
    );
    expect(report).to.include({succeeded: 200, failed: 0, ended: 'complete'});
    expect(report.requests, 'but for what opened the circuit and its probes').to.be.below(200 + 40);
    expect(events).to.include('batch.held');
    expect(report.heldMs).to.be.above(10_000);
  });

  for (const [title, budget] of [
    ['attempts', null],
    ['retry budget', {capacity: 10, retryCost: 5, throttledCost: 5, refillPerMinute: 1}],
  ] as const)
    it(`loses no item to failed probes, whatever is left of its ${title}`, async () => {
      const clock = new VirtualClock();
      const {report, results} = await run(
        [...'abcdef'],
        async item => {
          await clock.sleep(5);
          return clock.now() < 60_000 ? answer(503, null) : item;
        },
        {
          clock,
          concurrency: 1,
          policy: {...POLICY, budget, breaker: {kind: 'consecutive', failures: 3, openMs: 2000, probes: 2}},
        },
      );
      expect(report.ended).to.equal('complete');
      // The failures of the first items open the circuit.
      expect(report.failed).to.be.within(1, 2);
      expect(report.succeeded).to.equal(6 - report.failed);
      const probed = results.find(({index}) => index === report.failed)!;
      expect(probed.attempts, 'probes are sent, and reported').to.be.above(3);
    });

  it('ends if the circuit stays open for maxHoldMs, and keeps the unsent items for a later run', async () => {
    const {report, results, clock} = await run(
      Array.from({length: 500}, (_, index) => `item ${index}`),
      () => answer(503, null),
      {concurrency: 5, policy: {...POLICY, maxAttempts: 100, budget: null}, maxHoldMs: 60_000},
    );
    expect(report.ended).to.equal('held');
    expect(results).to.have.length(report.failed);
    expect(report.items).to.equal(report.failed + report.left);
    expect(report.items).to.be.below(40);
    expect(clock.now()).to.be.within(30_000, 120_000);
  });

  it('ends at once if the server asks for a longer pause', async () => {
    const {report, clock} = await run([...'abc'], () => answer(429, null, {'Retry-After': '3600'}), {concurrency: 1});
    expect(report).to.include({ended: 'held', requests: 1, items: 2, left: 2, failed: 0});
    expect(clock.now()).to.equal(0);
  });

  it('waits for a server that asks for a longer pause than one call would wait for', async () => {
    const server = new ItemServer({a: [() => answer(429, null, {'Retry-After': '300'}), 200]});
    const {report, clock} = await run(['a'], server.send);
    expect(report).to.include({succeeded: 1, requests: 2});
    expect(clock.now()).to.be.within(300_000, 310_000);
  });

  describe('refuses', () => {
    const wrong: [string, () => Promise<unknown>][] = [
      ['items that cannot be iterated', () => run(3 as never, () => 1)],
      ['a concurrency of 0', () => run(['a'], () => 1, {concurrency: 0})],
      ['a chunk size of 1.5', () => run(['a'], {chunkSize: 1.5, sendChunk: () => []})],
      ['a send that is none', () => run(['a'], {} as never)],
      ['to resume without a journal', () => run(['a'], () => 1, {resume: true})],
      ['a negative hold', () => run(['a'], () => 1, {maxHoldMs: -1})],
    ];
    for (const [name, call] of wrong)
      it(name, async () => {
        expect((await errorOf(call)).code).to.equal('INVALID_BATCH');
      });

    it('a wrong policy', async () => {
      expect((await errorOf(() => run(['a'], () => 1, {policy: {maxAttempts: 0}}))).code).to.equal('INVALID_POLICY');
    });
  });

  // In a suite of its own: mocha runs it after the suites above.
  describe('afterwards', () => {
    it('every attempt was reported to its breaker', async () => {
      for (let round = 0; round < 100 && attemptsInFlight() > inFlightBefore; round++)
        await new Promise(done => setTimeout(done, 10));
      expect(attemptsInFlight()).to.equal(inFlightBefore);
    });
  });
});
