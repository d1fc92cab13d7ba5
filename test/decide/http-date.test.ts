/** RFC 9110 §5.6.7: three dates, all of them UTC, and nothing else. */

import {expect} from 'chai';
import fc from 'fast-check';
import {parseHttpDate} from '../../src/decide/http-date.ts';

const WALL = Date.UTC(2026, 10, 24, 12);
const SPUTNIK = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('parseHttpDate', () => {
  for (const [form, text, expected] of [
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT', SPUTNIK],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', SPUTNIK],
    ['asctime', 'Sun Nov  6 08:49:37 1994', SPUTNIK],
    ['asctime with two digits', 'Sun Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    ['leap day', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['leap second is the next minute', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['a year below 100 is that year', 'Sat, 01 Jan 0094 00:00:00 GMT', Date.parse('0094-01-01T00:00:00Z')],
    ['last second of four digits', 'Fri, 31 Dec 9999 23:59:59 GMT', 253402300799000],
    ['31 Feb', 'Sat, 31 Feb 2026 00:00:00 GMT', undefined],
    ['29 Feb of an ordinary year', 'Sun, 29 Feb 2026 00:00:00 GMT', undefined],
    ['31 Apr in RFC 850', 'Thursday, 31-Apr-26 00:00:00 GMT', undefined],
    ['31 Jun in asctime', 'Tue Jun 31 00:00:00 2026', undefined],
    ['day 0', 'Sun, 00 Nov 1994 08:49:37 GMT', undefined],
    ['hour 24', 'Sun, 06 Nov 1994 24:00:00 GMT', undefined],
    ['minute 60', 'Sun, 06 Nov 1994 08:60:00 GMT', undefined],
    ['second 61', 'Sun, 06 Nov 1994 08:49:61 GMT', undefined],
    ['without GMT', 'Sun, 06 Nov 1994 08:49:37', undefined],
    ['UTC for GMT', 'Sun, 06 Nov 1994 08:49:37 UTC', undefined],
    ['an offset', 'Sun, 06 Nov 1994 08:49:37 +0000', undefined],
    ['asctime with GMT', 'Sun Nov  6 08:49:37 1994 GMT', undefined],
    ['asctime with one space before one digit', 'Sun Nov 6 08:49:37 1994', undefined],
    ['one digit for the day', 'Sun, 6 Nov 1994 08:49:37 GMT', undefined],
    ['lower case', 'sun, 06 nov 1994 08:49:37 gmt', undefined],
    ['no weekday', '06 Nov 1994 08:49:37 GMT', undefined],
    ['an unknown month', 'Sun, 06 Foo 1994 08:49:37 GMT', undefined],
    ['two digits in IMF-fixdate', 'Sun, 06 Nov 94 08:49:37 GMT', undefined],
    ['four digits in RFC 850', 'Sunday, 06-Nov-1994 08:49:37 GMT', undefined],
    ['a short day in RFC 850', 'Sun, 06-Nov-94 08:49:37 GMT', undefined],
    ['RFC 3339', '1994-11-06T08:49:37Z', undefined],
    ['text before', 'x Sun, 06 Nov 1994 08:49:37 GMT', undefined],
    ['text after', 'Sun, 06 Nov 1994 08:49:37 GMT x', undefined],
    ['two of them', 'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT', undefined],
    ['a line break after', 'Sun, 06 Nov 1994 08:49:37 GMT\n', undefined],
    ['nothing', '', undefined],
  ] as const) {
    it(`${form}: ${JSON.stringify(text)}`, () => expect(parseHttpDate(text, WALL)).to.equal(expected));
  }

  describe('a two-digit year is the latest that is not more than 50 years ahead', () => {
    for (const [wall, text, year] of [
      ['2026-11-24', 'Friday, 24-Nov-76 00:00:00 GMT', 2076],
      ['2026-11-24', 'Friday, 25-Nov-76 00:00:00 GMT', 1976],
      ['2026-11-24', 'Friday, 01-Jan-77 00:00:00 GMT', 1977],
      ['2026-11-24', 'Friday, 01-Jan-94 00:00:00 GMT', 1994],
      ['2026-11-24', 'Friday, 01-Jan-00 00:00:00 GMT', 2000],
      ['2026-11-24', 'Friday, 01-Jan-26 00:00:00 GMT', 2026],
      ['1999-12-31', 'Saturday, 01-Jan-00 00:00:00 GMT', 2000],
      ['1999-12-31', 'Saturday, 01-Jan-99 00:00:00 GMT', 1999],
      ['2099-06-01', 'Saturday, 01-Jan-10 00:00:00 GMT', 2110],
    ] as const) {
      it(`at ${wall}, ${text} is in ${year}`, () => {
        expect(new Date(parseHttpDate(text, Date.parse(wall))!).getUTCFullYear()).to.equal(year);
      });
    }
  });

  describe('far from Greenwich', () => {
    const zone = process.env.TZ;
    before(() => {
      process.env.TZ = 'Pacific/Kiritimati';
    });
    after(() => {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    });

    it('asctime is still UTC', () => {
      expect(new Date(SPUTNIK).getTimezoneOffset(), 'the zone took effect').not.to.equal(0);
      expect(parseHttpDate('Sun Nov  6 08:49:37 1994', WALL)).to.equal(SPUTNIK);
      expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', WALL)).to.equal(SPUTNIK);
    });
  });

  it('reads the dates of an independent formatter, in all three forms', () => {
    const second = fc.integer({min: Date.UTC(1977, 0, 1) / 1000, max: Date.UTC(2076, 10, 24) / 1000});
    fc.assert(
      fc.property(second, seconds => {
        const at = seconds * 1000;
        const imf = new Date(at).toUTCString(); // ECMA-262 prescribes IMF-fixdate.
        const [, weekday, day, month, year, time] = /^(...), (\d\d) (...) (\d{4}) (.{8}) GMT$/.exec(imf)!;
        const long = new Date(at).toLocaleDateString('en-US', {weekday: 'long', timeZone: 'UTC'});
        expect(parseHttpDate(imf, WALL)).to.equal(at);
        expect(parseHttpDate(`${long}, ${day}-${month}-${year!.slice(2)} ${time} GMT`, WALL)).to.equal(at);
        const padded = String(Number(day)).padStart(2);
        expect(parseHttpDate(`${weekday} ${month} ${padded} ${time} ${year}`, WALL)).to.equal(at);
      }),
      {seed: 1994, numRuns: 300},
    );
  });
});
