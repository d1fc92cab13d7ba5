/** Two endpoints, of which one is behind Toxiproxy: reads go to the other one, and no write is done at both. */
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import {Agent} from 'undici';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {findGoTool, toxiproxy} from '../../tools/go/find.ts';
import {type Link, startToxiproxy, type Toxic, type Toxiproxy} from '../../tools/toxiproxy/start.ts';
import {over} from '../faults/trial.ts';

const CALLS = 60;
const BREAKS: Readonly<Record<string, (link: Link) => Promise<void>>> = {
  'refuses connections': link => link.cut(),
  'resets connections': link => link.add({type: 'reset_peer', attributes: {timeout: 0}} satisfies Toxic),
  'cuts each response in its headers': link => link.add({type: 'limit_data', attributes: {bytes: 20}}),
  'is silent': link => link.add({type: 'timeout', attributes: {timeout: 0}}),
  'is slower than the attempt timeout': link => link.add({type: 'latency', attributes: {latency: 5000}}),
};

/** What differs from the policy of all trials. `eu` and `us` are added to the endpoints. */
const POLICIES: Readonly<
  Record<string, Pick<PolicyInput, 'failover' | 'hedge'> & {readonly eu?: object; readonly us?: object}>
> = {
  'by rank': {us: {rank: 2}},
  'by rank, hedged at its own endpoint': {us: {rank: 2}, hedge: {delayMs: 20, maxLoadRatio: 1}},
  'by latency, hedged elsewhere, with ejection': {
    failover: {balance: 'p2c-ewma', ejection: {maxEjectedShare: 0.5, minCalls: 5}},
    hedge: {quantile: 0.9, to: 'other'},
  },
  'with a path that says whether it is ready': {eu: {readyPath: '/ready'}, us: {rank: 2}},
};

/** A server that writes down the keys it has worked for. */
class Shop {
  readonly done = new Set<string>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const key = request.headers['idempotency-key'];
      if (key !== undefined) this.done.add(String(key));
      request.resume().on('end', () => response.end('{}'));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('two endpoints, one of them behind Toxiproxy', function () {
  this.timeout(30 * 60_000);
  let proxy: Toxiproxy;
  let agent: Agent;
  let eu: Shop;
  let us: Shop;
  let link: Link;
  let origin: string;
  let other: string;

  before(async function () {
    const found = await findGoTool(toxiproxy, true);
    if ('missing' in found) {
      console.log(`    skipped: ${found.missing}`);
      return this.skip();
    }
    proxy = await startToxiproxy(found.binary);
  });
  after(() => proxy?.stop());
  beforeEach(async () => {
    agent = new Agent();
    [eu, us] = [new Shop(), new Shop()];
    link = await proxy.link(await eu.start());
    origin = new URL(link.url).origin;
    other = await us.start();
  });
  afterEach(async () => {
    await agent.destroy();
    eu.stop();
    us.stop();
  });

  for (const [how, {eu: atEu, us: atUs, ...more}] of Object.entries(POLICIES))
    describe(how, () => {
      const policyOf = (): PolicyInput => ({
        endpoints: [
          {name: 'eu', origin, ...atEu},
          {name: 'us', origin: other, ...atUs},
        ],
        attemptTimeoutMs: 1000,
        backoff: {baseMs: 5, throttledBaseMs: 5},
        // The caller cannot repeat a key of the policy, so its calls may move.
        idempotency: {methods: ['POST']},
        budget: null,
        ...more,
      });

      for (const [what, breakLink] of Object.entries(BREAKS)) {
        it(`answers every GET while the link ${what}`, async () => {
          const fetch = createFetch(policyOf(), {observer: null, fetch: over(agent)});
          const get = async (): Promise<number> => (await fetch(`${origin}/items`)).status;
          expect(await get()).to.equal(200);
          await breakLink(link);
          const statuses = await Promise.all(Array.from({length: CALLS}, get));
          expect(statuses.filter(status => status !== 200)).to.deep.equal([]);
        });

        it(`does no POST at both while the link ${what}`, async () => {
          const fetch = createFetch(policyOf(), {observer: null, fetch: over(agent)});
          const post = () => fetch(`${origin}/charges`, {method: 'POST', body: '{}'});
          const settled = Promise.allSettled(Array.from({length: CALLS}, post));
          await breakLink(link);
          await Promise.allSettled(Array.from({length: CALLS}, post));
          await settled;
          expect(eu.done.size + us.done.size, 'charges').to.be.at.least(CALLS / 2);
          expect([...eu.done].filter(key => us.done.has(key))).to.deep.equal([]);
        });
      }
    });
});
