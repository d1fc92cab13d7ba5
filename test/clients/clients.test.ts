/** Every client over steadfetch's fetch, against a server that fails: what the user of the client then sees, and what the server. */
import {expect} from 'chai';
import type {SteadfetchEvent} from '../../src/core/events.ts';
import {createFetch, type PolicyInput, reportOf} from '../../src/fetch.ts';
import {catalogue} from './catalogue.ts';
import {FastClock} from './fast-clock.ts';
import {type Answer, FaultServer, hang, reset, type SeenRequest, status} from './fault-server.ts';
import {type Operations, PARTS, type Subject} from './subject.ts';
import {subjects} from './subjects.ts';

/** Time limits that only the tests of time limits reach, however busy the machine is. */
const PATIENT: PolicyInput = {attemptTimeoutMs: 1_000_000, deadlineMs: null, idleTimeoutMs: null};
/** Half a second of real time. */
const ATTEMPT_TIMEOUT_MS = 25_000;
const KEYED: PolicyInput = {...PATIENT, idempotency: {}};

class Trial {
  readonly events: SteadfetchEvent[] = [];
  readonly server: FaultServer;
  readonly #subject: Subject;
  operations!: Operations;

  private constructor(subject: Subject, server: FaultServer) {
    this.#subject = subject;
    this.server = server;
  }

  static async of(subject: Subject, policy: PolicyInput): Promise<Trial> {
    const trial = new Trial(subject, await FaultServer.start(subject.counts));
    const fetch = createFetch(policy, {clock: new FastClock(), on: event => trial.events.push(event)});
    trial.server.answer = subject.answers.write;
    trial.operations = await subject.connect(fetch, trial.server.url);
    return trial;
  }

  /** What the server was asked by the operation under test. */
  get sent(): readonly SeenRequest[] {
    return this.server.ledger;
  }

  expectOneKey(): void {
    const keys = this.sent.map(({headers}) => headers['idempotency-key']);
    expect(keys).to.have.length(2);
    expect(keys[0]).to.be.a('string').with.length.above(10);
    expect(keys[1]).to.equal(keys[0]);
  }

  async until(type: SteadfetchEvent['type']): Promise<void> {
    while (!this.events.some(event => event.type === type)) await new Promise(setImmediate);
  }

  read(...faults: readonly Answer[]): Promise<string> {
    const {read} = this.#subject.answers;
    this.server.answer = read!;
    this.server.failNext(...faults);
    return this.operations.read!();
  }

  write(...faults: readonly Answer[]): Promise<string> {
    this.server.failNext(...faults);
    return this.operations.write();
  }
}

for (const {id, packages, reports, lacks = [], ownKeys = false} of catalogue) {
  const subject = subjects[id]!;
  const {answers} = subject;

  describe(packages[0]!, () => {
    const trials: Trial[] = [];
    const start = async (policy: PolicyInput): Promise<Trial> => {
      const trial = await Trial.of(subject, policy);
      trials.push(trial);
      return trial;
    };
    afterEach(async () => {
      for (const trial of trials.splice(0)) await trial.server.close();
    });

    if (!lacks.includes('get')) {
      for (const [what, fault] of [
        ['a 503', status(503)],
        ['a reset', reset],
      ] as const)
        it(`sends a GET again after ${what}`, async () => {
          const trial = await start(PATIENT);
          expect(await trial.read(fault)).to.equal('ok');
          expect(trial.sent.map(({method}) => method)).to.deep.equal(['GET', 'GET']);
        });

      it('follows the redirect of a GET', async () => {
        const trial = await start(PATIENT);
        expect(await trial.read(status(302, {location: '/elsewhere'}))).to.equal('ok');
        expect(trial.sent).to.have.length(2);
      });

      it('sends a GET again when an attempt takes too long', async () => {
        const trial = await start({...PATIENT, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS});
        expect(await trial.read(hang)).to.equal('ok');
        expect(trial.sent).to.have.length(2);
      });
    }

    it('sends a POST again after a 429, when the server says', async () => {
      const trial = await start(PATIENT);
      expect(await trial.write(status(429, {'retry-after': '2'}))).to.equal('ok');
      expect(trial.sent.map(({method}) => method)).to.deep.equal(['POST', 'POST']);
      const [scheduled] = trial.events.filter(({type}) => type === 'retry.scheduled');
      expect(scheduled).to.include({waitSource: 'retry-after'}).and.have.property('waitMs').that.is.within(2000, 3000);
    });

    for (const [what, fault] of [
      ['a 503', status(503)],
      ['a reset', reset],
    ] as const) {
      if (ownKeys)
        it(`sends a POST again after ${what}, with the key that the client made`, async () => {
          const trial = await start(PATIENT);
          expect(await trial.write(fault)).to.equal('ok');
          trial.expectOneKey();
        });
      else
        it(`sends a POST once after ${what}`, async () => {
          const trial = await start(PATIENT);
          await thrown(trial.write(fault));
          expect(trial.sent).to.have.length(1);
        });

      it(`sends a POST again after ${what} where the policy has an idempotency block, with one key`, async () => {
        const trial = await start(KEYED);
        expect(await trial.write(fault)).to.equal('ok');
        trial.expectOneKey();
      });
    }

    it('throws the same error for a 400 as over plain fetch', async () => {
      const ours = await start(PATIENT);
      ours.server.answer = answers.refusal;
      const plain = await subject.connect(globalThis.fetch, ours.server.url);
      const [one, other] = [await thrown(ours.operations.write()), await thrown(plain.write())];
      expect(described(one)).to.deep.equal(described(other));
      expect(ours.sent).to.have.length(2);
    });

    it('leaves no connection open', async () => {
      const trial = await start(PATIENT);
      expect(await trial.write()).to.equal('ok');
      await trial.server.close();
      while (process.getActiveResourcesInfo().includes('TCPSocketWrap')) await new Promise(setImmediate);
    });

    for (const [what, fault, shown] of [
      ['a failed request', reset, reports.request],
      ['a failed response', status(503), reports.response],
    ] as const)
      it(`${shown ? 'gives' : 'does not give'} reportOf the report of ${what}`, async () => {
        const trial = await start({...PATIENT, maxAttempts: 1});
        const error = await thrown(trial.write(fault));
        expect(reportOf(error)?.attempts).to.equal(shown ? 1 : undefined);
      });

    if (!lacks.includes('stream'))
      it('reads a stream to its end, though it takes longer than an attempt may', async () => {
        const trial = await start({...PATIENT, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS});
        trial.server.answer = answers.stream!;
        const read = await trial.operations.stream!();
        expect(read.length).to.equal(PARTS.join('').length);
        expect(read === PARTS.join(''), 'the same text').to.equal(true);
        expect(trial.sent).to.have.length(1);
      });

    if (answers.overload !== undefined)
      it('reads a stream of a second attempt when the first says that the server is overloaded', async () => {
        const trial = await start({...PATIENT, stream: {firstContentMs: null}, idempotentMethods: ['POST']});
        trial.server.answer = answers.stream!;
        trial.server.failNext(answers.overload!);
        expect((await trial.operations.stream!()) === PARTS.join(''), 'the same text').to.equal(true);
        expect(trial.sent).to.have.length(2);
      });

    if (!lacks.includes('abort'))
      it('stops waiting for the next attempt when the caller aborts', async () => {
        const trial = await start({...KEYED, backoff: {kind: 'constant', delayMs: 1_000_000, jitter: 'none'}});
        const controller = new AbortController();
        trial.server.failNext(status(503));
        const ended = thrown(trial.operations.write(controller.signal));
        await trial.until('retry.scheduled');
        controller.abort();
        await ended;
        await trial.until('call.end');
        expect(trial.sent).to.have.length(1);
      });
  });
}

async function thrown(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

/** The fields by which a program can distinguish two errors of a client. */
function described(error: unknown): unknown {
  const {message, status, statusCode, code, type, error: inner} = error as Record<string, unknown>;
  const {constructor: kind} = error as object;
  return {kind, message, status, statusCode, code, type, inner, keys: Object.keys(error as object).sort()};
}
