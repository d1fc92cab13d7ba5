/** May it be sent again? Only where the server certainly did nothing, or where doing it twice does no harm. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {type ResilientInit, reportOf} from '../../src/core.ts';
import type {ScriptedAnswer} from '../../src/testing.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, connectionError, ITEMS, virtually} from './world.ts';

const POST: ResilientInit = {method: 'POST', body: 'order'};
const KEYED: ResilientInit = {...POST, headers: {'Idempotency-Key': 'mine'}};

const aggregate =
  (...codes: string[]) =>
  (): Error =>
    new TypeError('fetch failed', {
      cause: Object.assign(new AggregateError(codes.map(code => Object.assign(new Error(code), {code}))), {
        code: codes[0],
      }),
    });

describe('a POST', () => {
  for (const [what, first, init, policy, end] of [
    ['503 without a key @T21', 503, POST, {}, '503 (may-have-acted)'],
    ['503 with a key of the caller @T21', 503, KEYED, {}, '200'],
    ['503 under an idempotency block @T21', 503, POST, {idempotency: {}}, '200'],
    ['503 with a key in the options of the call @T21', 503, {...POST, resilience: {idempotencyKey: 'k'}}, {}, '200'],
    ['503 where POST may be repeated', 503, POST, {idempotentMethods: ['POST']}, '200'],
    ['503 in lower case @T22', 503, {...POST, method: 'post'}, {}, '503 (may-have-acted)'],
    ['503 with a header that is no key', 503, {...POST, headers: {'x-key': 'k'}}, {}, '503 (may-have-acted)'],
    [
      '503 with the key header that the policy names',
      503,
      {...POST, headers: {'x-key': 'k'}},
      {idempotency: {header: 'x-key', methods: ['PUT']}},
      '200',
    ],
    ['ECONNREFUSED @T21c', connectionError('ECONNREFUSED', {syscall: 'connect'}), POST, {}, '200'],
    ['ENOTFOUND', connectionError('ENOTFOUND'), POST, {}, '200'],
    ['a connect timeout', connectionError('UND_ERR_CONNECT_TIMEOUT'), POST, {}, '200'],
    ['ECONNRESET while connecting', connectionError('ECONNRESET', {syscall: 'connect'}), POST, {}, '200'],
    [
      'ECONNRESET while reading @T21b',
      connectionError('ECONNRESET', {syscall: 'read'}),
      POST,
      {},
      'ECONNRESET (may-have-acted)',
    ],
    ['ECONNRESET while reading, keyed @T21b', connectionError('ECONNRESET', {syscall: 'read'}), KEYED, {}, '200'],
    [
      'EHOSTUNREACH while reading',
      connectionError('EHOSTUNREACH', {syscall: 'read'}),
      POST,
      {},
      'EHOSTUNREACH (may-have-acted)',
    ],
    ['EHOSTUNREACH while connecting', connectionError('EHOSTUNREACH', {syscall: 'connect'}), POST, {}, '200'],
    ['UND_ERR_SOCKET', connectionError('UND_ERR_SOCKET'), POST, {}, 'UND_ERR_SOCKET (may-have-acted)'],
    ['every address refused', aggregate('ECONNREFUSED', 'EHOSTUNREACH'), POST, {}, '200'],
    [
      'one address reset, one refused',
      aggregate('ECONNREFUSED', 'ECONNRESET'),
      POST,
      {},
      'ECONNREFUSED (may-have-acted)',
    ],
    ['a certificate', connectionError('CERT_HAS_EXPIRED'), KEYED, {}, 'CERT_HAS_EXPIRED (not-transient)'],
    ['429', 429, POST, {}, '200'],
    ['408', 408, POST, {}, '200'],
    ['502', 502, POST, {}, '502 (may-have-acted)'],
    ['529', 529, POST, {}, '529 (may-have-acted)'],
    ['an attempt timeout', 'hang', POST, {}, 'ATTEMPT_TIMEOUT (may-have-acted)'],
    ['an attempt timeout, keyed', 'hang', KEYED, {}, '200'],
    ['409 at first, keyed', 409, KEYED, {}, '409 (not-transient)'],
    ['422, keyed', 422, KEYED, {}, '422 (not-transient)'],
    ['a replayed 503', answer(503, {'idempotent-replayed': 'true'}), KEYED, {}, '503 (not-transient)'],
    ['501', 501, KEYED, {}, '501 (not-transient)'],
  ] as const satisfies readonly (readonly [string, ScriptedAnswer, ResilientInit, PolicyInput, string])[]) {
    virtually(`${what}: ${end}`, async make => {
      const world = make({backoff: AT_ONCE, ...policy});
      world.serve(first, 200);
      expect(await world.run(ITEMS, init)).to.equal(end);
      expect(world.sends).to.equal(end === '200' ? 2 : 1);
      for (const {body} of world.server.requests) expect(body).to.equal('order');
    });
  }

  virtually('that is not retried has the reason in its report', async make => {
    const world = make();
    world.serve(503);
    const response = await world.clock.run(() => world.fetch(ITEMS, POST));
    const reason = 'POST without an idempotency key, and the server may have acted (503)';
    expect(reportOf(response)).to.include({result: 'not_retryable', refusal: 'may-have-acted', reason, attempts: 1});
    expect(world.events.find(({type}) => type === 'retry.abandoned')).to.include({reason});
  });

  virtually('with a key is retried after a 409, because its first attempt is still running', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 409, 200);
    expect(await world.run(ITEMS, KEYED)).to.equal('200');
    expect(world.sends).to.equal(3);
    world.serve(503, 409);
    expect(await world.run(ITEMS, KEYED)).to.equal('409 (attempts-exhausted)');
  });

  virtually('without a key is not retried after a 409', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(429, 409);
    expect(await world.run(ITEMS, POST)).to.equal('409 (not-transient)');
  });

  virtually('whose key was used for another body has that reason in its report', async make => {
    const world = make();
    world.serve(422);
    const response = await world.clock.run(() => world.fetch(ITEMS, KEYED));
    expect(reportOf(response)?.reason).to.match(/key was used before with another body/);
  });
});

describe('other methods', () => {
  for (const [method, retried] of [
    ['GET', true],
    ['HEAD', true],
    ['OPTIONS', true],
    ['PUT', true],
    ['DELETE', true],
    ['QUERY', true],
    ['PATCH', false],
    ['PURGE', false],
  ] as const) {
    virtually(`${method} after 503: ${retried ? 'sent again' : 'not sent again'} @T22`, async make => {
      const world = make({backoff: AT_ONCE});
      world.serve(503, 200);
      expect(await world.run(ITEMS, {method})).to.equal(retried ? '200' : '503 (may-have-acted)');
      expect(world.header('x-correlation-id')).to.have.length(retried ? 2 : 1);
      expect(world.server.requests[0]?.method).to.equal(method);
    });
  }
});
