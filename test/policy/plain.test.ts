/** Whatever is handed in, the answer is a list of problems: never a throw, a hang, or a changed prototype. */

import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import {checkPolicy, readPolicy} from '../../src/policy/validate.ts';

const nested = (depth: number): unknown => (depth === 0 ? {} : {backoff: nested(depth - 1)});
const cyclic = (): unknown => {
  const policy: Record<string, unknown> = {};
  policy.backoff = {list: [policy]};
  return policy;
};
const throwing = (): never => {
  throw new Error('never seen');
};
const {proxy: revoked, revoke} = Proxy.revocable({}, {});
revoke();

describe('readPolicy', () => {
  for (const [what, value, path, message] of [
    ['a function', {retryOn: () => true}, 'retryOn', /^is a function;/],
    ['a symbol', {name: Symbol('x')}, 'name', /^is a symbol;/],
    ['a bigint', {maxAttempts: 3n}, 'maxAttempts', /^is a bigint;/],
    ['NaN', {deadlineMs: Number.NaN}, 'deadlineMs', /got NaN$/],
    ['Infinity', {deadlineMs: Number.POSITIVE_INFINITY}, 'deadlineMs', /got Infinity$/],
    ['a cycle', cyclic(), 'backoff.list', /is not a field/],
    ['too much depth', nested(40), 'backoff.backoff', /is not a field/],
    ['too many values', {retryOn: Array(60_000).fill(500)}, 'retryOn', /at most 600 entries, got a list of 60000/],
    ['a sparse list that claims four billion entries', {retryOn: Array(4294967295)}, 'retryOn', /at most 600 entries/],
    ['a hole', {retryOn: [500, undefined]}, 'retryOn[1]', /got undefined$/],
    ['a date', {deadlineMs: new Date()}, 'deadlineMs', /instance of a class/],
    ['a map', new Map([['maxAttempts', 3]]), '', /instance of a class/],
    ['an instance', {backoff: new (class Backoff {})()}, 'backoff', /instance of a class/],
    ['a boxed number', {maxAttempts: Object(3)}, 'maxAttempts', /instance of a class/],
    [
      'a getter that throws',
      Object.defineProperty({}, 'name', {enumerable: true, get: throwing}),
      'name',
      /cannot be read/,
    ],
    ['a proxy that throws', {backoff: new Proxy({}, {ownKeys: throwing})}, 'backoff', /cannot be read/],
    ['a revoked proxy', {backoff: revoked}, 'backoff', /cannot be read/],
    [
      '__proto__ from JSON',
      JSON.parse('{"backoff": {"__proto__": {"polluted": 1}}}'),
      'backoff.__proto__',
      /not a field/,
    ],
    ['constructor', {constructor: {prototype: {polluted: 1}}}, 'constructor', /not a field/],
    ['prototype', {prototype: 1}, 'prototype', /not a field/],
  ] as const) {
    it(`reports one problem at its path: ${what}`, () => {
      const {problems} = readPolicy(value);
      expect(problems.map(problem => problem.path)).to.deep.equal([path]);
      expect(problems[0]?.message).to.match(message);
      expect(({} as {polluted?: unknown}).polluted).to.equal(undefined);
    });
  }

  for (const [what, value] of [
    ['an object of another realm', runInNewContext('({backoff: {kind: "list", delaysMs: [1, 2]}})')],
    ['a frozen object', Object.freeze({backoff: Object.freeze({kind: 'list', delaysMs: Object.freeze([1, 2])})})],
    ['an object without prototype', Object.assign(Object.create(null), {backoff: {kind: 'list', delaysMs: [1, 2]}})],
    ['undefined values', {backoff: {kind: 'list', delaysMs: [1, 2], jitter: undefined}, deadlineMs: undefined}],
    [
      'extensions of any sort',
      {backoff: {kind: 'list', delaysMs: [1, 2], 'x-a': () => 1}, 'x-b': cyclic(), [Symbol('s')]: 1},
    ],
  ] as const) {
    it(`copies the values that it reads: ${what}`, () => {
      const {value: data, problems} = readPolicy(value);
      expect(problems).to.deep.equal([]);
      expect(data).to.deep.equal({backoff: {kind: 'list', delaysMs: [1, 2]}});
      expect(checkPolicy(value)).to.deep.equal([]);
    });
  }

  it('accepts the same object in two positions', () => {
    const methods = ['GET'];
    expect(checkPolicy({idempotentMethods: methods, idempotency: {methods}})).to.deep.equal([]);
  });

  it('reads every field once, so that a value cannot change after its check', () => {
    let reads = 0;
    const policy = Object.defineProperty({}, 'maxAttempts', {enumerable: true, get: () => ++reads});
    expect(readPolicy(policy).value).to.deep.equal({maxAttempts: 1});
    expect(reads).to.equal(1);
  });
});
