/** Random interleavings: a call reports its end exactly once, keeps to its attempts, and leaves no timer or listener. */
import {type InterceptingListener, type InterceptorOptions, Metadata, status} from '@grpc/grpc-js';
import {expect} from 'chai';
import fc from 'fast-check';
import type {PolicyInput} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {VirtualClock} from '../../src/testing.ts';
import {runs} from '../support/runs.ts';
import {ScriptedGrpcCall} from '../support/scripted-grpc-call.ts';

/** What the transport does with one attempt, and when. */
interface Play {
  readonly headersAt: number | null;
  readonly messageAt: number | null;
  /** null: it never ends by itself. */
  readonly endAt: number | null;
  readonly code: number;
  readonly pushback: string | null;
}

/** On virtual time. */
class FakeCall extends ScriptedGrpcCall {
  cancels = 0;
  readonly #clock: VirtualClock;
  readonly #play: Play;

  constructor(clock: VirtualClock, play: Play) {
    super();
    this.#clock = clock;
    this.#play = play;
  }

  protected answer(_metadata: Metadata, listener: InterceptingListener): void {
    const {headersAt, messageAt, endAt, code, pushback} = this.#play;
    this.#at(headersAt, () => listener.onReceiveMetadata(new Metadata()));
    this.#at(messageAt, () => listener.onReceiveMessage({}));
    this.#at(endAt, () => {
      const metadata = new Metadata();
      if (pushback !== null) metadata.set('grpc-retry-pushback-ms', pushback);
      this.end({code, details: 'scripted', metadata});
    });
  }

  override cancelWithStatus(code: status, details: string): void {
    this.cancels++;
    super.cancelWithStatus(code, details);
  }

  #at(ms: number | null, act: () => void): void {
    if (ms === null) return;
    const controller = new AbortController();
    this.#sleepers.push(controller);
    this.#clock.sleep(ms, controller.signal).then(
      () => this.isOver || act(),
      () => {},
    );
  }

  readonly #sleepers: AbortController[] = [];

  /** Its own timers, which are not the adapter's. */
  quiet(): void {
    for (const sleeper of this.#sleepers) sleeper.abort();
  }
}

interface Run {
  readonly plays: readonly Play[];
  readonly streams: boolean;
  readonly cancelAt: number | null;
  readonly deadlineMs: number | null;
  readonly policy: PolicyInput;
}

async function outcomeOf({plays, streams, cancelAt, deadlineMs, policy}: Run) {
  const clock = new VirtualClock();
  const made: FakeCall[] = [];
  const seen: string[] = [];
  const interceptor = grpcInterceptor(policy, {clock, random: () => 0.5, observer: null});
  const options = {
    method_definition: {
      path: '/shop.Orders/Get',
      requestStream: false,
      responseStream: streams,
      requestSerialize: () => Buffer.from('x'),
      responseDeserialize: () => ({}),
    },
    ...(deadlineMs === null ? {} : {deadline: clock.wall() + deadlineMs}),
  } as unknown as InterceptorOptions;
  const call = interceptor(options, () => {
    const next = new FakeCall(clock, plays[Math.min(made.length, plays.length - 1)]!);
    made.push(next);
    return next as never;
  });
  await clock.run(async () => {
    const ended = new Promise<void>(resolve => {
      call.start(new Metadata(), {
        onReceiveMetadata: () => seen.push('headers'),
        onReceiveMessage: () => {
          seen.push('message');
          if (streams) call.startRead();
        },
        onReceiveStatus: ({code}) => {
          seen.push(status[code]!);
          resolve();
        },
      });
    });
    call.sendMessage({});
    call.halfClose();
    if (streams) call.startRead();
    if (cancelAt !== null) {
      await clock.sleep(cancelAt);
      call.cancelWithStatus(status.CANCELLED, 'enough');
    }
    // Whatever the policy allows ends within this.
    const patience = new AbortController();
    const longest = clock.sleep(100_000, patience.signal).catch(() => {});
    await Promise.race([ended, longest]);
    patience.abort();
  });
  const live = made.filter(({isOver}) => !isOver).length;
  for (const each of made) each.quiet();
  await clock.advance(0);
  return {seen, made, live, pending: clock.pending};
}

const moment = fc.option(fc.integer({min: 0, max: 120}), {freq: 3});
const play: fc.Arbitrary<Play> = fc.record({
  headersAt: fc.option(fc.integer({min: 0, max: 40}), {freq: 2}),
  messageAt: fc.option(fc.integer({min: 41, max: 60}), {freq: 2}),
  endAt: moment.map(ms => (ms === null ? null : ms + 61)),
  code: fc.constantFrom(0, 2, 4, 8, 13, 14, 14, 14),
  pushback: fc.option(fc.constantFrom('0', '30', '-1', 'abc'), {freq: 2}),
});
const run: fc.Arbitrary<Run> = fc.record({
  plays: fc.array(play, {minLength: 1, maxLength: 4}),
  streams: fc.boolean(),
  cancelAt: fc.option(fc.integer({min: 0, max: 400}), {freq: 2}),
  deadlineMs: fc.option(fc.oneof(fc.constant(0), fc.integer({min: 0, max: 400})), {freq: 2}),
  policy: fc.record({
    maxAttempts: fc.integer({min: 1, max: 4}),
    attemptTimeoutMs: fc.option(fc.integer({min: 60, max: 150})),
    idleTimeoutMs: fc.constant(80),
    deadlineMs: fc.integer({min: 60, max: 600}),
    idempotentMethods: fc.constantFrom(['POST'], []),
    hedge: fc.option(fc.constant({delayMs: 30, maxLoadRatio: 1})),
    backoff: fc.constant({kind: 'constant' as const, delayMs: 25, jitter: 'none' as const}),
  }) as fc.Arbitrary<PolicyInput>,
});

describe('a gRPC call, whatever interleaves', () => {
  it('reports its end exactly once and last, keeps to its attempts, and leaves no timer or listener', async () => {
    await fc.assert(
      fc.asyncProperty(run, async each => {
        const {seen, made, live, pending} = await outcomeOf(each);
        const ends = seen.filter(word => word !== 'headers' && word !== 'message');
        expect(ends, seen.join()).to.have.length(1);
        expect(seen.at(-1)).to.equal(ends[0]);
        expect(seen.filter(word => word === 'headers').length).to.be.below(2);
        expect(seen.filter(word => word === 'message').length).to.be.below(2);
        expect(made.length).to.be.within(1, each.policy.maxAttempts as number);
        expect(live, 'transport calls that were left open').to.equal(0);
        expect(pending, 'timers').to.equal(0);
      }),
      {numRuns: runs(150, 400), seed: 6},
    );
  });
});
