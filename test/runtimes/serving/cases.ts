/** What the server's half has to do in every runtime: over HTTP, with the runtime's own server. They use only web APIs. */
import {createFetch} from '../../../src/core.ts';
import {redisGuards} from '../../../src/redis.ts';
import {
  type FetchHandler,
  type IdempotencyStore,
  idempotent,
  type RedisSend,
  withDeadline,
} from '../../../src/server.ts';
import {equal, ok, thrown} from '../case.ts';

export interface Endpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export type Serve = (handler: FetchHandler) => Promise<Endpoint>;

interface ServingCase {
  readonly name: string;
  run(serve: Serve, store: IdempotencyStore): Promise<void>;
}

const post = (url: string, key: string | null, body = '{"amount":1}'): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body,
    headers: {'content-type': 'application/json', ...(key === null ? {} : {'idempotency-key': key})},
  });

/** Runs the work against a server, and closes the server. */
async function against(serve: Serve, handler: FetchHandler, work: (url: string) => Promise<void>): Promise<void> {
  const endpoint = await serve(handler);
  try {
    await work(endpoint.url);
  } finally {
    await endpoint.close();
  }
}

/** With a store of idempotency keys. */
export const storeCases: readonly ServingCase[] = [
  {
    name: 'a key is handled once, and its response is replayed',
    async run(serve, store) {
      let effects = 0;
      const handler = idempotent(
        async request => Response.json({effect: ++effects, ...(await request.json())}, {status: 201}),
        {store, scope: 'everyone'},
      );
      await against(serve, handler, async url => {
        const key = crypto.randomUUID();
        const [first, again] = [await post(url, key), await post(url, key)];
        equal([first.status, again.status], [201, 201], 'status');
        equal(
          [first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')],
          [null, 'true'],
          'replayed',
        );
        equal(
          [await first.json(), await again.json()],
          [
            {effect: 1, amount: 1},
            {effect: 1, amount: 1},
          ],
          'bodies',
        );
        equal((await (await post(url, crypto.randomUUID())).json()).effect, 2, 'effect of another key');
      });
    },
  },
  {
    name: 'a key with another body is refused with 422',
    async run(serve, store) {
      await against(
        serve,
        idempotent(() => new Response('done'), {store, scope: 'everyone'}),
        async url => {
          const key = crypto.randomUUID();
          await post(url, key);
          const other = await post(url, key, '{"amount":2}');
          equal([other.status, (await other.json()).code], [422, 'IDEMPOTENCY_KEY_REUSED'], 'answer');
        },
      );
    },
  },
  {
    name: 'a key whose first request still runs is refused with 409 and Retry-After',
    async run(serve, store) {
      const gate = Promise.withResolvers<void>();
      const entered = Promise.withResolvers<void>();
      const handler = idempotent(
        async () => {
          entered.resolve();
          await gate.promise;
          return new Response('done');
        },
        {store, scope: 'everyone'},
      );
      await against(serve, handler, async url => {
        const key = crypto.randomUUID();
        const first = post(url, key);
        await entered.promise;
        const second = await post(url, key);
        equal([second.status, (await second.json()).code], [409, 'REQUEST_RUNNING'], 'answer');
        ok(Number(second.headers.get('retry-after')) > 0, 'no Retry-After');
        gate.resolve();
        equal(await (await first).text(), 'done', 'first answer');
      });
    },
  },
  {
    name: 'a request without a key is refused with 400',
    async run(serve, store) {
      await against(
        serve,
        idempotent(() => new Response('done'), {store, scope: 'everyone'}),
        async url => {
          const answer = await post(url, null);
          equal([answer.status, (await answer.json()).code], [400, 'IDEMPOTENCY_KEY_MISSING'], 'answer');
        },
      );
    },
  },
];

/** With guards that are shared through Redis. */
export const guardCases: readonly {
  readonly name: string;
  run(serve: Serve, send: RedisSend): Promise<void>;
}[] = [
  {
    name: 'two clients share a limit of calls in flight',
    async run(serve, send) {
      let [inFlight, most] = [0, 0];
      const handler: FetchHandler = async () => {
        most = Math.max(most, ++inFlight);
        await new Promise(resolve => setTimeout(resolve, 30));
        inFlight--;
        return new Response('done');
      };
      await against(serve, handler, async url => {
        const clients = [1, 2].map(() =>
          createFetch(
            {concurrency: {kind: 'fixed', max: 3, queue: 100}, deadlineMs: null},
            {guards: redisGuards({send, name: 'runtimes', timeoutMs: 5000})},
          ),
        );
        const answers = await Promise.all(
          clients.flatMap(client => Array.from({length: 15}, async () => (await client(url)).text())),
        );
        equal(answers.length, 30, 'answers');
        // A client has its share in the first seconds, while Redis does not know the limit.
        ok(most >= 2 && most <= 3, `${most} in flight`);
      });
    },
  },
];

/** With deadlines; they need no store. */
export const deadlineCases: readonly ServingCase[] = [
  {
    name: 'a request whose deadline has passed is refused with 504',
    async run(serve) {
      let runs = 0;
      const handler = withDeadline(() => new Response(`run ${++runs}`));
      await against(serve, handler, async url => {
        const answer = await fetch(url, {headers: {'x-request-timeout-ms': '0'}});
        equal([answer.status, (await answer.json()).code, runs], [504, 'DEADLINE_PASSED', 0], 'answer');
      });
    },
  },
  {
    name: 'a call below a handler inherits what is left of the deadline',
    async run(serve) {
      const below = withDeadline((_, {remainingMs}) => new Response(String(remainingMs())));
      await against(serve, below, async upstream => {
        const client = createFetch({deadlineMs: 60_000, deadlineHeader: 'x-request-timeout-ms'});
        const handler = withDeadline(async () => {
          await new Promise(resolve => setTimeout(resolve, 50));
          return new Response(await (await client(upstream)).text());
        });
        await against(serve, handler, async url => {
          const left = Number(await (await fetch(url, {headers: {'x-request-timeout-ms': '20000'}})).text());
          ok(left > 0 && left <= 19_960, `left: ${left} ms`);
          const without = Number(await (await fetch(url)).text());
          ok(without > 20_000 && without <= 60_000, `left without a deadline: ${without} ms`);
        });
      });
    },
  },
  {
    name: 'a call below a handler ends with the deadline of its request',
    async run(serve) {
      const hanging = await serve(() => new Promise(resolve => setTimeout(() => resolve(new Response('late')), 3000)));
      const client = createFetch({deadlineMs: 60_000, attemptTimeoutMs: null, maxAttempts: 1});
      const ended = Promise.withResolvers<unknown>();
      const handler = withDeadline(async () => {
        ended.resolve(await thrown(client(hanging.url)));
        return new Response('x');
      });
      await against(serve, handler, async url => {
        await (await fetch(url, {headers: {'x-request-timeout-ms': '200'}})).text();
        const error = (await ended.promise) as {code?: string};
        equal(error.code, 'DEADLINE_EXCEEDED', 'code');
      });
      await hanging.close();
    },
  },
];
