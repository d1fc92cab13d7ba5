/** The three dates of HTTP, strictly. `Date.parse` takes far more, and reads some of it in local time. */

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const DAYS = 'Sun|Mon|Tue|Wed|Thu|Fri|Sat';

const MONTH = `(${MONTHS})`;
const TIME = '(\\d\\d):(\\d\\d):(\\d\\d)';
const IMF_FIXDATE = new RegExp(`^(${DAYS}), (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(`^(Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^(${DAYS}) ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`);

/**
 * Milliseconds since 1970, or undefined for any text that is not an HTTP-date. All three forms are UTC, asctime too.
 *
 * @param wall The time now: a two-digit year more than 50 years ahead means the last century.
 * @see RFC 9110 §5.6.7
 */
export function parseHttpDate(text: string, wall: number): number | undefined {
  const imf = IMF_FIXDATE.exec(text);
  if (imf) return utc(imf[4], imf[3], imf[2], imf.slice(5, 8));
  const rfc850 = RFC_850.exec(text);
  if (rfc850) {
    const inCentury = (years: number) => utc(years + Number(rfc850[4]), rfc850[3], rfc850[2], rfc850.slice(5, 8));
    return latestBefore(new Date(wall).setUTCFullYear(new Date(wall).getUTCFullYear() + 50), inCentury);
  }
  const asctime = ASCTIME.exec(text);
  if (asctime) return utc(asctime[7], asctime[2], asctime[3], asctime.slice(4, 7));
  return undefined;
}

function utc(year: unknown, month: string | undefined, day: unknown, time: string[]): number | undefined {
  const [hour, minute, second] = time.map(Number) as [number, number, number];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), MONTHS.split('|').indexOf(month!), Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined; // 31 Feb is the 3rd of another month.
  // A leap second is the first moment of the next minute.
  return date.setUTCHours(hour, minute, second);
}

/** The latest year with these two digits for which the date is not after `limit`. */
function latestBefore(limit: number, inCentury: (years: number) => number | undefined): number | undefined {
  const years = Math.floor(new Date(limit).getUTCFullYear() / 100) * 100;
  const at = inCentury(years);
  return at !== undefined && at > limit ? inCentury(years - 100) : at;
}
