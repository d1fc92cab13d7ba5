/** `node leave-open.ts <column>`: reads the first content of a stream and leaves it open, without sockets. Then nothing is left to do. */
import {ModelEndpoint} from '../../../examples/model-endpoint/endpoint.ts';
import {SystemClock} from '../../../src/core/system-clock.ts';
import {columns} from './columns.ts';
import {firstText, QUESTION} from './pitfall.ts';

const clock = new SystemClock();
const endpoint = new ModelEndpoint({clock, latencyMs: 0, fault: () => ({kind: 'stall'})});
const fetch: typeof globalThis.fetch = async (input, init) => {
  const {signal} = new AbortController();
  const path = new URL(String(input)).pathname;
  const reply = await endpoint.handle({path, headers: {}, body: String(init?.body), signal});
  if (reply.kind !== 'response' || typeof reply.body === 'string') throw new Error('Not a stream.');
  const source = reply.body[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue((await source.next()).value);
    },
  });
  return new Response(body, reply);
};

const [, , id] = process.argv;
const client = await columns.find(column => column.id === id)!.connect({fetch, key: 'key-1', clock, seed: 1});
await firstText((await client.open(QUESTION))[Symbol.asyncIterator]());
console.log('read');
