/** What every store of idempotency keys does, held against a model by random sequences. */
import {expect} from 'chai';
import fc from 'fast-check';
import type {AfterLoss, Claim, ClaimResult, IdempotencyStore, StoredResponse} from '../../src/server.ts';

/** A store whose time a test can move for one key. */
export interface TestedStore {
  readonly store: IdempotencyStore;
  /** Ends the lease of a running key. */
  lapse(key: string): Promise<void>;
  /** Ends the time for which a key is remembered. */
  expire(key: string): Promise<void>;
}

const HOUR = 3_600_000;
let keys = 0;
const newKey = (): string => `tenant%20one:${++keys}-${process.pid}`;

const responseOf = (status: number, text: string | null): StoredResponse => ({
  status,
  headers: [
    ['content-type', 'text/plain'],
    ['link', '<a>; rel="next"'],
  ],
  body: text === null ? null : new TextEncoder().encode(text),
});

const claimOf = (key: string, token: string, fingerprint = 'f1', afterLoss: AfterLoss = 'refuse'): Claim => ({
  key,
  fingerprint,
  token,
  leaseMs: HOUR,
  keepMs: 24 * HOUR,
  afterLoss,
});

/** A step of one of several runs that share two keys. */
type Step =
  | {readonly do: 'claim'; readonly token: string; readonly fingerprint: string; readonly afterLoss: AfterLoss}
  | {readonly do: 'complete'; readonly token: string; readonly status: number}
  | {readonly do: 'renew' | 'abandon' | 'release'; readonly token: string}
  | {readonly do: 'lapse' | 'expire'};

const token = fc.constantFrom('t1', 't2', 't3');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      token,
      fingerprint: fc.constantFrom('f1', 'f1', 'f1', 'f2'),
      afterLoss: fc.constantFrom<AfterLoss[]>('refuse', 'run-again'),
    }),
  },
  {weight: 2, arbitrary: fc.record({do: fc.constant('complete' as const), token, status: fc.constantFrom(200, 404)})},
  {
    weight: 3,
    arbitrary: fc.record({do: fc.constantFrom('renew' as const, 'abandon' as const, 'release' as const), token}),
  },
  {weight: 2, arbitrary: fc.record({do: fc.constantFrom('lapse' as const, 'expire' as const)})},
);
const steps = fc.array(fc.record({key: fc.constantFrom(0, 1), step}), {minLength: 1, maxLength: 14});

/** One key, as the documents describe it. */
class KeyModel {
  #kept: {fingerprint: string; token: string; state: string; lapsed: boolean; status: number} | null = null;

  apply(step: Step): unknown {
    const kept = this.#kept;
    switch (step.do) {
      case 'lapse':
        if (kept !== null) kept.lapsed = true;
        return undefined;
      case 'expire':
        this.#kept = null;
        return undefined;
      case 'claim':
        return this.#claim(step);
      default:
        if (kept === null || kept.token !== step.token) return false;
        if (kept.state !== 'running' && !(step.do === 'complete' && kept.state === 'completed')) return false;
        if (step.do === 'release') this.#kept = null;
        if (step.do === 'renew') kept.lapsed = false;
        if (step.do === 'abandon') kept.state = 'unknown';
        if (step.do === 'complete') Object.assign(kept, {state: 'completed', status: step.status});
        return true;
    }
  }

  #claim({token, fingerprint, afterLoss}: Step & {do: 'claim'}): unknown {
    const kept = this.#kept;
    if (kept !== null) {
      if (kept.fingerprint !== fingerprint) return 'mismatch';
      if (kept.state === 'completed') return `completed ${kept.status}`;
      const isOwn = kept.state === 'running' && kept.token === token;
      if (kept.state === 'running' && !kept.lapsed && !isOwn) return 'running';
      if (afterLoss === 'refuse' && !isOwn) return 'unknown';
    }
    this.#kept = {fingerprint, token, state: 'running', lapsed: false, status: 0};
    return 'claimed';
  }
}

async function apply({store, lapse, expire}: TestedStore, key: string, step: Step): Promise<unknown> {
  switch (step.do) {
    case 'lapse':
      return lapse(key);
    case 'expire':
      return expire(key);
    case 'claim': {
      const found = await store.claim(claimOf(key, step.token, step.fingerprint, step.afterLoss));
      return found.state === 'completed' ? `completed ${found.response.status}` : found.state;
    }
    case 'complete':
      return store.complete(key, step.token, responseOf(step.status, 'done'), 24 * HOUR);
    case 'renew':
      return store.renew(key, step.token, HOUR);
    default:
      return store[step.do](key, step.token);
  }
}

/** @param open  Called before the tests. */
export function storeContract(open: () => Promise<TestedStore>, numRuns: number): void {
  let tested: TestedStore;
  let store: IdempotencyStore;
  before(async () => {
    tested = await open();
    store = tested.store;
  });

  it('gives a new key to the first claim, and tells the second how long the lease lasts', async () => {
    const key = newKey();
    expect(await store.claim(claimOf(key, 't1'))).to.deep.equal({state: 'claimed'});
    const found = await store.claim(claimOf(key, 't2'));
    expect(found.state).to.equal('running');
    expect(found).to.have.property('leaseLeftMs').within(1, HOUR);
  });

  it('gives a key to the same token again: the reply of the first command may have been lost', async () => {
    const key = newKey();
    for (let at = 0; at < 2; at++) expect(await store.claim(claimOf(key, 't1'))).to.deep.equal({state: 'claimed'});
    await tested.lapse(key);
    expect(await store.claim(claimOf(key, 't1'))).to.deep.equal({state: 'claimed'});
    expect((await store.claim(claimOf(key, 't2'))).state).to.equal('running');
    expect((await store.claim(claimOf(key, 't1', 'f2'))).state).to.equal('mismatch');
    for (let at = 0; at < 2; at++)
      expect(await store.complete(key, 't1', responseOf(201, 'done'), HOUR)).to.equal(true);
    expect(await store.complete(key, 't2', responseOf(200, 'other'), HOUR)).to.equal(false);
    const found = await store.claim(claimOf(key, 't1'));
    expect(found).to.deep.equal({state: 'completed', response: responseOf(201, 'done')});
  });

  it('gives a key to one of many claims at once', async () => {
    for (let round = 0; round < 5; round++) {
      const key = newKey();
      const found = await Promise.all(Array.from({length: 20}, (_, at) => store.claim(claimOf(key, `t${at}`))));
      const states = found.map(({state}) => state).sort();
      expect(states).to.deep.equal(['claimed', ...Array.from({length: 19}, () => 'running')]);
    }
  });

  it('gives a lost key to one of many claims at once', async () => {
    const key = newKey();
    await store.claim(claimOf(key, 'crashed'));
    await tested.lapse(key);
    const claims = Array.from({length: 20}, (_, at) => store.claim(claimOf(key, `t${at}`, 'f1', 'run-again')));
    const states = (await Promise.all(claims)).map(({state}) => state);
    expect(states.filter(state => state === 'claimed')).to.have.length(1);
    expect(states.filter(state => state === 'running')).to.have.length(19);
  });

  it('lets only one of an old and a new run complete', async () => {
    const key = newKey();
    await store.claim(claimOf(key, 'old'));
    await tested.lapse(key);
    await store.claim(claimOf(key, 'new', 'f1', 'run-again'));
    expect(await store.complete(key, 'old', responseOf(200, 'old'), HOUR)).to.equal(false);
    expect(await store.renew(key, 'old', HOUR)).to.equal(false);
    expect(await store.release(key, 'old')).to.equal(false);
    expect(await store.complete(key, 'new', responseOf(200, 'new'), HOUR)).to.equal(true);
    const found = await store.claim(claimOf(key, 't3'));
    expect(found).to.deep.equal({state: 'completed', response: responseOf(200, 'new')});
  });

  const bodies: [string, StoredResponse][] = [
    ['of bytes that are no text', {...responseOf(200, ''), body: Uint8Array.from({length: 512}, (_, at) => at & 255)}],
    ['that is empty', responseOf(204, '')],
    ['that is not kept', responseOf(200, null)],
    ['of 1 MB', {...responseOf(200, ''), body: new Uint8Array(1_000_000).fill(200)}],
  ];
  for (const [what, response] of bodies)
    it(`gives back a body ${what}`, async () => {
      const key = newKey();
      await store.claim(claimOf(key, 't1'));
      await store.complete(key, 't1', response, HOUR);
      const found = (await store.claim(claimOf(key, 't2'))) as ClaimResult & {state: 'completed'};
      expect(found.state).to.equal('completed');
      expect(found.response.status).to.equal(response.status);
      expect(found.response.headers).to.deep.equal(response.headers);
      expect(found.response.body === null ? null : Buffer.from(found.response.body).toString('latin1')).to.equal(
        response.body === null ? null : Buffer.from(response.body).toString('latin1'),
      );
    });

  it('does what the model does, for every interleaving of three runs on two keys', async () => {
    const property = fc.asyncProperty(steps, async sequence => {
      const names = [newKey(), newKey()];
      const models = [new KeyModel(), new KeyModel()];
      for (const [at, {key, step}] of sequence.entries()) {
        const expected = models[key]!.apply(step);
        expect(await apply(tested, names[key]!, step), `step ${at}`).to.equal(expected);
      }
    });
    await fc.assert(property, {numRuns, endOnFailure: true});
  });
}
