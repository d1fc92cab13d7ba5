/** A code for programs, a sentence for people, the facts as fields. */

import {expect} from 'chai';
import {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError, withoutStack} from '../../src/core/errors.ts';

const cause = new Error('cause');

describe('errors', () => {
  for (const [error, name, code, message] of [
    [
      new InvalidPolicyError([{path: 'maxAttempts', message: 'must be a whole number of at least 1, got "many"'}]),
      'InvalidPolicyError',
      'INVALID_POLICY',
      'The policy: maxAttempts must be a whole number of at least 1, got "many"',
    ],
    [
      new InvalidPolicyError([{path: '', message: 'must be an object, got null'}]),
      'InvalidPolicyError',
      'INVALID_POLICY',
      'The policy: must be an object, got null',
    ],
    [
      new InvalidPolicyError(
        [
          {path: 'backoff.baseMs', message: 'must be at least 0, got -1'},
          {path: 'name', message: 'must be text, got 7'},
        ],
        'INVALID_OVERRIDES',
      ),
      'InvalidPolicyError',
      'INVALID_OVERRIDES',
      'The resilience options of this call has 2 problems:\n  backoff.baseMs must be at least 0, got -1\n  name must be text, got 7',
    ],
    [
      new TimeoutError('ATTEMPT_TIMEOUT', 8000),
      'TimeoutError',
      'ATTEMPT_TIMEOUT',
      'The attempt took longer than its 8000 ms.',
    ],
    [
      new TimeoutError('DEADLINE_EXCEEDED', 29_999.6),
      'TimeoutError',
      'DEADLINE_EXCEEDED',
      'The call was not answered within its 30000 ms.',
    ],
    [
      new TimeoutError('IDLE_TIMEOUT', 5000),
      'TimeoutError',
      'IDLE_TIMEOUT',
      'No chunk of the response body arrived for 5000 ms.',
    ],
    [
      new RejectedError('CIRCUIT_OPEN', 'https://h.test', 'The breaker is open.', 1500),
      'RejectedError',
      'CIRCUIT_OPEN',
      'The breaker is open.',
    ],
  ] as const) {
    it(`${code}: ${message}`, () => {
      expect(error).to.be.instanceof(SteadfetchError).and.instanceof(Error);
      expect([error.name, error.code, error.message]).to.deep.equal([name, code, message]);
      expect(String(error)).to.equal(`${name}: ${message}`);
    });
  }

  it('have fields with their facts', () => {
    const problems = [{path: 'a', message: 'b'}];
    expect(new InvalidPolicyError(problems).problems).to.equal(problems);
    expect(new TimeoutError('DEADLINE_EXCEEDED', 29_999.6).limitMs).to.equal(29_999.6);
    expect(new RejectedError('CIRCUIT_OPEN', 'https://h.test', '', 1500)).to.deep.include({
      guarded: 'https://h.test',
      retryAfterMs: 1500,
    });
    expect(new RejectedError('CONCURRENCY_LIMIT', 'https://h.test', '').retryAfterMs).to.equal(undefined);
  });

  it('have a cause only if one is given', () => {
    expect(new TimeoutError('IDLE_TIMEOUT', 5, cause).cause).to.equal(cause);
    expect(new TimeoutError('IDLE_TIMEOUT', 5)).not.to.have.property('cause');
    expect(new SteadfetchError('POLICY_FILE', 'x', null).cause).to.equal(null);
  });
});

describe('withoutStack', () => {
  it('makes an error without its stack, and the next with one', () => {
    const limit = Error.stackTraceLimit;
    expect(withoutStack(() => new Error('quiet')).stack).to.equal('Error: quiet');
    expect(new Error('loud').stack).to.contain('at ');
    expect(Error.stackTraceLimit).to.equal(limit);
  });

  it('restores the limit even if making the error fails', () => {
    const limit = Error.stackTraceLimit;
    expect(() =>
      withoutStack(() => {
        throw new Error('broken');
      }),
    ).to.throw('broken');
    expect(Error.stackTraceLimit).to.equal(limit);
  });
});
