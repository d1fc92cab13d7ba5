/** What the stack of a failed call shows. */
import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';
import {VirtualClock} from '../../src/testing.ts';
import {thrown} from '../call/world.ts';

const failingWith = (error: unknown) =>
  createFetch({maxAttempts: 1}, {fetch: () => new Promise((_, reject) => setImmediate(reject, error))});

async function loadItems(fetch: ReturnType<typeof createFetch>): Promise<void> {
  await fetch('https://shop.test/items');
}

describe('the stack of the error of a failed call', () => {
  it('names the functions that await the call, as with plain fetch', async () => {
    const error = new TypeError('Failed to fetch');
    const before = error.stack;
    expect(await thrown(loadItems(failingWith(error)))).to.equal(error);
    expect(error.stack).to.match(/at async loadItems \(.*settle\.test\.ts/);
    expect(error.stack!.startsWith(before!)).to.equal(true);
    expect(error.stack).not.to.include('src/fetch/settle.ts');
  });

  it('names them if the body of a Request is sent', async () => {
    const fetch = failingWith(new TypeError('Failed to fetch'));
    const request = new Request('https://shop.test/items', {method: 'POST', body: 'text'});
    async function save(): Promise<void> {
      await fetch(request);
    }
    expect(((await thrown(save())) as Error).stack).to.match(/at async save \(/);
  });

  it('names them after a timeout', async () => {
    const clock = new VirtualClock();
    const fetch = createFetch({attemptTimeoutMs: 10, maxAttempts: 1}, {clock, fetch: () => new Promise(() => {})});
    const error = await clock.run(() => thrown(loadItems(fetch)));
    expect((error as Error).stack).to.match(/^TimeoutError: .*\n(.*\n)*? +at async loadItems \(/);
  });

  it('is not changed by the next call that fails with the same error', async () => {
    const error = new TypeError('Failed to fetch');
    await thrown(loadItems(failingWith(error)));
    const {stack} = error;
    await thrown(loadItems(failingWith(error)));
    expect(error.stack).to.equal(stack);
  });

  it('is not changed if the caller aborts, because the reason is the caller’s', async () => {
    const reason = new Error('enough');
    const {stack} = reason;
    const fetch = failingWith(new TypeError('Failed to fetch'));
    expect(await thrown(fetch('https://shop.test/items', {signal: AbortSignal.abort(reason)}))).to.equal(reason);
    expect(reason.stack).to.equal(stack);
  });

  for (const [what, error] of [
    ['a text', 'odd'],
    ['a frozen error', Object.freeze(new TypeError('Failed to fetch'))],
    ['an error without a stack', Object.defineProperty(new TypeError('Failed to fetch'), 'stack', {value: undefined})],
    ['an error whose stack throws', Object.defineProperty(new Error('x'), 'stack', {get: () => expect.fail()})],
  ] as [string, unknown][])
    it(`${what} is thrown untouched`, async () => {
      expect(await thrown(loadItems(failingWith(error)))).to.equal(error);
    });

  it('an object that is no Error gets no field', async () => {
    const error = {code: 'ODD'};
    expect(await thrown(loadItems(failingWith(error)))).to.equal(error);
    expect(error).to.deep.equal({code: 'ODD'});
  });
});
