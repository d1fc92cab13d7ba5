/** A second attempt beside one that is slow. */

import type {Pitfall} from '../library.ts';
import {absent, ends, fail, holds, said, sleep, timers} from '../pitfall.ts';

const after =
  (ms: number, status: number, body = 'ok') =>
  (response: {writeHead(status: number): {end(body: string): void}}): void =>
    void setTimeout(() => response.writeHead(status).end(body), ms).unref();

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T38',
    title: 'The answer that came first can be read to its end when the other attempt is aborted: 512 kB',
    async run({hedged}, scene) {
      if (hedged === undefined) return absent;
      const call = await hedged({delayMs: 50, attempts: 2});
      const answer = await call(scene.place('hang', {body: 'x'.repeat(512_000)}).url);
      await sleep(100);
      const text = await answer.text();
      return holds(text.length === 512_000, `${text.length} of 512000 bytes`);
    },
  },
  {
    id: 'T39',
    title: 'When one attempt has won, no timer of another is left, and the end is reported once',
    async run({hedged}, scene) {
      if (hedged === undefined) return absent;
      const call = await hedged({delayMs: 1500, attempts: 2});
      const place = scene.place(after(50, 200));
      const {text} = await call(place.url);
      await text();
      const left = timers();
      await sleep(1700);
      return holds(left === 0 && place.requests.length === 1, `${left} timers left, ${place.requests.length} sent`);
    },
  },
  {
    id: 'T40',
    title: 'Where every attempt fails, the call ends once, with the last failure',
    async run({hedged}, scene) {
      if (hedged === undefined) return absent;
      const place = scene.place(after(120, 502), after(120, 503));
      const end = await ends((await hedged({delayMs: 50, attempts: 2}))(place.url), 2000);
      return holds(end.status === 503 && place.requests.length === 2, `${said(end)}, ${place.requests.length} sent`);
    },
  },
  {
    id: 'T41',
    title: 'With its budget spent a call is not hedged, and does not fail for that',
    async run({hedged}, scene) {
      if (hedged === undefined) return absent;
      const call = await hedged({delayMs: 50, attempts: 2, hedges: 1});
      await ends(call(scene.place(after(200, 200), 503).url), 1000); // Spent on a hedge that failed.
      const place = scene.place(after(200, 200));
      const end = await ends(call(place.url), 2000);
      return holds(end.status === 200 && place.requests.length === 1, `${said(end)}, ${place.requests.length} sent`);
    },
  },
  {
    id: 'T42',
    title: 'An abort at any moment around the hedge and the answers ends the call once and leaves nothing',
    async run({hedged}, scene) {
      if (hedged === undefined) return absent;
      let unheard = 0;
      process.on('unhandledRejection', () => unheard++);
      const call = await hedged({delayMs: 100, attempts: 2});
      const wrong: string[] = [];
      for (let ms = 0; ms <= 260; ms += 20) {
        const place = scene.place(after(140, 503), after(100, 200));
        const controller = new AbortController();
        const ending = ends(call(place.url, {signal: controller.signal}), 1000);
        await sleep(ms);
        controller.abort();
        const {afterMs} = await ending;
        if (afterMs === null || place.requests.length > 2) wrong.push(`at ${ms} ms: ${place.requests.length} sent`);
      }
      await sleep(1100); // Until `ends` has no timers left.
      return holds(
        wrong.length === 0 && unheard === 0 && timers() === 0,
        `${wrong.join('; ')} ${unheard} unhandled, ${timers()} timers left`,
      );
    },
  },
  {
    id: 'T43',
    title: 'A failure does not wait for the time of the hedge, and an answer that is final ends the call at once',
    async run({hedged}, scene) {
      if (hedged === undefined) return absent;
      const soon = await ends((await hedged({delayMs: 1000, attempts: 2}))(scene.place(503, 200).url), 3000);
      if (soon.status !== 200 || soon.afterMs! > 600) return fail(`${said(soon)} after ${soon.afterMs} ms`);
      const end = await ends((await hedged({delayMs: 50, attempts: 2}))(scene.place('hang', 400).url), 1000);
      return holds(end.status === 400, said(end));
    },
  },
];
