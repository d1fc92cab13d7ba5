/**
 * Every way a ky call can end, in both loops.
 *
 * Where no hook of the user's can see a retry, our own loop runs inside ky's fetch. A beforeError hook that does nothing
 * makes the adapter choose the other one: ky's own loop, driven. What the user sees, what the server receives and what the spans
 * say must be the same in both. Calls whose own hooks can see a retry run driven in either column.
 */
import {expect} from 'chai';
import ky, {type KyInstance, type Options} from 'ky';
import {resilience} from '../../src/ky.ts';
import * as names from '../../src/telemetry/attributes.ts';
import {attemptsInFlight} from '../support/breaker-books.ts';
import {type Answer, deadUrl, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {Tracing, traceparentOf} from '../support/otel.ts';
import {seenBy} from '../support/outcome.ts';

interface Scenario {
  readonly title: string;
  readonly server: readonly Answer[];
  readonly run: (client: KyInstance, place: Place, deadUrl: string) => unknown;
  /** What the user gets. */
  readonly sees: string;
  /** Requests that arrive at the server. */
  readonly requests: number;
  /**
   * The call's span: outcome, then error.type where its status is Error; `unset` where it is not. null: no span.
   */
  readonly call: string | null;
  /** The attempts' spans: the status, else error.type, else the outcome. */
  readonly attempts: readonly string[];
}

const SOON = {resilience: {attemptTimeoutMs: 300}} satisfies Options;
const dripping =
  (status: number): Answer =>
  response =>
    response.writeHead(status, {'content-type': 'application/json'}).write('{');
const busy = (seconds: number): Answer => ({status: 503, headers: {'retry-after': String(seconds)}});
const abortable = (place: Place, reason?: unknown): AbortSignal => {
  const controller = new AbortController();
  // Abort once the request is on the server, and a little later: then the answer is here too, and its wait has begun.
  place.arrived(1).then(() => setTimeout(() => controller.abort(reason), 25));
  return controller.signal;
};
const fails = (thrown: unknown) => () => {
  throw thrown;
};

const scenarios: readonly Scenario[] = [
  {
    title: 'success',
    server: [200],
    run: (api, {url}) => api.get(url).json(),
    sees: '{"ok":true}',
    requests: 1,
    call: 'success unset',
    attempts: ['200'],
  },
  {
    title: '503 twice, then success',
    server: [503, 503, 200],
    run: (api, {url}) => api.get(url).json(),
    sees: '{"ok":true}',
    requests: 3,
    call: 'success unset',
    attempts: ['503', '503', '200'],
  },
  {
    title: '503 for ever',
    server: [503],
    run: (api, {url}) => api.get(url).json(),
    sees: 'throws HTTPError 503',
    requests: 3,
    call: 'failure 503',
    attempts: ['503', '503', '503'],
  },
  {
    title: '503 twice, then success, throwHttpErrors: false',
    server: [503, 503, 200],
    run: (api, {url}) => api.get(url, {throwHttpErrors: false}),
    sees: 'Response 200',
    requests: 3,
    call: 'success unset',
    attempts: ['503', '503', '200'],
  },
  {
    title: '503 for ever, throwHttpErrors: false',
    server: [503],
    run: (api, {url}) => api.get(url, {throwHttpErrors: false}),
    sees: 'Response 503',
    requests: 3,
    call: 'failure 503',
    attempts: ['503', '503', '503'],
  },
  {
    title: '404',
    server: [404],
    run: (api, {url}) => api.get(url).json(),
    sees: 'throws HTTPError 404',
    requests: 1,
    call: 'not_retryable 404',
    attempts: ['404'],
  },
  {
    title: '404, throwHttpErrors: false',
    server: [404],
    run: (api, {url}) => api.get(url, {throwHttpErrors: false}),
    sees: 'Response 404',
    requests: 1,
    call: 'not_retryable 404',
    attempts: ['404'],
  },
  {
    title: 'silence once, then success',
    server: ['hang', 200],
    run: (api, {url}) => api.get(url, SOON).json(),
    sees: '{"ok":true}',
    requests: 2,
    call: 'success unset',
    attempts: ['timeout', '200'],
  },
  {
    title: 'silence for ever',
    server: ['hang'],
    run: (api, {url}) => api.get(url, SOON).json(),
    sees: 'throws TimeoutError',
    requests: 3,
    call: 'timeout timeout',
    attempts: ['timeout', 'timeout', 'timeout'],
  },
  {
    title: 'a reset once, then success',
    server: ['reset', 200],
    run: (api, {url}) => api.get(url).json(),
    sees: '{"ok":true}',
    requests: 2,
    call: 'success unset',
    attempts: ['ECONNRESET', '200'],
  },
  {
    title: 'resets for ever',
    server: ['reset'],
    run: (api, {url}) => api.get(url).json(),
    sees: 'throws NetworkError',
    requests: 3,
    call: 'failure ECONNRESET',
    attempts: ['ECONNRESET', 'ECONNRESET', 'ECONNRESET'],
  },
  {
    title: 'a refused connection',
    server: [],
    run: (api, _, dead) => api.get(dead).json(),
    sees: 'throws NetworkError',
    requests: 0,
    call: 'failure ECONNREFUSED',
    attempts: ['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED'],
  },
  {
    title: 'a POST with a key: 503, then success',
    server: [503, 200],
    run: (api, {url}) => api.post(url, {json: {a: 1}}).json(),
    sees: '{"ok":true}',
    requests: 2,
    call: 'success unset',
    attempts: ['503', '200'],
  },
  {
    title: 'a POST with a key, whose beforeRetry hook makes a bare Request',
    server: [503, 200],
    run: (api, {url}) =>
      api
        .post(url, {
          json: {a: 1},
          hooks: {
            beforeRetry: [
              ({request}) => new Request(request.url, {method: 'POST', body: '{}', signal: request.signal}),
            ],
          },
        })
        .json(),
    sees: '{"ok":true}',
    requests: 2,
    call: 'success unset',
    attempts: ['503', '200'],
  },
  {
    title: 'the caller aborts in flight',
    server: ['hang'],
    run: (api, place) => api.get(place.url, {signal: abortable(place)}),
    sees: 'throws AbortError',
    requests: 1,
    call: 'cancelled unset',
    attempts: ['cancelled'],
  },
  {
    title: 'the caller aborts in flight, with a reason that is no Error',
    server: ['hang'],
    run: (api, place) => api.get(place.url, {signal: abortable(place, 'bye')}),
    sees: 'throws "bye"',
    requests: 1,
    call: 'cancelled unset',
    attempts: ['cancelled'],
  },
  {
    title: 'the caller aborts during a wait',
    server: [busy(5)],
    run: (api, place) => api.get(place.url, {signal: abortable(place, 'bye')}),
    sees: 'throws "bye"',
    requests: 1,
    call: 'cancelled unset',
    attempts: ['503'],
  },
  {
    title: 'a beforeRequest hook throws an Error',
    server: [200],
    run: (api, {url}) => api.get(url, {hooks: {beforeRequest: [fails(new Error('x'))]}}),
    sees: 'throws Error',
    requests: 0,
    call: 'failure _OTHER',
    attempts: [],
  },
  {
    title: 'a beforeRequest hook throws a string',
    server: [200],
    run: (api, {url}) => api.get(url, {hooks: {beforeRequest: [fails('x')]}}),
    sees: 'throws "x"',
    requests: 0,
    call: 'failure _OTHER',
    attempts: [],
  },
  {
    title: 'an afterResponse hook throws',
    server: [200],
    run: (api, {url}) => api.get(url, {hooks: {afterResponse: [fails(new Error('x'))]}}),
    sees: 'throws Error',
    requests: 1,
    call: 'failure _OTHER',
    attempts: ['200'],
  },
  {
    title: 'an afterResponse hook asks for ky.retry() once',
    server: [200],
    run: (api, {url}) =>
      api
        .get(url, {
          hooks: {afterResponse: [({retryCount}) => (retryCount === 0 ? ky.retry({delay: 1}) : undefined)]},
        })
        .json(),
    sees: '{"ok":true}',
    requests: 2,
    call: 'success unset',
    attempts: ['200', '200'],
  },
  {
    title: 'an afterResponse hook always asks for ky.retry()',
    server: [200],
    run: (api, {url}) => api.get(url, {hooks: {afterResponse: [() => ky.retry({delay: 1})]}}),
    sees: 'throws ForceRetryError',
    requests: 3,
    call: 'failure ForceRetryError',
    attempts: ['200', '200', '200'],
  },
  {
    title: 'a beforeRetry hook returns ky.stop',
    server: [503],
    run: (api, {url}) => api.get(url, {hooks: {beforeRetry: [() => ky.stop]}}),
    sees: 'undefined',
    requests: 1,
    call: 'cancelled unset',
    attempts: ['503'],
  },
  {
    title: 'a beforeRetry hook throws',
    server: [503],
    run: (api, {url}) => api.get(url, {hooks: {beforeRetry: [fails(new Error('x'))]}}),
    sees: 'throws Error',
    requests: 1,
    call: 'failure _OTHER',
    attempts: ['503'],
  },
  {
    title: 'a beforeRetry hook returns a Response',
    server: [503],
    run: (api, {url}) => api.get(url, {hooks: {beforeRetry: [() => new Response('{"cached":1}')]}}).json(),
    sees: '{"cached":1}',
    requests: 1,
    call: 'success unset',
    attempts: ['503'],
  },
  {
    title: 'a beforeRequest hook returns a Response',
    server: [200],
    run: (api, {url}) => api.get(url, {hooks: {beforeRequest: [() => new Response('{"cached":1}')]}}).json(),
    sees: '{"cached":1}',
    requests: 0,
    call: 'success unset',
    attempts: [],
  },
  {
    title: 'a beforeRequest hook returns a Response of 500',
    server: [200],
    run: (api, {url}) => api.get(url, {hooks: {beforeRequest: [() => new Response('no', {status: 500})]}}).json(),
    sees: 'throws HTTPError 500',
    requests: 0,
    call: 'failure 500',
    attempts: [],
  },
  {
    title: 'a beforeError hook throws a string',
    server: [404],
    run: (api, {url}) => api.get(url, {hooks: {beforeError: [fails('x')]}}),
    sees: 'throws "x"',
    requests: 1,
    call: 'failure _OTHER',
    attempts: ['404'],
  },
  {
    title: 'the server asks for a wait beyond totalTimeout',
    server: [busy(5)],
    run: (api, {url}) => api.get(url, {totalTimeout: 1000}),
    sees: 'throws HTTPError 503',
    requests: 1,
    call: 'failure 503',
    attempts: ['503'],
  },
  {
    title: 'retry: 0 in the call',
    server: [503, 200],
    run: (api, {url}) => api.get(url, {retry: 0}).json(),
    sees: 'throws HTTPError 503',
    requests: 1,
    call: 'failure 503',
    attempts: ['503'],
  },
  {
    title: 'a later .extend({fetch})',
    server: [503, 200],
    run: (api, {url}) =>
      api
        .extend({fetch: (input, init) => globalThis.fetch(input, init)})
        .get(url)
        .json(),
    sees: '{"ok":true}',
    requests: 2,
    call: 'success unset',
    attempts: ['503', '200'],
  },
  {
    title: 'a body that hangs, read by .json()',
    server: [dripping(200)],
    run: (api, {url}) => api.get(url, SOON).json(),
    sees: 'throws TimeoutError',
    requests: 1,
    call: 'success unset', // Spans end with the headers.
    attempts: ['200'],
  },
  {
    title: 'a 503 whose body hangs',
    server: [dripping(503)],
    run: (api, {url}) => api.get(url, SOON).json(),
    sees: 'throws HTTPError 503',
    requests: 3,
    call: 'failure 503',
    attempts: ['503', '503', '503'],
  },
  {
    title: 'a URL that is none',
    server: [],
    run: api => api.get('http://'),
    sees: 'throws TypeError',
    requests: 0,
    call: null, // ky throws before there is a Request.
    attempts: [],
  },
  {
    title: 'aborted before it began',
    server: [200],
    run: (api, {url}) => api.get(url, {signal: AbortSignal.abort()}),
    sees: 'throws AbortError',
    requests: 0,
    call: 'cancelled unset',
    attempts: [],
  },
  {
    title: 'a fetch that ignores its signal',
    server: [200],
    run: (api, {url}) => api.get(url, {fetch: () => new Promise(() => {}), ...SOON}),
    sees: 'throws TimeoutError',
    requests: 0,
    call: 'timeout timeout',
    attempts: ['timeout', 'timeout', 'timeout'],
  },
];

const loops = {
  'our own loop': {},
  "ky's loop, driven": {hooks: {beforeError: [({error}: {error: Error}) => error]}},
} satisfies Record<string, Options>;

describe('ky: how a call can end', () => {
  let inFlightBefore = 0;
  let server: LoopbackServer;
  let tracing: Tracing;
  let dead: string;
  before(async () => {
    inFlightBefore = attemptsInFlight();
    server = await LoopbackServer.start();
    dead = await deadUrl();
    tracing = new Tracing();
  });
  after(async () => {
    await tracing.stop();
    await server.close();
  });
  beforeEach(() => tracing.reset());

  it('has 36 scenarios', () => expect(scenarios).to.have.length(36));

  for (const [loop, extension] of Object.entries(loops)) {
    describe(loop, () => {
      for (const scenario of scenarios) {
        it(scenario.title, async () => {
          const place = server.place(...scenario.server);
          const sees = await seenBy(() => scenario.run(client(extension), place, dead));
          const {calls, attempts, open, complaints} = tracing;
          const call = calls[0];

          expect({
            sees,
            requests: place.requests.length,
            call: call === undefined ? null : described(call),
            attempts: attempts.map(describeAttempt),
          }).to.deep.equal({
            sees: scenario.sees,
            requests: scenario.requests,
            call: scenario.call,
            attempts: scenario.attempts,
          });
          expect(calls.length, 'call spans').to.equal(scenario.call === null ? 0 : 1);
          expect(open, 'spans left open').to.deep.equal([]);
          expect(complaints, 'of spans ended twice').to.deep.equal([]);
          for (const [index, attempt] of attempts.entries()) {
            expect(attempt.parentSpanContext?.spanId).to.equal(call!.spanContext().spanId);
            expect(attempt.attributes[names.HTTP_REQUEST_RESEND_COUNT]).to.equal(index === 0 ? undefined : index);
          }
          const sent = attempts.map(traceparentOf);
          expect(new Set(sent).size).to.equal(sent.length);
          if (place.requests.length > 0) {
            expect(place.header('traceparent'), 'traceparents received').to.deep.equal(sent);
            const ids = new Set(place.header('x-correlation-id'));
            expect([...ids], 'correlation ids').to.deep.equal([call!.attributes[names.CALL_ID]]);
          }
          const keys = new Set(place.header('idempotency-key'));
          for (const {method} of place.requests) {
            expect(keys.size, 'idempotency keys').to.equal(1);
            expect(keys.has(undefined), 'without a key').to.equal(method !== 'POST');
          }
        });
      }
    });
  }

  const client = (extension: Options): KyInstance =>
    ky
      .extend(
        resilience({
          attemptTimeoutMs: 3000,
          idempotency: {},
          budget: null,
          breaker: {minCalls: 1_000_000}, // Never opens, and has to be described every end.
          backoff: {baseMs: 1, throttledBaseMs: 1, capMs: 2},
        }),
      )
      .extend(extension);

  // In a suite of its own: mocha runs it after the suites above.
  describe('afterwards', () => {
    it('every attempt was reported to its breaker', async () => {
      for (let round = 0; round < 100 && attemptsInFlight() > inFlightBefore; round++)
        await new Promise(done => setTimeout(done, 10));
      expect(attemptsInFlight()).to.equal(inFlightBefore);
    });
  });
});

type Span = Tracing['spans'][number];

const ERROR = 2;

function described({attributes, status}: Span): string {
  const type = status.code === ERROR ? attributes[names.ERROR_TYPE] : 'unset';
  if (status.code !== ERROR && names.ERROR_TYPE in attributes) return 'an error.type without the status';
  return `${attributes[names.CALL_OUTCOME]} ${type}`;
}

function describeAttempt({attributes, status}: Span): string {
  const code = attributes[names.HTTP_RESPONSE_STATUS_CODE];
  const type = attributes[names.ERROR_TYPE];
  if ((status.code === ERROR) !== (type !== undefined)) return 'an error.type without the status, or the reverse';
  if (code !== undefined && (code as number) >= 400 && type !== String(code)) return `${code} with error.type ${type}`;
  return String(code ?? type ?? attributes[names.ATTEMPT_OUTCOME]);
}
