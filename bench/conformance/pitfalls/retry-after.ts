/** What the server asks for. */

import type {Client, Pitfall} from '../library.ts';
import {absent, ends, holds, type Scene, said, sleep, type Timed} from '../pitfall.ts';

/** How long after the first the second request came; Infinity where it did not come in time. */
async function gap(call: Client, place: Timed, limitMs: number): Promise<number> {
  call(place.url).catch(() => {});
  await Promise.race([place.arrived(2), sleep(limitMs)]);
  return place.times.length < 2 ? Number.POSITIVE_INFINITY : place.times[1]! - place.times[0]!;
}

const asking = (scene: Scene, value: string, extra: Record<string, string> = {}): Timed =>
  scene.place({status: 503, headers: {'retry-after': value, ...extra}}, 200);

const text = (ms: number): string =>
  ms === Number.POSITIVE_INFINITY ? 'not retried in time' : `retried after ${Math.round(ms)} ms`;

const MALFORMED = ['1e3', '0x2', '-5', '120, 5', '2 seconds', '+2'];

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T8',
    title: 'A malformed Retry-After is as if it were absent (RFC 9110: digits, or a date)',
    async run({client, readsRetryAfter, name}, scene) {
      if (client === undefined || !readsRetryAfter) return absent;
      const call = await client(name === 'ffetch' ? {attempts: 2} : {attempts: 2, delayMs: 200}); // A delay of ffetch's replaces Retry-After.
      const gaps = await Promise.all(MALFORMED.map(value => gap(call, asking(scene, value), 1500)));
      const wrong = MALFORMED.flatMap((value, index) =>
        gaps[index]! >= 150 && gaps[index]! < 900 ? [] : [`"${value}" ${text(gaps[index]!)}`],
      );
      return holds(
        wrong.length === 0,
        `${wrong.join(', ')}; its backoff was ${name === 'ffetch' ? '400 to 500' : 200} ms`,
      );
    },
  },
  {
    id: 'T8b',
    title: 'Each of the three HTTP dates is waited for',
    async run({client, readsRetryAfter, name}, scene) {
      if (client === undefined || !readsRetryAfter) return absent;
      const call = await client(name === 'ffetch' ? {attempts: 2} : {attempts: 2, delayMs: 50});
      const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
      const [, day, date, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString())!;
      const long = {
        Sun: 'Sunday',
        Mon: 'Monday',
        Tue: 'Tuesday',
        Wed: 'Wednesday',
        Thu: 'Thursday',
        Fri: 'Friday',
        Sat: 'Saturday',
      }[day!]!;
      const forms = [
        at.toUTCString(),
        `${long}, ${date}-${month}-${year!.slice(2)} ${time} GMT`,
        `${day} ${month} ${String(Number(date)).padStart(2, ' ')} ${time} ${year}`,
      ];
      const gaps = await Promise.all(forms.map(value => gap(call, asking(scene, value), 4500)));
      const wrong = forms.flatMap((value, index) =>
        gaps[index]! >= 1500 && gaps[index]! < 4500 ? [] : [`"${value.replaceAll(/\d/g, '9')}" ${text(gaps[index]!)}`],
      );
      return holds(wrong.length === 0, `${wrong.join(', ')}; asked for 2 s`);
    },
  },
  {
    id: 'T9',
    title: 'A Retry-After longer than the limit ends the call: it is not shortened',
    async run({client, readsRetryAfter, name}, scene) {
      if (client === undefined || !readsRetryAfter || /axios|ffetch/.test(name)) return absent; // These have no limit.
      const call = await client({attempts: 2, delayMs: 50, maxRetryAfterMs: 500});
      const place = asking(scene, '2');
      const end = ends(call(place.url), 1900);
      const {afterMs} = await end;
      return holds(
        place.requests.length === 1 && afterMs !== null,
        place.requests.length > 1
          ? `asked for 2 s, limit 0.5 s: retried after ${Math.round(place.times[1]! - place.times[0]!)} ms`
          : said(await end),
      );
    },
  },
  {
    id: 'T10',
    title: 'Nothing is retried before Retry-After has passed',
    async run({client, readsRetryAfter}, scene) {
      if (client === undefined || !readsRetryAfter) return absent;
      const call = await client({attempts: 2});
      const gaps = await Promise.all(Array.from({length: 8}, () => gap(call, asking(scene, '1'), 3500)));
      const least = Math.min(...gaps);
      return holds(least >= 999 && least < 3500, `asked for 1000 ms: ${text(least)}`);
    },
  },
  {
    id: 'T11',
    title: 'Retry-After on an answer that is no failure is not heard',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const place = scene.place({status: 200, headers: {'retry-after': '5'}});
      const end = await ends((await client({attempts: 2, delayMs: 50}))(place.url), 1000);
      return holds(end.status === 200 && place.requests.length === 1, `${said(end)}, ${place.requests.length} sent`);
    },
  },
  {
    id: 'T12',
    title: 'A date is measured by the clock of the server that wrote it (its Date header), here an hour slow',
    async run({client, readsRetryAfter, name}, scene) {
      if (client === undefined || !readsRetryAfter) return absent;
      const call = await client(name === 'ffetch' ? {attempts: 2} : {attempts: 2, delayMs: 50});
      const server = Date.now() - 3_600_000;
      const place = asking(scene, new Date(server + 2000).toUTCString(), {date: new Date(server).toUTCString()});
      const ms = await gap(call, place, 4000);
      return holds(ms >= 900 && ms < 4000, `asked for 2 s: ${text(ms)}`);
    },
  },
];
