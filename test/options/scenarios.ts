/** The scenarios of the cases. Each returns a short text of its observable effects. */
import type {ResilientInit} from '../../src/core.ts';
import type {ScriptedAnswer} from '../../src/testing.ts';
import {answer, ending, ITEMS, type World} from '../call/world.ts';
import {DONE, streamedFetch, text} from '../support/streamed-fetch.ts';
import type {Scenario} from './harness.ts';

/** One call: when each request came, how it ended and when. `0 100 300: 503 (attempts-exhausted) at 300`. */
export const oneCall =
  (script: readonly ScriptedAnswer[], init?: ResilientInit): Scenario =>
  async world => {
    world.serve(...script);
    const end = await world.run(ITEMS, init);
    return `${world.arrivals.join(' ')}: ${end} at ${world.clock.now()}`;
  };

/** The moments alone of one call that fails for ever. */
export const moments =
  (status = 503): Scenario =>
  async world => {
    world.serve(status);
    await world.run();
    return world.arrivals.join(' ');
  };

/** How many requests one call makes of answers like this. */
export const sendsOf =
  (...script: ScriptedAnswer[]): Scenario =>
  async world => {
    world.serve(...script);
    await world.run();
    return world.sends;
  };

/** How many of so many calls, one after another, reach the server. */
export const sendsOfCalls =
  (calls: number, ...script: ScriptedAnswer[]): Scenario =>
  async world => {
    world.serve(...script);
    for (let call = 0; call < calls; call++) await world.run();
    return world.sends;
  };

/** So many calls, one after another: when the last request came. */
export const lastOfCalls =
  (calls: number, ...script: ScriptedAnswer[]): Scenario =>
  async world => {
    world.serve(...script);
    for (let call = 0; call < calls; call++) await world.run();
    return world.arrivals.at(-1);
  };

/** Two calls at once, with these headers: how the second one ends. */
export const otherAccount =
  (first: Record<string, string>, second: Record<string, string>): Scenario =>
  async world => {
    world.serve(200);
    await world.run(ITEMS, {headers: first});
    return world.run(ITEMS, {headers: second});
  };

/** Two calls for two models: how the second one ends. */
export const otherModel: Scenario = async world => {
  world.serve(200);
  const ask = (model: string): Promise<string> =>
    world.run(ITEMS, {method: 'POST', body: JSON.stringify({model, input: 'a "model": "x"'})});
  await ask('small');
  return ask('large');
};

/** Calls at given moments; how many requests there were in all. */
export const sendsAt =
  (calls: readonly (readonly [atMs: number, answer: ScriptedAnswer])[]): Scenario =>
  async world => {
    let sends = 0;
    for (const [atMs, script] of calls) {
      await world.clock.advance(atMs - world.clock.now());
      world.serve(script);
      await world.run();
      sends += world.sends;
    }
    return sends;
  };

/** Calls in the same moment, each answered after 1 s: the endings, and when each request came. */
export const together =
  (calls: number): Scenario =>
  async world => {
    world.serveSlowly(1000, 200);
    const ends = await world.clock.run(() => Promise.all(Array.from({length: calls}, () => world.end())));
    return {ends: countEach(ends), arrivals: countEach(world.arrivals)};
  };

/** Calls answered so, all at once, and then many calls together: how many of these are sent at once. */
export const sentAfter =
  (status: number, first: number): Scenario =>
  async world => {
    world.serve(status);
    await world.clock.run(() => Promise.all(Array.from({length: first}, () => world.end())));
    world.serveSlowly(1000, 200);
    const now = world.clock.now();
    await world.clock.run(() => Promise.all(Array.from({length: 40}, () => world.end())));
    return world.arrivals.filter(at => at === now).length;
  };

export function countEach(values: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

/** An open breaker, and as many calls at once when its time is over: how many get through. */
export const probesAfter =
  (openMs: number, calls: number): Scenario =>
  async world => {
    world.serve(503);
    await world.run();
    await world.clock.advance(openMs);
    world.serveSlowly(100, 200);
    await world.clock.run(() => Promise.all(Array.from({length: calls}, () => world.end())));
    return world.sends;
  };

/** A call to /a that fails, then one to /b: what becomes of the second. */
export const otherRoute: Scenario = async world => {
  world.serve(503);
  await world.run('https://api.test/a');
  world.serve(200);
  return world.run('https://api.test/b');
};

/** One slow call: when its requests came. */
export const slowCall: Scenario = async world => {
  world.serveSlowly(1000, 200);
  await world.run();
  return world.arrivals.join(' ');
};

/** Twenty calls of 10, 20 … 200 ms, then a slow one: how long after its start it was hedged. */
export const learnedHedge: Scenario = async world => {
  for (let call = 1; call <= 20; call++) {
    world.serveSlowly(10 * call, 200);
    await world.run();
  }
  world.serveSlowly(1000, 200);
  await world.run();
  const [first, second] = world.arrivals;
  return second! - first!;
};

/** What one call carries in some headers. */
export const carries =
  (names: readonly string[], init?: ResilientInit): Scenario =>
  async world => {
    await world.run(ITEMS, init);
    return names.map(name => world.header(name)[0]);
  };

/** A response of which one chunk comes, then silence: how the second read ends. */
export const silentStream: Scenario = async world => {
  world.serve(({signal}) => {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      controller.enqueue(new TextEncoder().encode('one'));
      signal.addEventListener('abort', () => controller.error(signal.reason));
    };
    return new Response(new ReadableStream({start}));
  });
  const response = await world.clock.run(() => world.fetch(ITEMS));
  const reader = response.body!.getReader();
  await reader.read();
  let end = 'silence';
  const second = reader.read().then(
    () => {
      end = 'a chunk';
    },
    (error: {code: string}) => {
      end = `${error.code} at ${world.clock.now()}`;
    },
  );
  await world.clock.advance(100_000);
  const seen = end;
  reader.cancel().catch(() => {}); // Of a response that was cloned: it would end with the clone.
  await second;
  return seen;
};

/** The first of two calls gets a Retry-After of 2 s; the second starts 100 ms later. When each request came. */
export const otherCallHeld: Scenario = async world => {
  world.serve(answer(429, {'retry-after': '2'}), 200);
  const first = world.end();
  await world.clock.advance(100);
  const second = world.end();
  await world.clock.run(() => Promise.all([first, second]));
  return world.arrivals.join(' ');
};

export async function typesOfEvents(world: World): Promise<string> {
  world.serve(503);
  await world.run();
  return world.typesOf().join(' ');
}

/** An event stream of a ping of 16 bytes each second, and content after three seconds: how and when the call ends. */
export const pingsBeforeContent: Scenario = async world => {
  const ping = `: ${'x'.repeat(12)}\n\n`;
  const script = [ping, 1000, ping, 1000, ping, 1000, text('Hi'), DONE];
  const server = streamedFetch(world.clock, [script]);
  world.serve(({url, signal}) => server.fetch(url, {signal}));
  const answered = world.fetch(ITEMS);
  const end = await world.clock.run(() => ending(answered));
  const seen = `${end} at ${world.clock.now()}`;
  await world.clock.run(async () => (await answered.catch(() => null))?.text());
  return seen;
};
