/** Used-up quotas: the IETF drafts, and each vendor's own words. */

import {expect} from 'chai';
import {rateLimitResetMs, remainingQuota} from '../../src/decide/rate-limit.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const EPOCH_S = NOW / 1000;

const reset = (fields: Record<string, string>, status = 503) => rateLimitResetMs(status, new Headers(fields), NOW);

describe('rateLimitResetMs', () => {
  describe('RateLimit', () => {
    for (const [title, value, ms] of [
      ['nothing left', '"default";r=0;t=30', 30_000],
      ['spaces between', '"default"; r=0; t=30', 30_000],
      ['t before r', '"default";t=30;r=0', 30_000],
      ['something left', '"default";r=50;t=30', undefined],
      ['nothing left, but no t', '"default";r=0', undefined],
      ['only the used-up policy counts', '"burst";r=0;t=30, "daily";r=9;t=86400', 30_000],
      ['the longest of the used-up ones', '"burst";r=0;t=30,"daily";r=0;t=86400', 86_400_000],
      ['with a partition key', '"default";r=0;t=30;pk=:cHsdsRa894==:', 30_000],
      ['with a string parameter', '"default";qu="requests";r=0;t=30', 30_000],
      ['the longest of three', '"a";r=0;t=3,"b";r=0;t=1,"c";r=0;t=2', 3000],
      ['nothing left, in two digits', '"default";r=00;t=30', 30_000],
      ['with a parameter that has no value', '"default";x;r=0;t=30', 30_000],
      ['with a token for a value', '"default";x=token/1;r=0;t=30', 30_000],
      ['with a decimal of several places', '"default";x=1.125;r=0;t=30', 30_000],
      ['as long as may be', `"${'a'.repeat(1024 - '"";r=0;t=30'.length)}";r=0;t=30`, 30_000],
      ['a comma and a semicolon inside a name', '"a,b;r=5";r=0;t=30', 30_000],
      ['with a negative, a decimal, a boolean of an extension', '"a";x=-1;y=1.5;z=?1;r=0;t=30', 30_000],
      ['draft 07', 'limit=100, remaining=0, reset=5', 5000],
      ['draft 07 without spaces', 'limit=100,remaining=0,reset=5', 5000],
      ['draft 07 in another order', 'reset=5, limit=100, remaining=0', 5000],
      ['draft 07 in larger numbers', 'limit=100, remaining=00, reset=15', 15_000],
      ['draft 07 after something else', 'unlimited=1, remaining=0, reset=5', undefined],
      ['draft 07 and one member more', 'limit=100, remaining=0, reset=5, limit=7', undefined],
      ['draft 07 with some left', 'limit=100, remaining=1, reset=5', undefined],
      ['a token for a name', 'default;r=0;t=30', undefined],
      ['one malformed item spoils all', '"a";r=0;t=30, b', undefined],
      ['a negative t', '"a";r=0;t=-30', undefined],
      ['a fractional t', '"a";r=0;t=1.5', undefined],
      ['text before', 'x"a";r=0;t=30', undefined],
      ['text after', '"a";r=0;t=30 x', undefined],
      ['an upper-case key', '"a";R=0;T=30', undefined],
      ['an open quote', '"a;r=0;t=30', undefined],
      ['empty', '', undefined],
      ['longer than anyone needs', `"${'a'.repeat(2000)}";r=0;t=30`, undefined],
    ] as const) {
      it(`${title}: ${value.slice(0, 60)}`, () => expect(reset({ratelimit: value})).to.equal(ms));
    }

    it('takes precedence over the pairs, unless it is malformed', () => {
      const pair = {'ratelimit-remaining': '0', 'ratelimit-reset': '9'};
      expect(reset({ratelimit: '"a";r=0;t=4', ...pair})).to.equal(4000);
      expect(reset({ratelimit: 'nonsense', ...pair})).to.equal(9000);
    });
  });

  describe('pairs', () => {
    for (const [who, remaining, field, value, ms] of [
      ['IETF drafts up to 06', 'ratelimit-remaining', 'ratelimit-reset', '7', 7000],
      ['GitHub', 'x-ratelimit-remaining', 'x-ratelimit-reset', `${EPOCH_S + 60}`, 60_000],
      ['Discord', 'x-ratelimit-remaining', 'x-ratelimit-reset-after', '0.65', 650],
      ['X', 'x-rate-limit-remaining', 'x-rate-limit-reset', `${EPOCH_S + 900}`, 900_000],
      ['OpenAI, requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests', '6m0s', 360_000],
      ['OpenAI, tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens', '12ms', 12],
      ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
        what =>
          [
            `Anthropic, ${what}`,
            `anthropic-ratelimit-${what}-remaining`,
            `anthropic-ratelimit-${what}-reset`,
            '2026-11-24T12:00:08Z',
            8000,
          ] as const,
      ),
    ] as const) {
      it(`${who}: ${ms} ms once nothing remains`, () => {
        expect(reset({[remaining]: '0', [field]: value})).to.equal(ms);
        expect(reset({[remaining]: '1', [field]: value}), 'one left').to.equal(undefined);
        expect(reset({[remaining]: '1', [field]: value}, 429), 'one left, and a 429').to.equal(undefined);
        expect(reset({[field]: value}, 429), 'a 429 that does not count').to.equal(ms);
        expect(reset({[field]: value}), 'a 503 that does not count').to.equal(undefined);
      });
    }

    it('a 503 with 4,999 requests left does not mean: come back in an hour', () => {
      const fields = {'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': `${EPOCH_S + 3600}`};
      expect(reset(fields, 503)).to.equal(undefined);
      expect(reset(fields, 429)).to.equal(undefined);
    });

    it('the longest of several used-up quotas counts', () => {
      expect(
        reset({
          'x-ratelimit-remaining-requests': '0',
          'x-ratelimit-reset-requests': '1s',
          'x-ratelimit-remaining-tokens': '0',
          'x-ratelimit-reset-tokens': '6s',
        }),
      ).to.equal(6000);
    });

    for (const remaining of ['0', ' 0 ', '00', '0.0', '0.00'])
      it(`remaining ${JSON.stringify(remaining)} is nothing`, () => {
        expect(reset({'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '5'})).to.equal(5000);
      });
    it('ignores spaces around a value', () => {
      const fields: Record<string, string> = {'x-ratelimit-remaining': ' 0\t', 'x-ratelimit-reset': ' 5 '};
      const headers = {get: (name: string) => fields[name] ?? null} as Headers;
      expect(rateLimitResetMs(503, headers, NOW)).to.equal(5000);
    });
    for (const remaining of ['', '-1', '0x0', '0.1', 'none', '0, 0'])
      it(`remaining ${JSON.stringify(remaining)} says nothing`, () => {
        expect(reset({'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '5'}, 429)).to.equal(undefined);
      });
  });

  describe('when', () => {
    for (const [title, value, ms] of [
      ['seconds', '30', 30_000],
      ['fractions of a second', '1.25', 1250],
      ['the last number of seconds', '999999999', 999_999_999_000],
      ['epoch seconds', `${EPOCH_S + 30}`, 30_000],
      ['epoch seconds with a fraction', `${EPOCH_S + 30}.5`, 30_500],
      ['epoch seconds in the past', `${EPOCH_S - 30}`, 0],
      ['the first epoch second', '1000000000', 0],
      ['epoch milliseconds', `${NOW + 30_000}`, 30_000],
      ['epoch milliseconds in the past', '1000000000000', 0],
      ['Go: seconds', '1s', 1000],
      ['Go: hours, minutes, seconds', '1h2m3s', 3_723_000],
      ['Go: fractions', '1.5s', 1500],
      ['Go: fractions of several digits', '1.125s', 1125],
      ['Go: milliseconds after seconds', '1s500ms', 1500],
      ['Go: microseconds', '250us', 0.25],
      ['Go: microseconds, spelt with mu', '250µs', 0.25],
      ['Go: nanoseconds', '500000ns', 0.5],
      ['Go: zero', '0s', 0],
      ['RFC 3339', '2026-11-24T12:00:30Z', 30_000],
      ['RFC 3339 with a fraction', '2026-11-24T12:00:30.250Z', 30_250],
      ['RFC 3339 with an offset', '2026-11-24T14:00:30+02:00', 30_000],
      ['RFC 3339 in the past', '2026-11-24T11:00:00Z', 0],
      ['RFC 3339 with a year of six digits, which JavaScript has', '+002026-11-24T12:00:30Z', undefined],
      ['RFC 3339 after a word', 'on 2026-11-24T12:00:30Z', undefined],
      ['RFC 3339 before a remark', '2026-11-24T12:00:30Z (UTC)', undefined],
      ['RFC 3339 without a zone', '2026-11-24T12:00:30', undefined],
      ['RFC 3339 of no day', '2026-11-31T12:00:30Z', undefined],
      ['RFC 3339 of 31 Feb', '2027-02-31T12:00:30Z', undefined],
      ['RFC 3339 of no month', '2026-13-01T12:00:30Z', undefined],
      ['RFC 3339 of no zone', '2026-11-24T12:00:30+25:00', undefined],
      ['a date of JavaScript', 'Tue Nov 24 2026 12:00:30 GMT+0000 (UTC)', undefined],
      ['a date of HTTP', 'Tue, 24 Nov 2026 12:00:30 GMT', undefined],
      ['a negative number', '-5', undefined],
      ['an exponent', '1e3', undefined],
      ['a list', '5, 6', undefined],
      ['a unit alone', 's', undefined],
      ['days, which Go has not', '2d', undefined],
      ['a duration with spaces', '1m 30s', undefined],
      ['nothing', '', undefined],
    ] as const) {
      it(`${title}: ${value.slice(0, 40)}`, () => {
        expect(reset({'x-ratelimit-remaining': '0', 'x-ratelimit-reset': value})).to.equal(ms);
      });
    }
  });
});

describe('remainingQuota', () => {
  const table: [headers: Record<string, string>, remaining: object | null][] = [
    [{}, null],
    [
      {'x-ratelimit-remaining-requests': '59', 'x-ratelimit-remaining-tokens': '149984'},
      {requests: 59, tokens: 149_984},
    ],
    [
      {
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-input-tokens-remaining': '20000',
        'anthropic-ratelimit-output-tokens-remaining': '8000',
      },
      {requests: 49, inputTokens: 20_000, outputTokens: 8000},
    ],
    [{'x-ratelimit-remaining': '0'}, {requests: 0}],
    [{'x-ratelimit-remaining': ' 7.5 '}, {requests: 7}],
    // Two windows of one unit.
    [{'x-ratelimit-remaining-requests': '500', 'x-ratelimit-remaining': '3'}, {requests: 3}],
  ];
  for (const [headers, remaining] of table)
    it(`reads ${JSON.stringify(headers)}`, () => {
      expect(remainingQuota(new Headers(headers))).to.deep.equal(remaining);
    });

  for (const value of ['', '-1', 'NaN', 'Infinity', '1e300', '9'.repeat(400), '5, 6', '0x10'])
    it(`ignores the malformed value ${JSON.stringify(value.slice(0, 20))}`, () => {
      expect(remainingQuota(new Headers({'x-ratelimit-remaining-requests': value}))).to.equal(null);
    });
});
