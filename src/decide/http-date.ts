/** The three dates of HTTP, strictly. `Date.parse` takes far more, and reads some of it in local time. */

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const DAYS = '(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)';

const MONTH = `(?<month>${MONTHS})`;
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)';
/** IMF-fixdate, the form of RFC 850, and that of asctime. */
const FORMS = [
  `${DAYS}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAYS} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map(form => new RegExp(`^${form}$`));

/**
 * Milliseconds since 1970, or undefined for any text that is not an HTTP-date. All three forms are UTC, asctime too.
 *
 * @param wall The time now: a two-digit year more than 50 years ahead means the last century.
 * @see RFC 9110 §5.6.7
 */
export function parseHttpDate(text: string, wall: number): number | undefined {
  for (const form of FORMS) {
    const found = form.exec(text)?.groups;
    if (found === undefined) continue;
    const year = Number(found.year);
    if (found.year!.length > 2) return utc(year, found);
    const latest = new Date(wall);
    latest.setUTCFullYear(latest.getUTCFullYear() + 50);
    const inCentury = year + Math.floor(latest.getUTCFullYear() / 100) * 100;
    const at = utc(inCentury, found);
    return at !== undefined && at > Number(latest) ? utc(inCentury - 100, found) : at;
  }
  return undefined;
}

function utc(year: number, {month, day, time}: Readonly<Record<string, string>>): number | undefined {
  const [hour, minute, second] = time!.split(':').map(Number) as [number, number, number];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, MONTHS.split('|').indexOf(month!), Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined; // 31 Feb is the 3rd of another month.
  // A leap second is the first moment of the next minute.
  return date.setUTCHours(hour, minute, second);
}
