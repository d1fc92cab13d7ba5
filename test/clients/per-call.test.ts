/** Overrides of one call: through an option of the client, or through a second client over the same fetch. */
import {expect} from 'chai';
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';
import {catalogue} from './catalogue.ts';
import {FaultServer, status} from './fault-server.ts';
import {subjects} from './subjects.ts';

const POLICY = {
  maxAttempts: 2,
  idempotentMethods: ['GET', 'POST'],
  backoff: {kind: 'constant', delayMs: 0},
  budget: null,
  breaker: null,
} as const;

interface PerCall {
  readonly sendOnce: (client: unknown, fetch: ResilientFetch) => Promise<unknown>;
}
interface Recipe {
  readonly connect: (fetch: ResilientFetch, url: string) => unknown;
}

for (const {id, packages, perCall = false} of catalogue) {
  const {answers, connect, counts} = subjects[id]!;

  describe(`${packages[0]}, overrides of one call`, () => {
    let server: FaultServer;
    beforeEach(async () => {
      server = await FaultServer.start(counts);
      server.answer = answers.write;
      server.failNext(status(503), status(503));
    });
    afterEach(() => server.close());

    it('are not in force without the option: the policy sends twice', async () => {
      const client = await connect(createFetch(POLICY), server.url);
      await client.write().catch(() => {});
      expect(server.ledger).to.have.length(2);
    });

    if (perCall)
      it('reach fetch through an option of the client', async () => {
        const {sendOnce} = (await import(`./per-call/${id}.ts`)) as PerCall;
        const recipe = (await import(`./recipes/${id}.ts`)) as Recipe;
        const fetch = createFetch(POLICY);
        await sendOnce(await recipe.connect(fetch, server.url), fetch).catch(() => {});
        expect(server.ledger).to.have.length(1);
      });
    else
      it('are in force for a second client', async () => {
        const fetch = createFetch(POLICY);
        const once: ResilientFetch = (input, init) => fetch(input, {...init, resilience: {maxAttempts: 1}});
        const client = await connect(once, server.url);
        await client.write().catch(() => {});
        expect(server.ledger).to.have.length(1);
      });
  });
}
