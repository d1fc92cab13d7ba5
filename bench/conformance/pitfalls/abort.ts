/** The caller's abort, and timers. */
import {getEventListeners} from 'node:events';
import type {Pitfall} from '../library.ts';
import {absent, ends, fail, holds, nameOf, pass, said, sleep, timers} from '../pitfall.ts';

class Gone extends Error {
  override readonly name = 'Gone';
}

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T1',
    title: 'An abort during the backoff ends the call at once, and nothing more is sent',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const place = scene.place(503);
      const controller = new AbortController();
      const call = (await client({attempts: 3, delayMs: 600}))(place.url, {signal: controller.signal});
      call.catch(() => {});
      await place.arrived(1);
      await sleep(100);
      controller.abort(new Gone('gone'));
      const end = await ends(call, 1800);
      await sleep(Math.max(0, 900 - (end.afterMs ?? 900)));
      const more = place.requests.length - 1;
      return holds(
        end.error !== undefined && end.afterMs! < 200 && more === 0,
        `${said(end)} ${end.afterMs ?? 1800} ms after the abort, ${more} more sent`,
      );
    },
  },
  {
    id: 'T2',
    title: 'A signal that is aborted already: nothing is sent',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const place = scene.place(200);
      const call = await client({attempts: 3, delayMs: 10});
      const end = await ends(
        Promise.resolve().then(() => call(place.url, {signal: AbortSignal.abort()})),
        1000,
      );
      return holds(
        end.error !== undefined && place.requests.length === 0,
        `${said(end)}, ${place.requests.length} sent`,
      );
    },
  },
  {
    id: 'T3',
    title: 'Calls on one signal leave no listener on it (after a garbage collection: fetch itself needs one)',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const {signal} = new AbortController();
      const call = await client({attempts: 2, delayMs: 1});
      for (let index = 0; index < 100; index++) {
        const {text} = await call(scene.place(503, 200).url, {signal});
        await text();
      }
      await sleep(50);
      const before = getEventListeners(signal, 'abort').length;
      for (let round = 0; round < 5; round++) {
        globalThis.gc?.();
        await sleep(20);
      }
      const left = getEventListeners(signal, 'abort').length;
      // The last one or two can still be on a stack.
      return holds(left <= 2, `${left} listeners after 100 calls (${before} before the collection)`);
    },
  },
  {
    id: 'T4',
    title: 'A call that is over leaves no timer that keeps the process alive',
    async run({client, hasTimeout}, scene) {
      if (client === undefined) return absent;
      const call = await client({attempts: 2, delayMs: 1, ...(hasTimeout ? {timeoutMs: 60_000} : {})});
      const before = timers();
      const {text} = await call(scene.place(503, 200).url);
      await text();
      await sleep(100);
      return holds(timers() <= before, `${timers() - before} timers left`);
    },
  },
  {
    id: 'T5',
    title: 'A delay of more than 2^31 ms does not fire at once',
    async run({client, readsRetryAfter}, scene) {
      if (client === undefined) return absent;
      const asked = scene.place({status: 503, headers: {'retry-after': '3000000'}}, 200);
      const own = scene.place(503, 200);
      const calls = [];
      if (readsRetryAfter) calls.push((await client({attempts: 5}))(asked.url));
      else calls.push(Promise.resolve().then(async () => (await client({attempts: 5, delayMs: 2 ** 31 + 5}))(own.url)));
      for (const call of calls) call.catch(() => {});
      await sleep(700);
      const sent = asked.requests.length + own.requests.length;
      return holds(
        sent === 1,
        `${sent - 1} retried within 700 ms${readsRetryAfter ? ' under Retry-After: 3000000' : ''}`,
      );
    },
  },
  {
    id: 'T6',
    title: 'What loses a race leaves no unhandled rejection',
    async run({client, hasTimeout}, scene) {
      if (client === undefined) return absent;
      const unheard: unknown[] = [];
      process.on('unhandledRejection', reason => unheard.push(reason));
      const late = (response: {socket: {destroy(): void} | null}): void =>
        void setTimeout(() => response.socket?.destroy(), 150);
      const controller = new AbortController();
      const call = await client({attempts: 2, delayMs: 5, ...(hasTimeout ? {timeoutMs: 100} : {})});
      const end = ends(call(scene.place(late).url, {signal: controller.signal}), 1000);
      if (!hasTimeout) setTimeout(() => controller.abort(), 100);
      await end;
      await sleep(300);
      return holds(unheard.length === 0, `${unheard.length} unhandled: ${unheard.map(nameOf).join()}`);
    },
  },
  {
    id: 'T7',
    title: "A time-out and the caller's abort are distinguished",
    async run({client, hasTimeout}, scene) {
      if (client === undefined || !hasTimeout) return absent;
      const call = await client({attempts: 1, delayMs: 1, timeoutMs: 80});
      // undici looks at its headers time-out once a second.
      const late = await ends(call(scene.place('hang').url), 3000);
      const controller = new AbortController();
      const patient = await client({attempts: 1, delayMs: 1, timeoutMs: 20_000});
      const gone = ends(patient(scene.place('hang').url, {signal: controller.signal}), 1000);
      setTimeout(() => controller.abort(new Gone('gone')), 60);
      const aborted = await gone;
      if (late.error === undefined || aborted.error === undefined) return fail(`${said(late)}; ${said(aborted)}`);
      const words = (error: unknown): string =>
        [error, (error as Error).cause]
          .filter(part => part !== undefined)
          .map(part => `${nameOf(part)}: ${(part as Error).message}`.replaceAll(/\d+/g, '…'))
          .join(', ');
      return holds(words(late.error) !== words(aborted.error), `both are ${words(late.error)}`);
    },
  },
  {
    id: 'T7b',
    title: "The caller's abort rejects with the caller's own reason, or has it as cause",
    async run({client}, scene) {
      if (client === undefined) return absent;
      const reason = new Gone('gone');
      const controller = new AbortController();
      const call = await client({attempts: 2, delayMs: 5});
      const place = scene.place('hang');
      const end = ends(call(place.url, {signal: controller.signal}), 1000);
      await place.arrived(1);
      controller.abort(reason);
      const {error} = await end;
      if (error === reason || (error as Error | undefined)?.cause === reason) return pass;
      return fail(`${nameOf(error)}, and the reason is nowhere on it`);
    },
  },
];
