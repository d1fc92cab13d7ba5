/** Memory: a response that its caller has dropped is collected, whatever else of its call is still held. */
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {WAYS} from '../support/reading-ways.ts';
import {ITEMS} from './world.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const {signal} = new AbortController();
const endless = (): Response =>
  new Response(
    new ReadableStream({
      pull: controller => controller.enqueue(new Uint8Array([123, 125])),
    }),
  );
const fetch = async (): Promise<Response> => endless();
const clock = new VirtualClock();

const CLIENTS: Record<string, (policy: PolicyInput) => (init: RequestInit) => Promise<Response>> = {
  fetch: policy => {
    const client = createFetch(policy, {fetch, clock});
    return init => client(ITEMS, init);
  },
  'fetch with a form': policy => {
    const client = createFetch(policy, {fetch, clock});
    return init => client(ITEMS, {...init, method: 'PUT', body: new FormData()});
  },
  ky: policy => {
    const client = ky.extend(resilience(policy, {clock}));
    return init => client(ITEMS, {...init, fetch});
  },
  'ky with hooks': policy => {
    const client = ky.extend(resilience(policy, {clock})).extend({hooks: {afterResponse: [() => {}]}});
    return init => client(ITEMS, {...init, fetch});
  },
};

/** The client of each case, which stays referenced, and the response, which its caller has dropped. By title. */
const dropped = new Map<string, {readonly client: unknown; readonly ref: WeakRef<object>}>();

const isAnyLeft = (): boolean => [...dropped.values()].some(({ref}) => ref.deref() !== undefined);

describe('a response that is no longer referenced @T63', () => {
  const cases: [title: string, drop: () => Promise<{client: unknown; ref: WeakRef<object>}>][] = [];
  for (const [name, clientOf] of Object.entries(CLIENTS))
    for (const [holder, policy, init] of [
      ['its timer', {}, {}],
      ["the caller's signal", {attemptTimeoutMs: null, deadlineMs: null, idleTimeoutMs: null}, {signal}],
    ] as const)
      for (const way of ['getReader, one chunk', 'tee, one chunk', 'not read'])
        cases.push([
          `is collected, though ${holder} holds its attempt: ${name}, ${way}`,
          async () => {
            const client = clientOf(policy);
            const response = await client(init);
            if (way === 'tee, one chunk') await response.body!.tee()[0].getReader().read();
            else await WAYS[way]!.read(response);
            return {client, ref: new WeakRef(response)};
          },
        ]);

  // A collection takes as long as the process has objects: the cases share each of them.
  before(async () => {
    for (const [title, drop] of cases) dropped.set(title, await drop());
    // Something may stay alive after the job that made it.
    for (let round = 0; round < 10 && isAnyLeft(); round++) {
      await new Promise(resolve => setImmediate(resolve));
      collectGarbage();
    }
  });

  for (const [title] of cases)
    it(title, () => {
      expect(dropped.get(title)!.ref.deref()).to.equal(undefined);
    });
});
