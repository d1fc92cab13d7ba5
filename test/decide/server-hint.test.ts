/** Which headers give a hint, in which order, and which values are ignored. */

import {expect} from 'chai';
import fc from 'fast-check';
import {serverHint} from '../../src/decide/server-hint.ts';

/** Tuesday. */
const WALL = Date.UTC(2026, 10, 24, 12);
const IN_30_S = 'Tue, 24 Nov 2026 12:00:30 GMT';

const hint = (fields: Record<string, string>, status = 503) => serverHint(status, new Headers(fields), WALL);

describe('serverHint', () => {
  describe('Retry-After @T8', () => {
    for (const [value, ms] of [
      ['0', 0],
      ['3', 3000],
      [' 3 ', 3000],
      ['\t3', 3000],
      ['007', 7000],
      ['120', 120_000],
      ['99999999999', 99_999_999_999_000],
      ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
      ['Tue, 24 Nov 2026 12:00:60 GMT', 60_000],
      ['Tue, 24 Nov 2026 11:59:59 GMT', 0],
      ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
      ['Fri, 31 Dec 9999 23:59:59 GMT', 253402300799000 - WALL],
      ['', null],
      ['-5', null],
      ['+5', null],
      ['1.5', 1500],
      ['0.25', 250],
      ['1.', null],
      ['.5', null],
      ['1.5.2', null],
      ['1e3', null],
      ['1e400', null],
      ['0x1', null],
      ['0b1', null],
      ['1_000', null],
      ['1 2', null],
      ['120, 5', null],
      ['5,', null],
      ['"5"', null],
      ['5;q=1', null],
      ['5s', null],
      ['1m30s', null],
      ['NaN', null],
      ['Infinity', null],
      ['null', null],
      ['soon', null],
      ['\u00b2', null], // Superscript two, a digit of Latin-1 that is none of HTTP.
      ['Tue, 24 Nov 2026 12:00:30', null],
      ['Tue, 31 Feb 2026 12:00:30 GMT', null],
      ['2026-11-24T12:00:30Z', null],
      ['24 Nov 2026 12:00:30 GMT', null],
    ] as const) {
      it(`${JSON.stringify(value).slice(0, 40)} is ${ms === null ? 'as if absent' : `${ms} ms`}`, () => {
        expect(hint({'retry-after': value})).to.deep.equal(ms === null ? null : {ms, source: 'retry-after'});
      });
    }

    for (const date of [IN_30_S, 'Tuesday, 24-Nov-26 12:00:30 GMT', 'Tue Nov 24 12:00:30 2026'])
      it(`each of the three HTTP dates is read: ${date} @T8b`, () =>
        expect(hint({'retry-after': date})?.ms).to.equal(30_000));

    it('sent twice it is a list, and as if absent', () => {
      const headers = new Headers([
        ['Retry-After', '120'],
        ['Retry-After', '60'],
      ]);
      expect(serverHint(503, headers, WALL)).to.equal(null);
    });
  });

  describe("a date is read by the server's own clock @T12", () => {
    for (const [title, date, ms] of [
      ['our clock is behind', 'Tue, 24 Nov 2026 12:00:10 GMT', 20_000],
      ['our clock is ahead', 'Tue, 24 Nov 2026 10:00:20 GMT', 7_210_000],
      ['Date in asctime', 'Tue Nov 24 12:00:10 2026', 20_000],
      ['Date after Retry-After', 'Tue, 24 Nov 2026 12:00:31 GMT', 0],
      ['Date that is none', 'yesterday', 30_000],
      ['empty Date', '', 30_000],
    ] as const) {
      it(`${title}: ${ms} ms`, () => expect(hint({'retry-after': IN_30_S, date})?.ms).to.equal(ms));
    }

    it('seconds count from the receipt, not from the Date header', () => {
      expect(hint({'retry-after': '5', date: 'Sun, 06 Nov 1994 08:49:37 GMT'})?.ms).to.equal(5000);
    });

    it('a reset in epoch seconds too', () => {
      const fields = {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(WALL / 1000 + 60)};
      expect(hint(fields)?.ms).to.equal(60_000);
      expect(hint({...fields, date: 'Tue, 24 Nov 2026 12:00:10 GMT'})?.ms).to.equal(50_000);
    });
  });

  describe('milliseconds', () => {
    for (const [value, ms] of [
      ['0', 0],
      ['1500', 1500],
      ['12.5', 12.5],
      ['12.125', 12.125],
      [' 7 ', 7],
      ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
      ['-1', null],
      ['.5', null],
      ['5.', null],
      ['1e3', null],
      ['0x10', null],
      ['', null],
      ['NaN', null],
      ['1, 2', null],
    ] as const) {
      for (const name of ['retry-after-ms', 'x-ms-retry-after-ms'])
        it(`${name}: ${JSON.stringify(value).slice(0, 40)}`, () => {
          expect(hint({[name]: value})).to.deep.equal(ms === null ? null : {ms, source: 'retry-after-ms'});
        });
    }
  });

  it('ignores spaces around a value', () => {
    const untrimmed = (fields: Record<string, string>) =>
      serverHint(
        503,
        {get: (name: string) => (fields[name] === undefined ? null : ` ${fields[name]}\t`)} as Headers,
        WALL,
      );
    expect(untrimmed({'retry-after-ms': '7'})?.ms).to.equal(7);
    expect(untrimmed({'retry-after': '3'})?.ms).to.equal(3000);
    expect(untrimmed({'retry-after': IN_30_S, date: 'Tue, 24 Nov 2026 12:00:10 GMT'})?.ms).to.equal(20_000);
  });

  describe('order', () => {
    const chain: [name: string, value: string, ms: number, source: string][] = [
      ['retry-after-ms', '1', 1, 'retry-after-ms'],
      ['x-ms-retry-after-ms', '2', 2, 'retry-after-ms'],
      ['retry-after', '3', 3000, 'retry-after'],
      ['ratelimit', '"default";r=0;t=4', 4000, 'rate-limit'],
      ['x-ratelimit-reset', '5', 5000, 'rate-limit'],
    ];
    for (const [place, [name, , ms, source]] of chain.entries()) {
      const later = Object.fromEntries(chain.slice(place).map(([field, value]) => [field, value]));
      it(`${name} wins over all that are vaguer`, () => {
        expect(hint({...later, 'x-ratelimit-remaining': '0'})).to.deep.equal({ms, source});
      });
      const next = chain[place + 1];
      if (next !== undefined)
        it(`uses ${next[0]} if ${name} is malformed`, () => {
          expect(hint({...later, [name]: 'soon', 'x-ratelimit-remaining': '0'})).to.deep.equal({
            ms: next[2],
            source: next[3],
          });
        });
    }
  });

  for (const value of ['9'.repeat(400), `${'9'.repeat(400)}h`])
    it(`a reset above all numbers is finite: ${value.slice(-20)}`, () => {
      expect(hint({'x-ratelimit-remaining': '0', 'x-ratelimit-reset': value})?.ms).to.equal(Number.MAX_SAFE_INTEGER);
    });

  it('no header, no hint', () => expect(hint({})).to.equal(null));

  const value = fc.oneof(
    fc.string({unit: fc.constantFrom(...'0123456789.,:;-+eExGMTrtZsmh="ND '), maxLength: 40}),
    fc.bigInt({min: -(10n ** 40n), max: 10n ** 400n}).map(String),
    fc.double().map(String),
    fc.date({noInvalidDate: false}).map(String),
    fc
      .date({noInvalidDate: true, min: new Date(0), max: new Date(Date.UTC(9999, 0, 1))})
      .map(date => date.toUTCString()),
    fc.date({noInvalidDate: true}).map(date => date.toISOString()),
    fc.constantFrom('"a";r=0;t=9', '"a";r=0;t=99999999999999999999', 'limit=1, remaining=0, reset=1', '6m0s', '0', ''),
  );
  const NAMES = [
    'date',
    'retry-after',
    'retry-after-ms',
    'x-ms-retry-after-ms',
    'ratelimit',
    'ratelimit-reset',
    'x-ratelimit-reset',
    'x-ratelimit-reset-after',
    'x-ratelimit-reset-requests',
    'anthropic-ratelimit-tokens-reset',
    'x-ratelimit-remaining',
  ];

  it('for any headers, a hint is a finite number of at least 0, or null', () => {
    let hints = 0;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...NAMES), value), fc.constantFrom(429, 503, 403), (fields, status) => {
        const said = hint(fields, status);
        if (said === null) return;
        hints++;
        expect(Number.isFinite(said.ms) && said.ms >= 0, `${said.ms} from ${JSON.stringify(fields)}`).to.equal(true);
      }),
      {seed: 9110, numRuns: 1000},
    );
    expect(hints, 'hints were generated').to.be.greaterThan(100);
  });

  it('seconds, against a reader that goes digit by digit', () => {
    const digits = (text: string): bigint | null => {
      let number = 0n;
      for (const character of text) {
        const digit = '0123456789'.indexOf(character);
        if (digit < 0) return null;
        number = number * 10n + BigInt(digit);
      }
      return text === '' ? null : number;
    };
    const reference = (text: string): number | null => {
      const [whole, ...fractions] = text.split('.');
      const seconds = digits(whole!);
      const parts = fractions.map(digits);
      if (seconds === null || parts.length > 1 || parts.includes(null)) return null;
      return Number(seconds) * 1000 + Number(parts[0] ?? 0) / 10 ** ((fractions[0]?.length ?? 0) - 3);
    };
    const text = fc.string({unit: fc.constantFrom(...'0123456789'.repeat(3), '.', '-', 'e'), maxLength: 12});
    fc.assert(
      fc.property(text, seconds => {
        const said = hint({'retry-after': seconds});
        const expected = reference(seconds);
        if (expected === null) expect(said).to.equal(null);
        else expect(said?.ms).to.be.closeTo(expected, expected * 1e-12);
      }),
      {seed: 10, numRuns: 500},
    );
  });

  describe('long headers of a hostile server are read in a moment', () => {
    const length = 100_000;
    for (const [what, text] of [
      ['digits', '1'.repeat(length)],
      ['digits and a letter', `${'1'.repeat(length)}x`],
      ['durations', `${'1m'.repeat(length)}x`],
      ['fractions', '1.'.repeat(length)],
      ['quotes', '"'.repeat(length)],
      ['commas', ','.repeat(length)],
      ['commas after a quote', `"${','.repeat(1000)}`],
      ['items', '"a";r=0;t=1,'.repeat(length / 10)],
      ['parameters', `"a"${';a'.repeat(length)}`],
      ['spaces inside', `1${' '.repeat(length)}1`],
      ['a date without end', 'Tue, 24 Nov 2026 '.repeat(length / 10)],
    ] as const) {
      it(what, () => {
        const fields = Object.fromEntries([...NAMES, 'ratelimit'].map(name => [name, text]));
        const started = process.cpuUsage();
        for (const name of NAMES) hint({[name]: text}, 429);
        hint({...fields, 'x-ratelimit-remaining': '0'}, 429);
        expect(process.cpuUsage(started).user / 1000, 'ms of CPU').to.be.below(1000);
      });
    }
  });
});
