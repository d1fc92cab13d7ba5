/** The rules of a retry that need neither guards nor time, each on its own and in their order. */
import {expect} from 'chai';
import {answered, failed, type Outcome} from '../../src/core/outcome.ts';
import {type Classification, green, red, yellow} from '../../src/decide/classification.ts';
import {callRefusal, type RetryFacts} from '../../src/decide/may-retry.ts';
import type {ServerHint} from '../../src/decide/server-hint.ts';

const facts: RetryFacts = {
  mayRepeat: true,
  attempts: 1,
  maxAttempts: 3,
  paid: null,
  mayPayMore: true,
  yields: false,
  retriesDisabled: false,
  replayable: true,
  reasonBefore: undefined,
  maxHintMs: 60_000,
};
const paid = {afterTimeout: false, maxPaidAttempts: 2, maxFreeAttempts: 0, attemptTimeoutPerOutputTokenMs: null};
const broken = answered(new Response(null, {status: 503}));
const timeout = failed('attempt-timeout', undefined);
const hint = (ms: number): ServerHint => ({ms, source: 'retry-after'});

const cases: readonly (readonly [
  string,
  string | null,
  Outcome,
  Classification,
  ServerHint | null,
  Partial<RetryFacts>,
])[] = [
  ['a transient failure', null, broken, yellow('503'), null, {}],
  ['a red one', 'not-transient', broken, red('400'), null, {}],
  ['the end of the time', 'deadline', failed('deadline', undefined), red('deadline'), null, {}],
  ['a POST that may have been acted on', 'may-have-acted', broken, yellow('503'), null, {mayRepeat: false}],
  [
    'a POST that was not sent',
    null,
    failed('network', undefined),
    green('ECONNREFUSED', 'not-sent'),
    null,
    {mayRepeat: false},
  ],
  ['the last attempt', 'attempts-exhausted', broken, yellow('503'), null, {attempts: 3}],
  [
    'any attempt without a limit',
    null,
    broken,
    yellow('503'),
    null,
    {attempts: 1e6, maxAttempts: Number.POSITIVE_INFINITY},
  ],
  ['a timeout that may be paid for', 'paid-timeout', timeout, yellow('attempt timeout'), null, {paid}],
  ['a timeout that nobody pays for', null, timeout, yellow('attempt timeout'), null, {}],
  ['as many paid attempts as allowed', 'paid-attempts-exhausted', broken, yellow('503'), null, {mayPayMore: false}],
  ['a client above that retries', 'nested', broken, yellow('503'), null, {yields: true}],
  ['retries that are switched off', 'retries-disabled', broken, yellow('503'), null, {retriesDisabled: true}],
  ['a body that is gone', 'body-not-replayable', broken, yellow('503'), null, {replayable: false}],
  ['the second 421', 'retried-once', broken, green('421', 'not-processed', {once: true}), null, {reasonBefore: '421'}],
  ['a 421 behind a 503', null, broken, green('421', 'not-processed', {once: true}), null, {reasonBefore: '503'}],
  ['a hint at the limit', null, broken, yellow('503'), hint(60_000), {}],
  ['a hint above the limit', 'hint-too-long', broken, yellow('503'), hint(60_001), {}],
];

describe('callRefusal', () => {
  for (const [title, expected, outcome, classification, asked, known] of cases)
    it(`says ${expected ?? 'nothing'} of ${title}`, () =>
      expect(callRefusal(outcome, classification, asked, {...facts, ...known})).to.equal(expected));
});
