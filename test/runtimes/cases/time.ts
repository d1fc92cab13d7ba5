/** Time limits and the caller's abort: before the headers, and while the body is read. */
import {AT_ONCE, type Case, codeOf, equal, ok, Script, thrown} from '../case.ts';

/** Long enough for a slow machine to answer at once, short enough to wait for. */
const SHORT = 400;

export const time: readonly Case[] = [
  {
    name: 'an attempt that hangs is given up, and sent again',
    async run({here}, adapter) {
      const script = new Script(here, 'hang,200');
      const response = await adapter({...AT_ONCE, attemptTimeoutMs: SHORT})(script.url);
      equal([response.status, (await script.sent()).length], [200, 2], 'status and requests');
      await script.left();
    },
  },
  {
    name: 'a call after its deadline rejects, and releases its connection',
    async run({here}, adapter) {
      const script = new Script(here, 'hang');
      const error = await thrown(adapter({deadlineMs: SHORT})(script.url));
      equal([error.name, codeOf(error)], ['TimeoutError', 'DEADLINE_EXCEEDED'], 'error');
      await script.left();
    },
  },
  {
    name: 'an abort rejects with its reason at once, and lets its connection go',
    async run({here}, adapter) {
      const script = new Script(here, 'hang');
      const controller = new AbortController();
      const call = thrown(adapter({})(script.url, {signal: controller.signal}));
      setTimeout(() => controller.abort(new Error('enough')), 100);
      equal((await call).message, 'enough', 'reason');
      await script.left();
    },
  },
  {
    name: 'an abort while a retry is waited for ends the call',
    async run({here}, adapter) {
      const script = new Script(here, '503,200');
      const controller = new AbortController();
      const fetch = adapter({backoff: {kind: 'constant', delayMs: 10_000, jitter: 'none'}});
      const call = thrown(fetch(script.url, {signal: controller.signal}));
      setTimeout(() => controller.abort(new Error('enough')), 200);
      equal((await call).message, 'enough', 'reason');
      equal((await script.sent()).length, 1, 'requests');
    },
  },
  {
    name: 'a body that stalls is out of time with its attempt',
    async run({here}, adapter) {
      const response = await adapter({attemptTimeoutMs: SHORT})(new Script(here, 'stall').url);
      equal(codeOf(await thrown(response.text())), 'ATTEMPT_TIMEOUT', 'code');
    },
  },
  {
    name: 'a stream may take longer than an attempt, as long as chunks come',
    async run({here}, adapter) {
      const response = await adapter({attemptTimeoutMs: 150, idleTimeoutMs: 2000})(new Script(here, 'drip').url);
      const reader = response.body!.getReader();
      let text = '';
      for (;;) {
        const {done, value} = await reader.read();
        if (done) break;
        text += new TextDecoder().decode(value);
      }
      equal(text, 'one two three four five', 'text');
    },
  },
  {
    name: 'a stream that falls silent is given up',
    async run({here}, adapter) {
      const response = await adapter({idleTimeoutMs: SHORT})(new Script(here, 'stall').url);
      const reader = response.body!.getReader();
      ok(!(await reader.read()).done, 'no first chunk');
      equal((await thrown(reader.read())).name, 'TimeoutError', 'error');
    },
  },
];
