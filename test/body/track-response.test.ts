/** Bodies of answers, as the caller reads them: of other classes, in other ways, after the end, and where there are no streams. */
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import {ITEMS, virtually} from '../call/world.ts';
import {errorOf} from '../support/outcome.ts';

type Fetch = typeof globalThis.fetch;

const UNLIMITED = {attemptTimeoutMs: null, deadlineMs: null} as const;
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
/** One chunk, then silence. */
const halting = (): Response =>
  new Response(new ReadableStream({start: controller => controller.enqueue(bytesOf('half'))}));

/** As ky does around each afterResponse hook. */
function lookedAtAndLeft(response: Response): Promise<string> {
  for (let hooks = 0; hooks < 2; hooks++) {
    const copy = response.clone();
    if (copy.body !== response.body) copy.body?.cancel().catch(() => {});
  }
  return response.text();
}

describe('the body of an answer', () => {
  virtually('that is read as a stream has the idle timeout without any other limit', async make => {
    const world = make({...UNLIMITED, idleTimeoutMs: 300}, {fetch: async () => halting()});
    const reader = (await world.fetch(ITEMS)).body!.getReader();
    await reader.read();
    const reading = errorOf(() => reader.read());
    await world.clock.advance(300);
    expect(await reading).to.include({code: 'IDLE_TIMEOUT', limitMs: 300});
  });

  virtually('hears of its caller’s abort without any limit of time', async make => {
    const world = make(UNLIMITED, {fetch: async () => halting()});
    const controller = new AbortController();
    const response = await world.fetch(ITEMS, {signal: controller.signal});
    const reading = errorOf(() => response.text());
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await reading).to.equal(reason);
  });

  for (const [what, read] of [
    ['after a look at its stream', (response: Response) => response.body && response.text()],
    ['as a clone after a look at both streams, the other left', lookedAtAndLeft],
  ] as const)
    virtually(`that is read whole ${what} is under the attempt’s time`, async make => {
      const world = make({attemptTimeoutMs: 500}, {fetch: async () => halting()});
      const response = await world.fetch(ITEMS);
      const reading = errorOf(async () => read(response));
      await world.clock.advance(500);
      expect(await reading).to.include({code: 'ATTEMPT_TIMEOUT'});
    });

  for (const [what, read] of [
    ['whole', (response: Response) => response.text()],
    [
      'as a stream',
      async (response: Response) => new TextDecoder().decode((await response.body!.getReader().read()).value),
    ],
    ['as a clone', (response: Response) => response.clone().text()],
    ['by another response', (response: Response) => new Response(response.body, response).text()],
  ] as const)
    virtually(`that is read ${what} long after its headers is there: another answer was read first`, async make => {
      const world = make({attemptTimeoutMs: 500, deadlineMs: 1000}, {fetch: async () => new Response('whole')});
      const [first, second] = await Promise.all([world.fetch(ITEMS), world.fetch(ITEMS)]);
      expect(await first.text()).to.equal('whole');
      await world.clock.advance(60_000);
      expect(world.clock.pending).to.equal(0);
      expect(await read(second)).to.equal('whole');
    });

  virtually('that is read late has what was left of its time', async make => {
    const world = make({attemptTimeoutMs: 500, deadlineMs: null}, {fetch: async () => halting()});
    const response = await world.fetch(ITEMS);
    await world.clock.advance(60_000);
    const reading = errorOf(() => response.text());
    await world.clock.advance(499);
    expect(world.clock.pending).to.equal(1);
    await world.clock.advance(1);
    expect(await reading).to.include({code: 'ATTEMPT_TIMEOUT', limitMs: 500});
  });

  virtually('that is not read ends when its caller aborts', async make => {
    let cancelled: unknown;
    const body = new ReadableStream({
      cancel: reason => {
        cancelled = reason;
      },
    });
    const fetch: Fetch = async (_input, init) => {
      init!.signal!.addEventListener('abort', () => void body.cancel(init!.signal!.reason));
      return new Response(body);
    };
    const world = make({attemptTimeoutMs: 500}, {fetch});
    const controller = new AbortController();
    await world.fetch(ITEMS, {signal: controller.signal});
    await world.clock.advance(60_000);
    controller.abort(new Error('enough'));
    expect((cancelled as Error).message).to.equal('enough');
  });

  virtually('that is there is read, though its caller has aborted', async make => {
    const world = make(UNLIMITED, {fetch: async () => new Response('whole')});
    const controller = new AbortController();
    const response = await world.fetch(ITEMS, {signal: controller.signal});
    controller.abort();
    expect(await response.text()).to.equal('whole');
  });

  virtually('may be iterated over and then read on', async make => {
    const world = make({}, {fetch: async () => new Response('abc')});
    const {body} = await world.fetch(ITEMS);
    for await (const chunk of body!.values({preventCancel: true})) {
      expect(chunk.byteLength).to.equal(3);
      break;
    }
    expect((await body!.getReader().read()).done).to.equal(true);
  });

  virtually('that is iterated over in part is let go of', async make => {
    let cancelled = false;
    const body = new ReadableStream({
      pull: controller => controller.enqueue(bytesOf('more')),
      cancel: () => {
        cancelled = true;
      },
    });
    const world = make({}, {fetch: async () => new Response(body)});
    for await (const _chunk of (await world.fetch(ITEMS)).body!) break;
    await world.clock.advance(0);
    expect(cancelled).to.equal(true);
  });

  describe('of a class whose methods are read-only', () => {
    /** As @hono/node-server replaces `Response`: methods that cannot be assigned to, and no setters. */
    class ReadOnly extends Response {}
    for (const name of ['json', 'text', 'arrayBuffer', 'blob', 'bytes', 'formData', 'clone'] as const) {
      const value = function (this: ReadOnly): unknown {
        return (Response.prototype[name] as () => unknown).call(this);
      };
      Object.defineProperty(ReadOnly.prototype, name, {value});
    }
    Object.defineProperty(ReadOnly.prototype, 'body', {
      get(this: ReadOnly) {
        return Reflect.get(Response.prototype, 'body', this);
      },
    });

    for (const [what, prototype] of [
      ['', ReadOnly.prototype],
      [' of a frozen prototype', Object.freeze(class extends ReadOnly {}.prototype)],
    ] as const)
      virtually(`is read, and bounded in time${what}`, async make => {
        const bodies: BodyInit[] = ['"whole"', new ReadableStream()];
        const answer = (): Response => Object.setPrototypeOf(new Response(bodies.shift()), prototype) as Response;
        const world = make({attemptTimeoutMs: 500}, {fetch: async () => answer()});
        expect(await (await world.fetch(ITEMS)).clone().json()).to.equal('whole');
        const reading = errorOf(async () => (await world.fetch(ITEMS)).text());
        await world.clock.advance(500);
        expect(await reading).to.include({code: 'ATTEMPT_TIMEOUT'});
      });
  });

  virtually('adds no property to its response', async make => {
    const world = make({}, {fetch: async () => new Response('whole')});
    const response = await world.fetch(ITEMS);
    expect(Reflect.ownKeys(response)).to.deep.equal(Reflect.ownKeys(new Response('whole')));
    expect(Object.keys(response.body!)).to.deep.equal([]);
    const reader = response.body!.getReader();
    await reader.read();
    expect(Object.keys(reader)).to.deep.equal([]);
    expect(reportOf(response)).to.include({result: 'success'});
  });

  virtually('of one response that is given twice is read once', async make => {
    const response = new Response('whole');
    const world = make({}, {fetch: async () => response});
    await world.fetch(ITEMS);
    expect(await (await world.fetch(ITEMS)).text()).to.equal('whole');
    expect(reportOf(response)).to.include({attempts: 1});
  });

  describe('under two clients, one above the other', () => {
    const PATIENT = {attemptTimeoutMs: 60_000, deadlineMs: 120_000, maxAttempts: 1} as const;
    const HASTY = {attemptTimeoutMs: 500, deadlineMs: null, maxAttempts: 1, idleTimeoutMs: 200} as const;
    /** The user's function between them, which looks at the response. */
    const logging = (fetch: Fetch): Fetch => {
      return async (...request) => {
        const response = await fetch(...request);
        expect(response.body).to.be.instanceOf(ReadableStream);
        return response;
      };
    };

    for (const [which, outer, inner] of [
      ['outer', HASTY, PATIENT],
      ['inner', PATIENT, HASTY],
    ] as const)
      for (const [what, between] of [
        ['', (fetch: Fetch) => fetch],
        [' after a look at it between them', logging],
      ] as const) {
        virtually(`ends with the attempt’s time of the ${which} one${what}`, async make => {
          const below = make(inner, {fetch: async () => halting()});
          const world = make(outer, {fetch: between(below.fetch), clock: below.clock});
          const response = await world.fetch(ITEMS);
          const reading = errorOf(() => response.text());
          await below.clock.advance(500);
          expect(await reading).to.include({code: 'ATTEMPT_TIMEOUT', limitMs: 500});
          expect(below.clock.pending).to.equal(0);
        });

        virtually(`that is a stream ends with the silence of the ${which} one${what}`, async make => {
          const below = make(inner, {fetch: async () => halting()});
          const world = make(outer, {fetch: between(below.fetch), clock: below.clock});
          const reader = (await world.fetch(ITEMS)).body!.getReader();
          await reader.read();
          const reading = errorOf(() => reader.read());
          await below.clock.advance(200);
          expect(await reading).to.include({code: 'IDLE_TIMEOUT', limitMs: 200});
          expect(below.clock.pending).to.equal(0);
        });
      }

    virtually('ends when the caller aborts, and is cancelled below', async make => {
      let cancelled: unknown;
      const body = new ReadableStream({
        cancel: reason => {
          cancelled = reason;
        },
      });
      const below = make(PATIENT, {fetch: async () => new Response(body)});
      const world = make(PATIENT, {fetch: (...request) => below.fetch(...request), clock: below.clock});
      const controller = new AbortController();
      const reader = (await world.fetch(ITEMS, {signal: controller.signal})).body!.getReader();
      const reading = errorOf(() => reader.read());
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await reading).to.equal(reason);
      expect(cancelled).to.equal(reason);
      expect(below.clock.pending).to.equal(0);
    });

    virtually('is read, as a clone too, and then neither waits', async make => {
      const below = make(PATIENT, {fetch: async () => Response.json({a: 1})});
      const world = make(HASTY, {fetch: below.fetch, clock: below.clock});
      const response = await world.fetch(ITEMS);
      const copy = response.clone();
      expect(await response.json()).to.deep.equal({a: 1});
      expect(await copy.text()).to.equal('{"a":1}');
      expect(below.clock.pending).to.equal(0);
    });
  });

  virtually('of one response that is given again and again is watched by five attempts at most', async make => {
    const response = new Response('whole');
    const world = make({idleTimeoutMs: null}, {fetch: async () => response});
    for (let call = 0; call < 20; call++) await world.fetch(ITEMS);
    const reading = response.text();
    expect(world.clock.pending).to.equal(5);
    expect(await reading).to.equal('whole');
    expect(world.clock.pending).to.equal(0);
  });

  describe('of another class', () => {
    class Mine {
      readonly status = 200;
      readonly headers = new Headers();
      async text(): Promise<string> {
        return 'mine';
      }
    }
    class WithStream extends Mine {
      get body(): object {
        return ODD;
      }
    }
    const ODD = {pipe: () => {}};

    virtually('that is no stream of the web is given as it is', async make => {
      const world = make({}, {fetch: (async () => new WithStream()) as unknown as Fetch});
      const response = await world.fetch(ITEMS);
      expect(response).to.be.instanceOf(WithStream);
      expect(response.body).to.equal(ODD);
      expect(await response.text()).to.equal('mine');
    });

    virtually('that is none is not waited for', async make => {
      const world = make({}, {fetch: (async () => new Mine()) as unknown as Fetch});
      const response = await world.fetch(ITEMS);
      expect(world.clock.pending).to.equal(0);
      expect(await response.text()).to.equal('mine');
    });
  });

  it('is given where the runtime has no FinalizationRegistry', async () => {
    const {FinalizationRegistry: registry} = globalThis;
    Reflect.deleteProperty(globalThis, 'FinalizationRegistry');
    try {
      const {endWhenCollected} = (await import(
        `../../src/body/body-listener.ts?${'without'}`
      )) as typeof import('../../src/body/body-listener.ts');
      expect(() => endWhenCollected(new Response(), {} as Parameters<typeof endWhenCollected>[1])).not.to.throw();
    } finally {
      globalThis.FinalizationRegistry = registry;
    }
  });

  it('is read by its methods where the runtime has no streams', async () => {
    const {ReadableStream} = globalThis;
    Reflect.deleteProperty(globalThis, 'ReadableStream');
    try {
      // Asked once, while the module loads.
      const {trackResponse} = (await import(
        `../../src/body/track-response.ts?${'streamless'}`
      )) as typeof import('../../src/body/track-response.ts');
      const notified: string[] = [];
      const keeper = {armed: true, pending: () => notified.push('pending'), ended: () => notified.push('ended')};
      class Native {
        readonly body = {};
        async text(): Promise<string> {
          return 'native';
        }
      }
      const response = new Native() as unknown as Response;
      expect(trackResponse(response, keeper as unknown as Parameters<typeof trackResponse>[1])).to.equal(true);
      expect(await response.text()).to.equal('native');
      expect(notified).to.deep.equal(['pending', 'ended']);
    } finally {
      globalThis.ReadableStream = ReadableStream;
    }
  });
});
