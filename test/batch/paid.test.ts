/** What a resumed run does with items that may have to be paid for twice. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import type {BatchOptions} from '../../src/batch/types.ts';
import type {PolicyInput} from '../../src/core.ts';
import {answer} from '../../src/transport/answer.ts';
import {type Ran, run} from './world.ts';

const POLICY = {
  idempotentMethods: ['POST'],
  attemptTimeoutMs: 1000,
  backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 10, jitter: 'none'},
  paid: {afterTimeout: false, maxPaidAttempts: 2},
} satisfies PolicyInput;

describe('an item that may have to be paid for twice', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-paid-'));
  const journal = join(folder, 'journal');
  after(() => rmSync(folder, {recursive: true}));
  beforeEach(() => rmSync(journal, {force: true}));

  const never = (): Promise<unknown> => new Promise(() => {});
  const first = (send: () => unknown, policy: PolicyInput = POLICY): Promise<Ran<string>> =>
    run(['a'], async () => send(), {policy, journal});
  async function sentAgain(policy: PolicyInput, options: Partial<BatchOptions<string, unknown>> = {}) {
    let sent = 0;
    await run(['a'], async () => ++sent, {policy, journal, resume: true, ...options});
    return sent;
  }

  it('is not sent by a resumed run after a timeout', async () => {
    const {report, results} = await first(never);
    expect(report.failedBy).to.deep.equal({'attempt timeout, paid-timeout': 1});
    expect(results[0]).to.have.nested.include({'failure.retryable': false});
    expect(await sentAgain(POLICY)).to.equal(0);
  });

  it('is not sent by a resumed run after all of its paid attempts', async () => {
    const {report} = await first(() => answer(500, ''));
    expect(report.failedBy).to.deep.equal({'500, paid-attempts-exhausted': 1});
    expect(await sentAgain(POLICY)).to.equal(0);
    expect(await sentAgain({...POLICY, paid: {afterTimeout: true}})).to.equal(0);
    expect(await sentAgain({...POLICY, paid: null})).to.equal(1);
  });

  it('is not sent by a resumed run if its deadline came during an attempt', async () => {
    const {results} = await first(never, {...POLICY, deadlineMs: 500});
    expect(results[0]).to.have.nested.include({'failure.retryable': false});
    expect(await sentAgain(POLICY)).to.equal(0);
  });

  it('is sent if the policy now pays after timeouts, or with retryFailed', async () => {
    await first(never);
    expect(await sentAgain({...POLICY, idempotentMethods: [], paid: null})).to.equal(0);
    expect(await sentAgain({...POLICY, paid: {afterTimeout: true}})).to.equal(1);
    rmSync(journal);
    await first(never);
    expect(await sentAgain(POLICY, {retryFailed: true})).to.equal(1);
  });

  it('is sent by a resumed run if nothing had to be paid for', async () => {
    const {results} = await first(() => answer(429, ''), {...POLICY, maxAttempts: 2});
    expect(results[0]).to.have.nested.include({'failure.retryable': true});
    expect(await sentAgain(POLICY)).to.equal(1);
  });
});
