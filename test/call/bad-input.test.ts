/** Mistakes in a call: one clear error, nothing sent twice, nothing left. */
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import {ITEMS, thrown, virtually} from './world.ts';

describe('a mistake in a call', () => {
  for (const [what, url, init, message] of [
    ['a URL that is none', 'not a url', {}, /URL/],
    ['an empty URL', '', {}, /URL/],
    ['no URL', undefined, {}, /URL/],
    ['a URL with a password', 'https://user:pass@api.test/', {}, /credentials/],
    ['a header name that is none', ITEMS, {headers: {'bad header': 'x'}}, /header/i],
    ['a header value that is none', ITEMS, {headers: {'x-mine': 'a\nb'}}, /header/i],
    ['headers that are none', ITEMS, {headers: [['one']]}, /./],
    ['a method that is none', ITEMS, {method: 'BAD METHOD'}, /method/],
    ['a method that is forbidden', ITEMS, {method: 'TRACE'}, /method/],
    ['a GET with a body', ITEMS, {body: 'text'}, /body/],
    ['a signal that is none', ITEMS, {signal: {aborted: false}}, /signal .*AbortSignal/],
    ['a signal that is a text', ITEMS, {signal: 'abort'}, /signal .*AbortSignal/],
    ['a Request with a method that is none', new Request(ITEMS), {method: 'BAD METHOD'}, /method/],
    ['a body that was transferred away', ITEMS, {method: 'POST', body: detached()}, /detached ArrayBuffer/],
    ['a Request that was used', usedRequest(), {}, /./],
  ] as const) {
    virtually(`rejects with one error: ${what}`, async make => {
      const world = make({breaker: {kind: 'consecutive', failures: 1}});
      let called = 0;
      const {server} = world;
      const {fetch} = server;
      Object.defineProperty(server, 'fetch', {
        value: (input: RequestInfo, given?: RequestInit) => {
          called++;
          return fetch(input, given);
        },
      });
      let promise: Promise<Response> | undefined;
      expect(() => {
        promise = world.fetch(url as string, init as RequestInit);
      }, 'thrown at once').to.not.throw();
      const error = await world.clock.run(() => thrown(promise!));
      expect(error).to.be.instanceOf(TypeError);
      expect((error as Error).message).to.match(message);
      expect(world.sends).to.equal(0);
      expect(called).to.be.at.most(1);
      expect(reportOf(error)?.attempts ?? 0).to.be.at.most(1);
      const [origin] = world.handle.snapshot(world.clock.now()).origins;
      expect(origin?.breakers[0]?.state ?? 'closed').to.equal('closed');
    });
  }

  virtually('does not prevent the next call from being sent', async make => {
    const world = make({concurrency: {max: 1}});
    expect(await world.run(ITEMS, {headers: {'bad header': 'x'}})).to.match(/^TypeError/);
    expect(await world.run()).to.equal('200');
  });

  virtually('is not made by signal: null, which means no signal and overrides that of a Request', async make => {
    const world = make();
    const signal = AbortSignal.abort(new Error('gone'));
    expect(await world.run(new Request(ITEMS, {signal}), {signal: null})).to.equal('200');
  });
});

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, {transfer: [buffer]});
  return buffer;
}

function usedRequest(): Request {
  const request = new Request(ITEMS, {method: 'PUT', body: 'text'});
  request.text();
  return request;
}
