import {expect} from 'chai';
import {memoryStore} from '../../src/server.ts';
import {storeContract} from './store-contract.ts';

const HOUR = 3_600_000;
const claim = {fingerprint: 'f', token: 't', leaseMs: HOUR, keepMs: 24 * HOUR, afterLoss: 'refuse'} as const;
const response = (bytes: number) => ({status: 200, headers: [], body: new Uint8Array(bytes)});

describe('memoryStore', () => {
  describe('as a store', () => {
    // Each key lives at a time of its own, so that a test can move it alone.
    storeContract(async () => {
      const ends = new Map<string, number>();
      let now = 0;
      const store = memoryStore({clock: {now: () => now}});
      const at = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
        now = ends.get(key) ?? 0;
        return work();
      };
      return {
        store: {
          claim: each => at(each.key, () => store.claim(each)),
          renew: (key, ...rest) => at(key, () => store.renew(key, ...rest)),
          complete: (key, ...rest) => at(key, () => store.complete(key, ...rest)),
          abandon: (key, ...rest) => at(key, () => store.abandon(key, ...rest)),
          release: (key, ...rest) => at(key, () => store.release(key, ...rest)),
        },
        lapse: async key => void ends.set(key, (ends.get(key) ?? 0) + HOUR),
        expire: async key => void ends.set(key, (ends.get(key) ?? 0) + 48 * HOUR),
      };
    }, 300);
  });

  it('refuses a new key when it is full, and forgets none', async () => {
    const store = memoryStore({maxKeys: 2});
    for (const key of ['a', 'b']) await store.claim({...claim, key});
    await store.complete('a', 't', response(1), HOUR);
    const error = await store.claim({...claim, key: 'c'}).catch((error: unknown) => error);
    expect(error).to.include({code: 'IDEMPOTENCY_STORE'});
    expect(error)
      .to.have.property('message')
      .that.matches(/limit of 2 idempotency keys/);
    expect((await store.claim({...claim, key: 'a'})).state).to.equal('completed');
  });

  it('makes room by forgetting what has expired', async () => {
    let now = 0;
    const store = memoryStore({maxKeys: 2, clock: {now: () => now}});
    for (const key of ['a', 'b']) await store.claim({...claim, key});
    now = 25 * HOUR;
    expect((await store.claim({...claim, key: 'c'})).state).to.equal('claimed');
  });

  it('keeps that a request was completed where it has no room for the body', async () => {
    const store = memoryStore({maxBytes: 10});
    for (const [key, bytes] of [
      ['a', 8],
      ['b', 8],
    ] as const) {
      await store.claim({...claim, key});
      await store.complete(key, 't', response(bytes), HOUR);
    }
    const found = await store.claim({...claim, key: 'b'});
    expect(found).to.deep.equal({state: 'completed', response: {status: 200, headers: [], body: null}});
  });

  it('has room for bodies again once others have expired', async () => {
    let now = 0;
    const store = memoryStore({maxBytes: 10, clock: {now: () => now}});
    const keep = async (key: string): Promise<unknown> => {
      await store.claim({...claim, key, keepMs: 2 * HOUR});
      await store.complete(key, 't', response(4), HOUR);
      const found = await store.claim({...claim, key, token: 'other'});
      return 'response' in found ? found.response.body?.byteLength : found.state;
    };
    expect([await keep('a'), await keep('b'), await keep('c')]).to.deep.equal([4, 4, undefined]);
    now = HOUR;
    expect([await keep('d'), await keep('e')]).to.deep.equal([4, 4]);
  });

  it('keeps a body whose complete is sent again', async () => {
    const store = memoryStore({maxBytes: 10});
    await store.claim({...claim, key: 'a'});
    for (let at = 0; at < 2; at++) expect(await store.complete('a', 't', response(8), HOUR)).to.equal(true);
    const found = await store.claim({...claim, key: 'a', token: 'other'});
    expect(found).to.deep.equal({state: 'completed', response: response(8)});
  });
});
