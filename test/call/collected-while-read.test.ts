/** A body that is read is ended by its time and by its caller, also where the response itself is collected meanwhile. */
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {thrown} from './world.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

type Send = (url: string, init: RequestInit) => Promise<Response>;

/** A client above another one, with a function between that looks at the body. */
function stacked(policy: PolicyInput, clock: VirtualClock): Send {
  const inner = createFetch(policy, {clock});
  const looking: typeof fetch = async (...request) => {
    const response = await inner(...request);
    expect(response.body).to.have.property('locked', false);
    return response;
  };
  return createFetch(policy, {clock, fetch: looking});
}

const CLIENTS: Readonly<Record<string, (policy: PolicyInput, clock: VirtualClock) => Send>> = {
  fetch: (policy, clock) => createFetch(policy, {clock}),
  'fetch of a Request': (policy, clock) => {
    const client = createFetch(policy, {clock});
    return (url, init) => client(new Request(url, init));
  },
  ky: (policy, clock) => ky.extend(resilience(policy, {clock})),
  'ky with hooks': (policy, clock) =>
    ky.extend(resilience(policy, {clock})).extend({hooks: {afterResponse: [() => {}]}}),
  'a client above another one': stacked,
};

const READS: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
  text: response => response.text(),
  'text of a clone': response => response.clone().text(),
  'text of a clone, the original cancelled': response => {
    const clone = response.clone();
    response.body!.cancel().catch(() => {});
    return clone.text();
  },
  'text of a clone, the original looked at before and cancelled': response => {
    expect(response.body).to.have.property('locked', false);
    const clone = response.clone();
    response.body!.cancel().catch(() => {});
    return clone.text();
  },
  reader: async ({body}) => {
    const reader = body!.getReader();
    await reader.read();
    return reader.read();
  },
  'for await': async ({body}) => {
    for await (const chunk of body!) expect(chunk).to.have.length(3);
  },
  pipeTo: ({body}) => body!.pipeTo(new WritableStream()),
  tee: async ({body}) => {
    const reader = body!.tee()[0].getReader();
    await reader.read();
    return reader.read();
  },
};

const NO_LIMITS = {attemptTimeoutMs: null, deadlineMs: null, idleTimeoutMs: null} as const;

interface Pending {
  readonly end: Promise<unknown>;
  readonly clock: VirtualClock;
  readonly caller: AbortController;
}

/** Begins to read, and lets the response go. */
async function begin(
  url: string,
  clientOf: (policy: PolicyInput, clock: VirtualClock) => Send,
  policy: PolicyInput,
  read: (response: Response) => Promise<unknown>,
): Promise<Pending> {
  const clock = new VirtualClock();
  const caller = new AbortController();
  const response = await clientOf(policy, clock)(url, {signal: caller.signal});
  return {end: thrown(read(response)), clock, caller};
}

describe('a body that is read while its response is collected @T60', () => {
  const cases: [
    title: string,
    reason: string,
    end: (pending: Pending) => unknown,
    start: (url: string) => Promise<Pending>,
  ][] = [];
  for (const [name, clientOf] of Object.entries(CLIENTS))
    for (const [how, read] of Object.entries(READS)) {
      cases.push([
        `is ended by its time: ${name}, ${how}`,
        'TimeoutError',
        ({clock}) => clock.advance(2000),
        url => begin(url, clientOf, {attemptTimeoutMs: 1000, idleTimeoutMs: 1000}, read),
      ]);
      cases.push([
        `is ended by its caller: ${name}, ${how}`,
        'AbortError',
        ({caller}) => caller.abort(),
        url => begin(url, clientOf, NO_LIMITS, read),
      ]);
    }

  const pending = new Map<string, Pending>();
  let server: LoopbackServer;

  // A collection takes as long as the process has objects: the cases share each of them.
  before(async () => {
    server = await LoopbackServer.start();
    // One chunk, then silence.
    const {url} = server.place(response => response.writeHead(200).write('one'));
    for (const [title, , , start] of cases) pending.set(title, await start(url));
    for (let round = 0; round < 5; round++) {
      await new Promise(resolve => setImmediate(resolve));
      collectGarbage();
    }
    // Finalizers run in a turn of their own.
    await new Promise(resolve => setImmediate(resolve));
  });

  after(() => server.close());

  for (const [title, reason, end] of cases)
    it(title, async () => {
      const started = pending.get(title)!;
      await end(started);
      expect(((await started.end) as Error).name).to.equal(reason);
    });
});

describe('a response whose body was only looked at, and that is dropped @T63', () => {
  const cases = Object.entries(CLIENTS).flatMap(([name, clientOf]) =>
    [
      {title: `${name}, time limits`, clientOf, policy: {}},
      {title: `${name}, no limits`, clientOf, policy: NO_LIMITS},
    ].map(each => ({...each, isClosed: false})),
  );
  let server: LoopbackServer;

  // They share the collections.
  before(async () => {
    server = await LoopbackServer.start();
    for (const each of cases) {
      const {signal} = new AbortController();
      const {url} = server.place(response => {
        response.on('close', () => {
          each.isClosed = true;
        });
        response.writeHead(200).write('one');
      });
      const look = async (): Promise<void> => {
        const response = await each.clientOf(each.policy, new VirtualClock())(url, {signal});
        expect(response.body).to.have.property('locked', false);
      };
      await look();
    }
  });
  after(() => server.close());

  for (const each of cases)
    it(`is collected, and its connection closes: ${each.title}`, async () => {
      // Ends by the time of the test, where it is never collected.
      while (!each.isClosed) {
        await new Promise(resolve => setImmediate(resolve));
        collectGarbage();
      }
      expect(each.isClosed).to.equal(true);
    });
});
