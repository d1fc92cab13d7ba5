/** Input made to cost: whatever reads text from outside takes time in proportion to it, and a policy of any size one error. */
import {expect} from 'chai';
import {createFetch, InvalidPolicyError, type PolicyInput} from '../../src/core.ts';
import {readFailure} from '../../src/decide/failure-facts.ts';
import {parseHttpDate} from '../../src/decide/http-date.ts';
import {redactText, redactUrl} from '../../src/decide/redact.ts';
import {serverHint} from '../../src/decide/server-hint.ts';
import {compilePath} from '../../src/policy/routes.ts';

const LENGTH = 100_000;
const PIECES = [
  'a',
  '1',
  '"',
  ',',
  ';',
  ' ',
  '1m',
  '/',
  '\\',
  'https://',
  'a:',
  '://',
  ';r=0',
  '"a";r=0,',
  'limit=1, ',
  'E_A',
  '@',
  '?',
  '=',
  'a*b',
];
const HINTS = ['retry-after', 'retry-after-ms', 'ratelimit', 'x-ratelimit-reset', 'date'];

const READERS: Record<string, (text: string) => unknown> = {
  'a URL': redactUrl,
  'a message': redactText,
  'a date': text => parseHttpDate(text, 0),
  hints: text =>
    HINTS.map(name => serverHint(429, {get: (asked: string) => (asked === name ? text : null)} as Headers, 0)),
  'an error': text => readFailure({code: text, message: text, cause: {code: text, message: text}}),
  'a path': text => compilePath('/**/a*b*c/**/z')(text),
};

describe('100 kB of hostile text', () => {
  for (const [what, read] of Object.entries(READERS))
    for (const piece of PIECES)
      it(`as ${what}, of ${JSON.stringify(piece)}`, () => {
        const text = piece.repeat(LENGTH / piece.length);
        const began = process.cpuUsage();
        for (const end of ['', '!', '@', '\n']) read(text + end);
        expect(process.cpuUsage(began).user / 1000, 'ms of CPU').to.be.below(800);
      });
});

describe('a policy that means harm', () => {
  const nested = (depth: number): object => (depth === 0 ? {} : {backoff: nested(depth - 1)});
  for (const [what, policy] of Object.entries({
    '10 MB of text': {name: 'x'.repeat(10_000_000)},
    '10 MB of fields': Object.fromEntries(Array.from({length: 50_000}, (_, n) => [`field-${'x'.repeat(185)}-${n}`, n])),
    'five thousand levels': nested(5000),
    NaN: {deadlineMs: Number.NaN},
    Infinity: {deadlineMs: Number.POSITIVE_INFINITY},
    'a negative number': {attemptTimeoutMs: -1},
    'a number above 2^53': {maxAttempts: 2 ** 53 + 2, deadlineMs: -(2 ** 53)},
  }))
    it(`causes one readable error: ${what}`, () => {
      expect(() => createFetch(policy as PolicyInput))
        .to.throw(InvalidPolicyError)
        .with.property('message')
        .that.satisfies((message: string) => message.length < 20_000);
      expect(Object.keys(Object.prototype)).to.be.empty;
    });
});
