/** Where `reportOf` finds the report of a call: on the error or the response itself, or in the error that a client library makes of it. */
import {expect} from 'chai';
import type {CallContext} from '../../src/call/context.ts';
import {reportFor} from '../../src/call/report.ts';
import {type CallReport, reportOf} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, thrown, virtually, type World} from './world.ts';

const failedWith = async (world: World): Promise<unknown> => {
  world.serve(new TypeError('Failed to fetch'));
  return world.clock.run(() => thrown(world.fetch(ITEMS, {method: 'POST'})));
};
const answeredWith = (world: World, status: number): Promise<Response> => {
  world.serve(status);
  return world.clock.run(() => world.fetch(ITEMS, {method: 'POST'}));
};
const POST_REFUSED = {refusal: 'may-have-acted', attempts: 1};

describe('reportOf', () => {
  describe('finds the report of a failed call in the error of a client library', () => {
    for (const [where, wrap] of [
      [
        'under `cause` (OpenAI, Anthropic, Octokit, the AI SDK)',
        (cause: unknown) => new Error('Connection error.', {cause}),
      ],
      ['under `detail` (Stripe)', (detail: unknown) => Object.assign(new Error('Request failed'), {detail})],
      ['under `networkError` (urql)', (networkError: unknown) => Object.assign(new Error('x'), {networkError})],
      ['under the cause of a cause', (cause: unknown) => new Error('x', {cause: new Error('y', {cause})})],
      ['under the detail of a cause', (detail: unknown) => new Error('x', {cause: {detail}})],
      ['in a plain object', (cause: unknown) => ({cause})],
    ] as const)
      virtually(where, async make => {
        const error = await failedWith(make({backoff: AT_ONCE}));
        expect(reportOf(wrap(error)))
          .to.equal(reportOf(error))
          .and.to.include(POST_REFUSED);
      });
  });

  describe('finds the report of a failed response in the error of a client library', () => {
    for (const [where, wrap] of [
      ['under `response` (ky)', (response: Response) => Object.assign(new Error('503'), {response})],
      ['under `headers` (OpenAI, Anthropic)', ({headers}: Response) => Object.assign(new Error('503'), {headers})],
    ] as const)
      virtually(where, async make => {
        const response = await answeredWith(make({backoff: AT_ONCE}), 503);
        expect(reportOf(wrap(response))).to.include(POST_REFUSED);
      });

    virtually('and leaves the headers of a success alone', async make => {
      const {headers} = await answeredWith(make(), 200);
      expect(Object.getOwnPropertySymbols(headers).map(String)).not.to.include('Symbol(steadfetch call)');
      expect(reportOf({headers})).to.equal(undefined);
    });
  });

  virtually('prefers the report of the error to that of its cause', async make => {
    const world = make({backoff: AT_ONCE});
    const inner = await failedWith(world);
    const outer = await failedWith(world);
    (outer as Error).cause = inner;
    expect(reportOf(outer)).not.to.equal(reportOf(inner));
    expect(reportOf(outer)).to.equal((outer as {resilience?: unknown}).resilience);
  });

  virtually('skips a getter that throws', async make => {
    const cause = await failedWith(make({backoff: AT_ONCE}));
    const odd = {
      get response(): never {
        throw new Error('a getter threw');
      },
      get resilience(): never {
        throw new Error('a getter threw');
      },
      cause,
    };
    expect(reportOf(odd)).to.equal(reportOf(cause));
  });

  virtually('gives up after twenty errors', async make => {
    const error = await failedWith(make({backoff: AT_ONCE}));
    const below = (depth: number): unknown => (depth === 0 ? error : new Error('x', {cause: below(depth - 1)}));
    expect(reportOf(below(19))).to.equal(reportOf(error));
    expect(reportOf(below(20))).to.equal(undefined);
  });

  it('ends if every error has infinitely many causes, details and responses', () => {
    let reads = 0;
    const endless = (): object =>
      new Proxy(
        {},
        {
          get(_, key) {
            reads++;
            return typeof key === 'string' && key !== 'resilience' ? endless() : undefined;
          },
        },
      );
    expect(reportOf(endless())).to.equal(undefined);
    expect(reads).to.be.below(150);
  });

  it('ends at a cycle', () => {
    const one = new Error('one');
    const two = new Error('two', {cause: one});
    one.cause = two;
    expect(reportOf(one)).to.equal(undefined);
    one.cause = one;
    expect(reportOf(one)).to.equal(undefined);
  });

  describe('finds nothing, and does not throw, in', () => {
    const {proxy, revoke} = Proxy.revocable({}, {});
    revoke();
    for (const [what, value] of [
      ['undefined', undefined],
      ['null', null],
      ['a string', 'x'],
      ['an error of others', new Error('x', {cause: 'y'})],
      ['a response of others', new Response(null, {status: 503})],
      ['a revoked proxy', proxy],
    ] as [string, unknown][])
      it(what, () => expect(reportOf(value)).to.equal(undefined));
  });
});

describe('the report of a call under way', () => {
  virtually('has the result failure, the reason "not ended", and the duration so far', async make => {
    const reports: CallReport[] = [];
    const world = make(
      {backoff: AT_ONCE},
      {
        on: event => {
          if (event.type === 'attempt.end') reports.push(reportFor(event.call as CallContext));
        },
      },
    );
    world.serveSlowly(30, 503, 200);
    await world.run();
    expect(
      reports.map(({result, reason, attempts, durationMs}) => [result, reason, attempts, durationMs]),
    ).to.deep.equal([
      ['failure', 'not ended', 1, 30],
      ['failure', 'not ended', 2, 60],
    ]);
  });
});
