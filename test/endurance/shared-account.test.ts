/** Real processes on real sockets that share one account: each learns what is left to it. */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {ModelEndpoint} from '../../examples/model-endpoint/endpoint.ts';
import {serve} from '../../examples/model-endpoint/server.ts';
import {systemClock} from '../../src/core/system-clock.ts';
import {jainIndex} from '../support/rate-limited.ts';

const SECONDS = 40;
/** Additive increase and multiplicative decrease bring two clients halfway to equal shares in about twelve seconds. */
const CONVERGED_MS = 20_000;
const PER_SECOND = 40;
const CALLERS = 20;
const probe = fileURLToPath(new URL('quota-probe.ts', import.meta.url));

const ACCOUNTS = {
  'a bucket without hints': {refill: 'continuous', hint: 'none'},
  'a bucket with hints': {refill: 'continuous', hint: 'retry-after-ms'},
  'windows without hints': {refill: 'window', hint: 'none'},
} as const;

describe('two processes on an account that admits 40 requests a second', () => {
  // All at once, since each takes its time.
  const runs = new Map<string, Promise<Shared>>();
  before(() => {
    for (const [what, account] of Object.entries(ACCOUNTS)) {
      const run = share(account);
      run.catch(() => {}); // Its test says so.
      runs.set(what, run);
    }
  });

  for (const [what, account] of Object.entries(ACCOUNTS))
    it(`use it, share it evenly, lose no call and pay once for each answer: ${what}`, async () => {
      // A retry of the test measures anew, and alone: a machine that stalls for some seconds loses windows, which do not come back.
      const run = runs.get(what) ?? share(account);
      runs.delete(what);
      const {ends, paid, used, shares} = await run;
      for (const {calls, answered} of ends) expect(answered, 'answered calls').to.equal(calls);
      expect(paid).to.equal(ends.reduce((sum, {calls}) => sum + calls, 0));
      // Nine runs had 0.965 to 1.004 of the quota, and an index of 0.987 to 1.
      expect(used, 'share of the quota').to.be.at.least(0.85);
      expect(jainIndex(shares), 'Jain index').to.be.at.least(0.9);
    });
});

interface End {
  readonly calls: number;
  readonly answered: number;
}

interface Shared {
  readonly ends: readonly End[];
  /** Requests that were paid for. */
  readonly paid: number;
  /** Of the quota, once the shares have converged. */
  readonly used: number;
  /** Requests of each process in that time. */
  readonly shares: readonly number[];
}

async function share({refill, hint}: (typeof ACCOUNTS)[keyof typeof ACCOUNTS]): Promise<Shared> {
  const limits = [{unit: 'requests', max: PER_SECOND, perMs: 1000, refill}] as const;
  const endpoint = new ModelEndpoint({clock: systemClock, limits, hint, latencyMs: 50});
  const server = await serve(endpoint);
  const startedAt = systemClock.now();
  const keys = ['one', 'two'];
  const url = `${server.origin}/v1/chat/completions`;
  const run = async (key: string): Promise<End> => {
    const {stdout} = await promisify(execFile)(process.execPath, [probe, url, key, `${SECONDS}`, `${CALLERS}`]);
    return JSON.parse(stdout);
  };
  const ends = await Promise.all(keys.map(run)).finally(() => server.close());
  const paid = endpoint.arrivals.filter(({paid}) => paid);
  const from = startedAt + CONVERGED_MS;
  const to = startedAt + SECONDS * 1000;
  const within = paid.filter(({at}) => at >= from && at < to);
  const shares = keys.map(key => within.filter(({client}) => client === key).length);
  const used = within.length / (((to - from) / 1000) * PER_SECOND);
  return {ends, paid: paid.length, used, shares};
}
