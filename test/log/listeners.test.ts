/** A line for each attempt: id, attempt, status or error, latency, wait, outcome; on the console and through pino itself. */
import {expect} from 'chai';
import {pino} from 'pino';
import {type AttemptLine, attemptLines, logToConsole, logToPino} from '../../src/log.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {answer, connectionError, later, World} from '../call/world.ts';
import {AT_ONCE} from '../support/policies.ts';

const waiting = {kind: 'constant', delayMs: 150, throttledBaseMs: 0, jitter: 'none'} as const;

/** What would be on the console. */
function textLog() {
  const lines: string[] = [];
  return {
    lines,
    on: logToConsole({info: (line: string) => lines.push(line), warn: (line: string) => lines.push(`WARN ${line}`)}),
  };
}

describe('log: lines of attempts', () => {
  it('show a retried call that succeeds', async () => {
    const {lines, on} = textLog();
    const world = new World({backoff: waiting}, {on});
    world.serveSlowly(12, 503, connectionError('ECONNRESET'), 200);
    await world.run();
    expect(lines).to.deep.equal([
      'call-1  GET https://api.test/items  attempt 1  503  12 ms  again in 150 ms (backoff)',
      'call-1  GET https://api.test/items  attempt 2  ECONNRESET  12 ms  again in 150 ms (backoff)',
      'call-1  GET https://api.test/items  attempt 3  200  12 ms  success',
    ]);
  });

  describe('a wait says where its length comes from', () => {
    for (const [title, headers, backoff, said] of [
      ['the backoff', {}, waiting, 'again in 150 ms (backoff)'],
      [
        'the server',
        {'retry-after': '1'},
        waiting,
        'again in 1050 ms (retry-after: the server asked for 1000 ms)', // Half of the spread of 10 %.
      ],
      [
        'the backoff, where the server asked for less',
        {'retry-after-ms': '100'},
        waiting,
        'again in 150 ms (backoff; the server asked for 100 ms)',
      ],
    ] as const)
      it(title, async () => {
        const {lines, on} = textLog();
        const world = new World({backoff}, {on});
        world.serve(answer(503, headers), 200);
        await world.run();
        expect(lines[0]).to.equal(`call-1  GET https://api.test/items  attempt 1  503  0 ms  ${said}`);
      });

    it('in a quota is no wait of the retry, and says so', async () => {
      const {lines, on} = textLog();
      const world = new World({backoff: waiting, quota: {learn: true}}, {on});
      world.serve(answer(429, {'retry-after': '2'}), 200);
      const before = world.clock.now();
      await world.run();
      expect(world.clock.now() - before).to.be.at.least(2000);
      expect(lines).to.deep.equal([
        'call-1  GET https://api.test/items  attempt 1  429  0 ms  again when the quota admits it (retry-after: the server asked for 2000 ms)',
        'call-1  GET https://api.test/items  attempt 2  200  0 ms  success',
      ]);
    });

    it('without a wait has no source', async () => {
      const {lines, on} = textLog();
      const world = new World({}, {on});
      world.serve(421, 200);
      await world.run();
      expect(lines[0]).to.equal('call-1  GET https://api.test/items  attempt 1  421  0 ms  again at once');
    });
  });

  it('show successes at level debug on request', async () => {
    const levels: string[] = [];
    const note = (level: string) => () => void levels.push(level);
    const to = {debug: note('debug'), info: note('info'), warn: note('warn')};
    for (const on of [logToConsole(to, {success: 'debug'}), logToPino(to, {success: 'debug'})]) {
      const world = new World({backoff: AT_ONCE, maxAttempts: 2}, {on});
      world.serve(503, 200, 404);
      await world.run();
      await world.run();
    }
    expect(levels).to.deep.equal(['info', 'debug', 'warn', 'info', 'debug', 'warn']);
  });

  it('are warnings with the reason for calls that fail', async () => {
    const {lines, on} = textLog();
    const world = new World({backoff: AT_ONCE, maxAttempts: 2}, {on});
    world.serve(503);
    await world.run();
    await world.run(undefined, {method: 'POST'});
    expect(lines.filter(line => line.startsWith('WARN'))).to.deep.equal([
      'WARN call-1  GET https://api.test/items  attempt 2  503  0 ms  failure: all 2 attempts are used (503)',
      'WARN call-2  POST https://api.test/items  attempt 1  503  0 ms  not_retryable: POST without an idempotency key, and the server may have acted (503)',
    ]);
  });

  it('show a breaker that opens, and a call that it refuses', async () => {
    const {lines, on} = textLog();
    const breaker = {kind: 'consecutive', failures: 1, openMs: 1000} as const;
    const world = new World({backoff: AT_ONCE, maxAttempts: 1, breaker}, {on});
    world.serve(500);
    await world.run();
    await world.run();
    expect(lines).to.deep.equal([
      'WARN the circuit of https://api.test is open',
      'WARN call-1  GET https://api.test/items  attempt 1  500  0 ms  failure: one attempt is all the policy allows (500)',
      'WARN -  GET https://api.test/items  circuit_open: the circuit of https://api.test is open',
    ]);
  });

  it('show an endpoint that is ejected, and that returns', async () => {
    const {lines, on} = textLog();
    on({
      type: 'ejection.changed',
      endpoint: 'eu',
      ejectedMs: 30_000,
      reason: '12 of 50 attempts failed, and 0 of 100 at the others',
    });
    on({type: 'ejection.changed', endpoint: 'eu', ejectedMs: 0, reason: ''});
    expect(lines).to.deep.equal([
      'WARN the endpoint eu is ejected for 30000 ms: 12 of 50 attempts failed, and 0 of 100 at the others',
      'WARN the endpoint eu is in rotation again',
    ]);
  });

  it('show an endpoint that is not ready, a store that does not answer, and quotas that differ', async () => {
    const {lines, on} = textLog();
    on({type: 'endpoint.changed', endpoint: 'eu', isReady: false, reason: '503'});
    on({type: 'endpoint.changed', endpoint: 'eu', isReady: true, reason: ''});
    on({type: 'endpoint.changed', endpoint: 'eu', isReady: true, reason: '404'});
    on({type: 'store.changed', isAvailable: false, reason: 'no answer within 20 ms'});
    on({type: 'store.changed', isAvailable: true, reason: ''});
    on({type: 'quota.differs', guarded: 'https://api.test', limits: '[5]', others: ['[6]', '[7]']});
    expect(lines).to.deep.equal([
      'WARN the endpoint eu is not ready: 503',
      'WARN the endpoint eu is ready',
      'WARN the endpoint eu counts as ready, although it answered 404',
      'WARN the store of shared guards does not answer: no answer within 20 ms',
      'WARN the store of shared guards answers again',
      'WARN the quota of https://api.test is [5] here, and [6], [7] in other processes',
    ]);
  });

  it('show an abort during a wait without an attempt and without a warning', async () => {
    const {lines, on} = textLog();
    const world = new World({backoff: waiting}, {on});
    world.serve(503);
    const controller = new AbortController();
    const end = world.end(undefined, {signal: controller.signal});
    await world.clock.advance(100);
    controller.abort();
    await end;
    expect(lines.at(-1)).to.equal('call-1  GET https://api.test/items  cancelled: aborted by the caller');
  });

  it('show the outcome on the line of a hedge that wins, and the other attempt as superseded', async () => {
    const {lines, on} = textLog();
    const world = new World({hedge: {delayMs: 20, maxLoadRatio: 1}, budget: null}, {on});
    world.serve(later(world.clock, 500, 200), 200);
    await world.run();
    expect(lines).to.deep.equal([
      'call-1  GET https://api.test/items  attempt 1  superseded  20 ms',
      'call-1  GET https://api.test/items  hedge 2  200  0 ms  success',
    ]);
  });

  it('cannot be forged by a URL, and show no secrets of it', async () => {
    const {lines, on} = textLog();
    const world = new World({backoff: AT_ONCE}, {on});
    await world.run('https://api.test/a\nWARN forged\u2028?token=secret');
    expect(lines).to.deep.equal([
      'call-1  GET https://api.test/a WARN forged ?token=REDACTED  attempt 1  200  0 ms  success',
    ]);
  });

  it("redact the secrets in URLs of a user's reason", async () => {
    const seen: AttemptLine[] = [];
    const classify = () => ({transient: true, reason: 'see https://u:secret@h/?sig=secret'});
    const world = new World({backoff: AT_ONCE, maxAttempts: 2}, {on: attemptLines(line => seen.push(line)), classify});
    await world.run();
    expect(JSON.stringify(seen)).not.to.include('secret');
  });

  it('go to pino with fields, a sentence and the level', async () => {
    const written: string[] = [];
    const logger = pino({base: null, timestamp: false}, {write: (text: string) => void written.push(text)});
    const world = new World({name: 'shop', backoff: waiting, maxAttempts: 2}, {on: logToPino(logger)});
    world.serveSlowly(12.34, 503, connectionError('ECONNRESET'));
    await world.run();
    const common = {correlationId: 'call-1', policy: 'shop', method: 'GET', url: 'https://api.test/items'};
    expect(written.map(text => JSON.parse(text))).to.deep.equal([
      {
        level: 30,
        ...common,
        attempt: 1,
        kind: 'initial',
        status: 503,
        transient: true,
        sent: 'maybe-processed',
        keyed: false,
        latencyMs: 12.3,
        waitMs: 150,
        waitSource: 'backoff',
        reason: '503',
        msg: 'attempt 1  503  12 ms  again in 150 ms (backoff)',
      },
      {
        level: 40,
        ...common,
        attempt: 2,
        kind: 'retry',
        error: 'ECONNRESET',
        transient: true,
        sent: 'maybe-processed',
        keyed: false,
        latencyMs: 12.3,
        outcome: 'failure',
        reason: 'all 2 attempts are used (ECONNRESET)',
        msg: 'attempt 2  ECONNRESET  12 ms  failure: all 2 attempts are used (ECONNRESET)',
      },
    ]);
  });

  describe('hint at the preset for models', () => {
    const CHAT = 'https://api.openai.com/v1/chat/completions';
    const hintsFor = async (policy: PolicyInput, ...calls: [url: string, method: string][]): Promise<string[]> => {
      const {lines, on} = textLog();
      const world = new World(policy, {on});
      world.serve(200);
      for (const [url, method] of calls) await world.run(url, {method});
      return lines.filter(line => line.includes('model endpoint'));
    };

    it('once, after the first POST to a vendor', async () =>
      expect(await hintsFor({name: 'shop'}, [CHAT, 'POST'], [CHAT, 'POST'])).to.deep.equal([
        'WARN api.openai.com is a model endpoint, and the policy shop is for other servers: use modelFetch() of steadfetch/models, or add "extends": ["steadfetch:llm"]',
      ]));

    for (const host of [
      'eu.api.openai.com',
      'europe-west4-aiplatform.googleapis.com',
      'mine.openai.azure.com',
      'bedrock-runtime.eu-central-1.amazonaws.com',
    ])
      it(`for ${host}`, async () => expect(await hintsFor({}, [`https://${host}/m`, 'POST'])).to.have.length(1));

    for (const [title, policy, url, method] of [
      ['a policy with the preset', {extends: ['steadfetch:llm']}, CHAT, 'POST'],
      ['a policy that was made for models without it', {paid: {}}, CHAT, 'POST'],
      ['a GET, such as the list of the models', {}, 'https://api.openai.com/v1/models', 'GET'],
      ['other servers', {}, 'https://api.openai.com.example/v1/chat/completions', 'POST'],
      ['other services of a cloud', {}, 'https://storage.googleapis.com/m', 'POST'],
    ] as const)
      it(`not for ${title}`, async () => expect(await hintsFor(policy, [url, method])).to.deep.equal([]));
  });

  it('show each attempt of another retry loop', async () => {
    const seen: AttemptLine[] = [];
    const on = attemptLines(line => seen.push(line));
    const call = {method: 'GET', url: 'https://api.test/', policyName: 'p', correlationId: 'c'} as never;
    const common = {
      type: 'attempt.end',
      endpoint: undefined,
      call,
      kind: 'initial',
      outcome: 'response',
      latencyMs: 1,
      reason: '',
    } as const;
    const end = (attempt: number, status: number) =>
      on({...common, attempt, status, transient: false, sent: 'maybe-processed'});
    end(1, 503);
    end(2, 200);
    on({type: 'call.end', call, result: 'success', status: 200, durationMs: 2, reason: 'answered'});
    expect(seen.map(({attempt, status, outcome}) => [attempt, status, outcome])).to.deep.equal([
      [1, 503, undefined],
      [2, 200, 'success'],
    ]);
  });
});
