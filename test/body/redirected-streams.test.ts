/** Redirects into an event stream: the stream is held like any other, and headers go where plain fetch sends them. */
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, type Dispatcher, interceptors, request, fetch as undiciFetch} from 'undici';
import {createFetch, type PolicyInput, type Ports, reportOf, resilience} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {type Answer, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {DONE, OVERLOADED, PING, ROLE, text} from '../support/streamed-fetch.ts';

const POLICY: PolicyInput = {
  stream: {},
  idempotentMethods: ['GET', 'POST'],
  attemptTimeoutMs: 10_000,
  backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
  breaker: null,
};
const STREAM = PING + ROLE + text('日本 🚀') + text('!') + DONE;
const EVENTS = {'content-type': 'text/event-stream'};
const SECRETS = {authorization: 'Bearer secret', cookie: 'session=secret', 'proxy-authorization': 'Basic secret'};

interface Read {
  readonly text: string;
  /** Undefined for undici's `request`, whose responses do not say. */
  readonly url?: string;
  readonly redirected?: boolean;
  readonly response?: Response;
}
type Send = (url: string, init: Init) => Promise<Read>;
interface Init {
  readonly method?: 'POST';
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const reading = async (answer: Promise<Response>): Promise<Read> => {
  const response = await answer;
  const {url, redirected} = response;
  return {text: await response.text(), url, redirected, response};
};

describe('a redirect into an event stream', () => {
  let first: LoopbackServer;
  let second: LoopbackServer;
  let agent: Agent;

  before(async () => {
    [first, second] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
    agent = new Agent();
  });
  after(async () => {
    await agent.destroy();
    await Promise.all([first.close(), second.close()]);
  });

  const throughUndici = (compose: (agent: Agent) => Dispatcher): Send => {
    const dispatcher = (): Dispatcher => compose(agent);
    return async (url, init) => {
      const {body} = await request(url, {...init, dispatcher: dispatcher()} as {dispatcher: Dispatcher});
      return {text: await body.text()};
    };
  };
  const redirects = interceptors.redirect({maxRedirections: 5});
  const CLIENTS: Readonly<Record<string, (policy: PolicyInput, ports?: Omit<Ports, 'fetch'>) => Send>> = {
    fetch: (policy, ports) => (url, init) => reading(createFetch(policy, ports)(url, init)),
    'undici’s fetch in fetch': (policy, ports) => {
      const fetch = createFetch(policy, {...ports, fetch: undiciFetch as unknown as typeof globalThis.fetch});
      return (url, init) => reading(fetch(url, init));
    },
    ky: (policy, ports) => (url, init) => reading(ky.extend(resilience(policy, ports))(url, init)),
    'ky’s own loop': (policy, ports) => {
      const api = ky.extend(resilience(policy, ports)).extend({hooks: {beforeRetry: [() => {}]}});
      return (url, init) => reading(api(url, init));
    },
    'undici, redirects below': (policy, ports) =>
      throughUndici(agent => agent.compose(redirects, resilienceInterceptor(policy, ports))),
    'undici, redirects above': (policy, ports) =>
      throughUndici(agent => agent.compose(resilienceInterceptor(policy, ports), redirects)),
  };

  /** A place that redirects every request to another one, on another origin. */
  function redirecting(status: number, ...script: Answer[]): {from: Place; to: Place} {
    const to = second.place(...script);
    return {from: first.place({status, headers: {location: to.url}, body: ''}), to};
  }
  const overloaded: Answer = {headers: EVENTS, body: PING + ROLE + OVERLOADED};
  const whole: Answer = {headers: EVENTS, body: STREAM};

  /** Of the headers that a request arrived with, all that the caller wrote. */
  const own = ({headers}: Place['requests'][number]): string[] =>
    Object.keys(headers).filter(name => name in SECRETS || name === 'x-own');

  for (const status of [301, 302, 303, 307, 308])
    for (const [name, make] of Object.entries(CLIENTS))
      describe(`${status}, through ${name}`, () => {
        // Each hop is a call of its own there, and only the one into the stream is retried.
        const isCallPerHop = name === 'undici, redirects above';
        const headers = {...SECRETS, 'x-own': 'kept'};

        for (const init of [{headers}, {method: 'POST', body: 'question', headers}] satisfies Init[])
          it(`is retried where the stream begins with an overload, and is whole: ${init.method ?? 'GET'}`, async () => {
            const plain = redirecting(status, whole);
            await reading(fetch(plain.from.url, init));
            const {from, to} = redirecting(status, overloaded, whole);
            const read = await make(POLICY)(from.url, init);
            expect(read.text).to.equal(STREAM);
            expect([from.requests.length, to.requests.length]).to.deep.equal([isCallPerHop ? 1 : 2, 2]);
            if (read.response !== undefined) {
              expect(read).to.include({url: to.url, redirected: true});
              expect(reportOf(read.response)).to.include({attempts: 2, result: 'success'});
            }
            for (const [place, expected] of [
              [from, plain.from],
              [to, plain.to],
            ] as const)
              for (const {method, body, ...seen} of place.requests) {
                const [sent] = expected.requests;
                expect([method, body.toString()]).to.deep.equal([sent!.method, sent!.body.toString()]);
                expect(own({method, body, ...seen})).to.have.members(own(sent!));
              }
          });

        it('has the server that redirected act once where the call may not be repeated', async () => {
          const {from, to} = redirecting(status, overloaded, whole);
          const read = await make({...POLICY, idempotentMethods: ['GET']})(from.url, {method: 'POST', body: 'order'});
          expect(from.requests).to.have.length(1);
          if (isCallPerHop) return;
          expect(read.text).to.equal(PING + ROLE + OVERLOADED);
          expect(to.requests).to.have.length(1);
        });

        it('ends after firstContentMs where it brings only pings, and its connection closes', async () => {
          const closed: Promise<unknown>[] = [];
          const {from} = redirecting(status, (response: ServerResponse) => {
            closed.push(once(response, 'close'));
            response.writeHead(200, EVENTS).write(PING);
          });
          const send = make({...POLICY, stream: {firstContentMs: 50}, maxAttempts: 1});
          const error = await errorOf(() => send(from.url, {}));
          expect((error.code ?? (error.cause as {code?: string})?.code) as string).to.equal('CONTENT_TIMEOUT');
          await Promise.all(closed);
        });
      });
});
