/** The answer to a request whose deadline ends a call below its handler: 504, whichever of the two timers is first. */
import {expect} from 'chai';
import ky from 'ky';
import {createFetch} from '../../src/fetch.ts';
import {guard} from '../../src/function.ts';
import {grpcInterceptor} from '../../src/grpc.ts';
import {resilience} from '../../src/ky.ts';
import {deadlineMiddleware, withDeadline} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {GrpcServer, get, hang} from '../grpc/grpc-server.ts';
import {withServers} from './node-server.ts';
import {told} from './requests.ts';

const listening = withServers();
const request = (ms: number): Request =>
  new Request('https://shop.example/search', {headers: {'x-request-timeout-ms': String(ms)}});
const policy = {deadlineMs: 60_000, attemptTimeoutMs: null, maxAttempts: 1} as const;
const UPSTREAM = 'https://stock.example/items';

/** A call, by its own clock, of a service that does not answer. */
const CALLS: Readonly<Record<string, (clock: VirtualClock) => Promise<unknown>>> = {
  fetch: clock =>
    createFetch(policy, {clock, fetch: (_url, init) => clock.sleep(1e6, init?.signal) as never})(UPSTREAM),
  guard: clock => guard(policy, {clock})(signal => clock.sleep(1e6, signal)),
  ky: clock =>
    ky
      .create({...resilience(policy, {clock}), fetch: given => clock.sleep(1e6, (given as Request).signal) as never})
      .get(UPSTREAM),
  'an error that wraps that of a call': clock =>
    guard(policy, {clock})(signal => clock.sleep(1e6, signal)).catch((cause: unknown) => {
      throw new Error('The search failed.', {cause});
    }),
};

describe('a call that the deadline of its request ends', () => {
  for (const [name, call] of Object.entries(CALLS))
    for (const [first, order] of [
      ['the call', [1, 0]],
      ['the signal', [0, 1]],
    ] as const)
      it(`is answered with 504 by withDeadline: ${name}, ${first} first`, async () => {
        const clocks = [new VirtualClock(), new VirtualClock()] as const;
        const serve = withDeadline(() => call(clocks[1]) as Promise<Response>, {clock: clocks[0]});
        const answer = serve(request(200)).then(told);
        for (const clock of clocks) await clock.advance(199);
        for (const at of order) await clocks[at].advance(1);
        expect(await answer).to.equal('504 DEADLINE_PASSED');
      });

  it('says status 504 to frameworks, which need not refuse a retry of another request', async () => {
    const clock = new VirtualClock();
    const middleware = deadlineMiddleware({clock});
    const {promise, resolve} = Promise.withResolvers<unknown>();
    const url = await listening((request, response) =>
      middleware(request, response, () => {
        CALLS.guard!(clock).catch(resolve);
        response.end();
      }),
    );
    await fetch(url, {headers: {'x-request-timeout-ms': '200'}});
    await clock.advance(200);
    const error = await promise;
    expect(error).to.include({code: 'DEADLINE_EXCEEDED', limitMs: 200, status: 504, statusCode: 504});
    expect(error).not.to.have.property('headers');
  });

  it('is the reason of the signal, which says to frameworks that a retry of this request is of no use', async () => {
    const clock = new VirtualClock();
    const reason = Promise.withResolvers<unknown>();
    const serve = withDeadline(
      (_request, {signal}) => {
        signal.addEventListener('abort', () => reason.resolve(signal.reason));
        return new Promise<Response>(() => {});
      },
      {clock},
    );
    void serve(request(200));
    await clock.advance(200);
    const said = {code: 'DEADLINE_EXCEEDED', status: 504, statusCode: 504, headers: {'x-should-retry': 'false'}};
    expect(await reason.promise).to.deep.include(said);
  });

  it('says status 504 in an error of grpc-js, too', async () => {
    const server = await GrpcServer.start();
    server.serve(hang);
    const client = server.client([grpcInterceptor(policy)]);
    const serve = withDeadline(async () => {
      throw (await get(client)).error;
    });
    const middleware = deadlineMiddleware();
    const {promise, resolve} = Promise.withResolvers<unknown>();
    const url = await listening((request, response) =>
      middleware(request, response, () => {
        response.end();
        get(client).then(({error}) => resolve(error), resolve);
      }),
    );
    await fetch(url, {headers: {'x-request-timeout-ms': '20'}});
    expect(await promise).to.include({code: 4, status: 504, statusCode: 504});
    expect(await told(await serve(request(20)))).to.equal('504 DEADLINE_PASSED');
    client.close();
    await server.close();
  });

  it('leaves the error of a deadline of the call itself to the handler', async () => {
    const clock = new VirtualClock();
    const guarded = guard({...policy, deadlineMs: 100}, {clock});
    const serve = withDeadline(() => guarded(signal => clock.sleep(1e6, signal)) as Promise<never>, {clock});
    const failed = await clock.run(() => serve(request(5000)).catch((error: unknown) => error));
    expect(failed).to.include({code: 'DEADLINE_EXCEEDED', limitMs: 100});
    expect(failed).not.to.have.property('status');
  });

  it('is no answer to another request that waits for the same call', async () => {
    const clock = new VirtualClock();
    let shared: Promise<unknown> | undefined;
    const serve = withDeadline(
      () => {
        shared ??= CALLS.guard!(clock);
        return shared as Promise<Response>;
      },
      {clock},
    );
    const first = serve(request(200)).then(told);
    const second = serve(request(5000)).catch((error: Error) => error);
    await clock.advance(200);
    expect(await first).to.equal('504 DEADLINE_PASSED');
    expect(await second).to.include({code: 'DEADLINE_EXCEEDED'});
  });
});
