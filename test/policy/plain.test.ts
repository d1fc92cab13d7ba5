/** Whatever is handed in, the answer is a list of problems: never a throw, a hang, or a changed prototype. */

import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import {copyPlain} from '../../src/policy/plain.ts';
import {checkPolicy} from '../../src/policy/validate.ts';

const nested = (depth: number): unknown => (depth === 0 ? {} : {a: nested(depth - 1)});
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

describe('copyPlain', () => {
  for (const [what, value, path, message] of [
    ['a function', {retryOn: () => true}, 'retryOn', /^is a function;/],
    ['a symbol', {name: Symbol('x')}, 'name', /^is a symbol;/],
    ['a bigint', {maxAttempts: 3n}, 'maxAttempts', /^is a bigint;/],
    ['NaN', {deadlineMs: Number.NaN}, 'deadlineMs', /^is NaN,/],
    ['Infinity', {deadlineMs: Number.POSITIVE_INFINITY}, 'deadlineMs', /^is Infinity,/],
    ['a cycle', cyclic(), 'backoff.list[0]', /refers back/],
    ['too much depth', nested(40), 'a.'.repeat(32).slice(0, -1), /nested more than 32/],
    ['too many values', {retryOn: Array(60_000).fill(500)}, '', /more than 50000 values/],
    [
      'too many keys',
      Object.fromEntries(Array.from({length: 60_000}, (_, n) => [`k${n}`, 1])),
      '',
      /more than 50000 values/,
    ],
    ['a sparse list that claims four billion entries', {retryOn: Array(4294967295)}, '', /more than 50000 values/],
    ['a hole', {retryOn: [500, undefined]}, 'retryOn[1]', /^is undefined;/],
    ['a date', {deadlineMs: new Date()}, 'deadlineMs', /instance of a class/],
    ['a map', new Map([['maxAttempts', 3]]), '', /instance of a class/],
    ['an instance', {backoff: new (class Backoff {})()}, 'backoff', /instance of a class/],
    ['a boxed number', {maxAttempts: Object(3)}, 'maxAttempts', /instance of a class/],
    [
      'a getter that throws',
      Object.defineProperty({}, 'name', {enumerable: true, get: throwing}),
      'name',
      /its getter threw/,
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
    it(`${what} is one problem, at its place`, () => {
      const {problems} = copyPlain(value);
      expect(problems.map(problem => problem.path)).to.deep.equal([path]);
      expect(problems[0]?.message).to.match(message);
      expect(checkPolicy(value).find(problem => problem.path === path)?.message).to.match(message);
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
    it(`${what} are copied as they read`, () => {
      const {data, problems} = copyPlain(value);
      expect(problems).to.deep.equal([]);
      expect(data).to.deep.equal({backoff: {kind: 'list', delaysMs: [1, 2]}});
      expect(checkPolicy(value)).to.deep.equal([]);
    });
  }

  it('takes the same object in two places', () => {
    const methods = ['GET'];
    expect(checkPolicy({idempotentMethods: methods, idempotency: {methods}})).to.deep.equal([]);
  });

  it('reads every field once, so that nothing changes after it was checked', () => {
    let reads = 0;
    const policy = Object.defineProperty({}, 'maxAttempts', {enumerable: true, get: () => ++reads});
    expect(copyPlain(policy).data).to.deep.equal({maxAttempts: 1});
    expect(reads).to.equal(1);
  });
});
