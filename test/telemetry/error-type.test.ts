/** `error.type` is a closed list, whatever is thrown. */
import {expect} from 'chai';
import {RejectedError} from '../../src/core/errors.ts';
import {answered, type FailureKind, failed} from '../../src/core/outcome.ts';
import {errorType} from '../../src/telemetry/error-type.ts';

const coded = (code: string, name = 'Error'): Error => Object.assign(new Error('secret'), {code, name});
const fetchFailed = (cause: unknown): Error => new TypeError('fetch failed', {cause});

describe('telemetry: error.type', () => {
  const cases: [string, unknown, FailureKind, string | undefined][] = [
    ['a refused connection', fetchFailed(coded('ECONNREFUSED')), 'network', 'ECONNREFUSED'],
    ['the same, wrapped by ky', new Error('ky', {cause: fetchFailed(coded('ECONNRESET'))}), 'network', 'ECONNRESET'],
    ['several addresses', fetchFailed({errors: [coded('ETIMEDOUT'), coded('ENETUNREACH')]}), 'network', 'ETIMEDOUT'],
    ['a code of its own', coded('UND_ERR_SOCKET'), 'network', 'UND_ERR_SOCKET'],
    ['an unlisted code', fetchFailed(coded('MY_SECRET_CODE')), 'network', 'TypeError'],
    ['a name that is known', new RangeError('secret'), 'other', 'RangeError'],
    ['an unlisted name', Object.assign(new Error('x'), {name: 'https://user:pw@host/'}), 'other', '_OTHER'],
    ['a string', 'secret', 'other', '_OTHER'],
    ['null', null, 'other', '_OTHER'],
    ['undefined', undefined, 'other', '_OTHER'],
    ['an object whose cause is null', {cause: null}, 'hook', '_OTHER'],
    ['the time of an attempt', new Error('x'), 'attempt-timeout', 'timeout'],
    ['the deadline', new Error('x'), 'deadline', 'deadline_exceeded'],
    ['an open circuit', new RejectedError('CIRCUIT_OPEN', 'o', 'm'), 'rejected', 'circuit_open'],
    ['a full line', new RejectedError('CONCURRENCY_LIMIT', 'o', 'm'), 'rejected', 'rate_limited'],
    ['an origin that is held', new RejectedError('ORIGIN_HELD', 'o', 'm'), 'rejected', 'rate_limited'],
    ["the caller's abort", new Error('x'), 'aborted', undefined],
    ['ky.stop', undefined, 'stopped', undefined],
  ];
  for (const [what, error, kind, type] of cases) {
    it(`${what}: ${type}`, () => expect(errorType(failed(kind, error))).to.equal(type));
  }

  it('is the status for responses from 400 on', () => {
    expect(errorType(answered(new Response('', {status: 404})))).to.equal('404');
    expect(errorType(answered(new Response('', {status: 399})))).to.equal(undefined);
    expect(errorType(answered(Response.error()))).to.equal(undefined);
  });

  it('does not break a call whose error has getters that throw', () => {
    const hostile = {
      get cause(): never {
        throw new Error('mine');
      },
      get name(): never {
        throw new Error('mine');
      },
    };
    expect(errorType(failed('other', hostile))).to.equal('_OTHER');
  });
});
