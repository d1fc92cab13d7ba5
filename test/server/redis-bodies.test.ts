/** Bodies of responses in `redisStore`, which keeps text. */
import {randomBytes} from 'node:crypto';
import {expect} from 'chai';
import {type Claim, redisStore} from '../../src/server.ts';

const CLAIM: Claim = {key: 'k', fingerprint: 'f', token: 't', leaseMs: 1000, keepMs: 1000, afterLoss: 'refuse'};

/** A command that completes a run has 7 arguments here, and one that claims a key 9: Redis, as far as one response goes. @param change What happens to its text. */
function stored(change: (text: string) => string = text => text) {
  let kept = '';
  return redisStore({
    send: async args => {
      if (args.length === 7) kept = change(args[5]!);
      return args.length === 7 ? 1 : ['completed', kept];
    },
  });
}

const bodyOf = async (store: ReturnType<typeof stored>): Promise<Uint8Array | null> => {
  const found = await store.claim(CLAIM);
  return found.state === 'completed' ? found.response.body : null;
};

async function withoutBuffer<T>(work: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Buffer')!;
  Reflect.deleteProperty(globalThis, 'Buffer');
  try {
    return await work();
  } finally {
    Object.defineProperty(globalThis, 'Buffer', before);
  }
}

describe('a body in redisStore', () => {
  const bodies = [0, 1, 2, 3, 100_001].map(size => new Uint8Array(randomBytes(size)));
  const roundTrips = async (body: Uint8Array): Promise<Uint8Array | null> => {
    const store = stored();
    await store.complete('k', 't', {status: 200, headers: [], body}, 1000);
    return bodyOf(store);
  };

  it('comes back as it was, with Buffer and without', async () => {
    for (const body of bodies) {
      expect(await roundTrips(body)).to.deep.equal(body);
      const got = await withoutBuffer(() => roundTrips(body));
      expect(got).to.deep.equal(body);
    }
  });

  it('of 1 MB takes a few milliseconds to store and to read', async () => {
    const body = new Uint8Array(randomBytes(1_000_000));
    const cpu = process.cpuUsage();
    for (let count = 0; count < 10; count++) await roundTrips(body);
    const {user, system} = process.cpuUsage(cpu);
    expect((user + system) / 10_000, 'ms for each').to.be.below(40);
  });

  it('that is damaged fails the claim', async () => {
    const store = stored(text => text.replace('QUJD', 'Q*JD'));
    await store.complete('k', 't', {status: 200, headers: [], body: new TextEncoder().encode('ABC')}, 1000);
    for (const ask of [() => bodyOf(store), () => withoutBuffer(() => bodyOf(store))])
      expect(await ask().catch((error: unknown) => error)).to.include({code: 'IDEMPOTENCY_STORE'});
  });
});
