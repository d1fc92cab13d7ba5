/** What grpc-js is asked, in its own protocol: its retries and hedges are those of gRFC A6. */

import type {Pitfall} from '../../library.ts';
import {type CellResult, fail, holds, pass, sleep, timers} from '../../pitfall.ts';
import {
  CANCELLED,
  DEADLINE_EXCEEDED,
  GrpcScene,
  hedging,
  INVALID_ARGUMENT,
  OK,
  pushback,
  retrying,
  UNAVAILABLE,
} from './scene.ts';

const DOWN = {code: UNAVAILABLE};
const within = <T>(promise: Promise<T>, ms: number): Promise<T | null> =>
  Promise.race([promise, sleep(ms).then(() => null)]);

/** Cancels at every moment around the hedge and the answers: each call reports its end once, and sends at most twice. */
async function cancelledAround(): Promise<CellResult> {
  const wrong: string[] = [];
  for (let ms = 0; ms <= 260; ms += 20) {
    const scene = await GrpcScene.open(hedging(2, 100), [{...DOWN, afterMs: 140}, {afterMs: 100}]);
    const call = scene.call();
    await sleep(ms);
    call.cancel();
    const end = await within(call.end, 1000);
    await sleep(150);
    if (end === null || call.ends() !== 1 || scene.sent > 2)
      wrong.push(`at ${ms} ms: reported ${call.ends()} times, ${scene.sent} sent`);
  }
  return holds(wrong.length === 0, wrong.join('; '));
}

/** The waits of its own backoff, which are noted and not waited for. */
async function waitsOf(calls: number, attempts: number, backoff: object): Promise<number[]> {
  const scene = await GrpcScene.open(retrying(attempts, 100, backoff), [DOWN], {
    channel: {'grpc-node.retry_max_attempts_limit': attempts},
  });
  await scene.watch(); // Connecting needs timers, too.
  const waits: number[] = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((wake: () => void, ms = 0, ...rest: []) => {
    if (!/retrying-call/.test(new Error().stack ?? '')) return real(wake, ms, ...rest);
    waits.push(ms);
    return real(wake, 0);
  }) as typeof setTimeout;
  for (let call = 0; call < calls; call++) await scene.call().end;
  globalThis.setTimeout = real;
  return waits;
}

export const waits = (count: number, _jitter: boolean, capMs = 20_000): Promise<number[]> =>
  waitsOf(1, count, {maxBackoff: `${capMs / 1000}s`, backoffMultiplier: 2});

export const jittered = async (count: number): Promise<number[]> => waitsOf(count, 2, {});

export const rows: Readonly<Record<string, Pitfall['run']>> = {
  async T1() {
    const scene = await GrpcScene.open(retrying(3, 600), [DOWN]);
    const call = scene.call();
    await sleep(200);
    call.cancel();
    const end = await within(call.end, 200);
    await sleep(900);
    return holds(
      end?.code === CANCELLED && scene.sent === 1,
      `ended with ${end?.code ?? 'nothing'} within 200 ms, ${scene.sent - 1} more sent`,
    );
  },
  async T4() {
    const scene = await GrpcScene.open(retrying(2, 1), [DOWN, {}]);
    await scene.call().end;
    const before = timers();
    await scene.call({deadlineMs: 60_000}).end;
    await sleep(100);
    return holds(timers() <= before, `${timers() - before} timers left`);
  },
  async T5() {
    const scene = await GrpcScene.open(retrying(3, 100), [pushback('3000000000'), {}]);
    const call = scene.call();
    await sleep(700);
    call.cancel();
    return holds(scene.sent === 1, `${scene.sent - 1} retried within 700 ms under grpc-retry-pushback-ms: 3000000000`);
  },
  async T6() {
    let unheard = 0;
    process.on('unhandledRejection', () => unheard++);
    const scene = await GrpcScene.open(hedging(2, 50), [{...DOWN, afterMs: 200}, {afterMs: 50}]);
    await scene.call().end;
    await sleep(300);
    return holds(unheard === 0, `${unheard} unhandled`);
  },
  async T7() {
    const scene = await GrpcScene.open(retrying(2, 1), [null]);
    const late = await scene.call({deadlineMs: 100}).end;
    const call = scene.call();
    setTimeout(() => call.cancel(), 60);
    const gone = await call.end;
    return holds(late.code === DEADLINE_EXCEEDED && gone.code === CANCELLED, `codes ${late.code} and ${gone.code}`);
  },
  async T10() {
    const scene = await GrpcScene.open(retrying(2, 1), [pushback('1000'), {}]);
    await scene.call().end;
    const gap = scene.arrivals[1]!.at - scene.arrivals[0]!.at;
    return holds(gap >= 999 && gap < 3500, `grpc-retry-pushback-ms: 1000, retried after ${Math.round(gap)} ms`);
  },
  async T13() {
    const scene = await GrpcScene.open(retrying(3, 5), [DOWN, DOWN, {}]);
    const {code} = await scene.call({body: Buffer.alloc(2000, 7)}).end;
    const sizes = scene.arrivals.map(({bytes}) => bytes);
    return holds(code === OK && sizes.join() === '2000,2000,2000', `status ${code}: ${sizes.join(', ')} bytes`);
  },
  async T15() {
    const scene = await GrpcScene.open(retrying(3, 5), [DOWN, {}], {
      channel: {'grpc.per_rpc_retry_buffer_size': 1000},
    });
    const end = await within(scene.call({body: Buffer.alloc(2000)}).end, 2000);
    return holds(
      end?.code === UNAVAILABLE && scene.sent === 1,
      `${scene.sent} sent, ended with ${end?.code ?? 'nothing'}`,
    );
  },
  async T18() {
    const scene = await GrpcScene.open(retrying(3, 5), []);
    const {messages, code} = await scene.watch();
    return holds(
      messages.join() === 'first' && code === UNAVAILABLE && scene.sent === 1,
      `gave ${messages.join(' and ')}, ${scene.sent} sent`,
    );
  },
  async T38() {
    const body = Buffer.alloc(512_000, 7);
    const scene = await GrpcScene.open(hedging(2, 50), [null, {body}]);
    const end = await within(scene.call().end, 3000);
    return holds(end?.body?.equals(body) === true, `${end?.body?.length ?? 'no'} bytes of ${body.length}`);
  },
  async T39() {
    // One fails, and asks that the next one wait; meanwhile the other answers.
    const scene = await GrpcScene.open(hedging(3, 100), [{}, {afterMs: 400}, pushback('3000')]);
    await scene.call().end;
    await sleep(100);
    const before = timers();
    const call = scene.call();
    const {code} = await call.end;
    await sleep(100);
    const left = timers() - before;
    await sleep(3000);
    return holds(
      code === OK && left === 0 && call.ends() === 1,
      `status ${code}; ${left} timers of hedges that the server put off by 3 s keep the process alive; the end was reported ${call.ends()} times`,
    );
  },
  async T40() {
    const scene = await GrpcScene.open(hedging(2, 50), [{...DOWN, afterMs: 120}]);
    const call = scene.call();
    const end = await within(call.end, 2000);
    await sleep(200);
    return holds(
      end?.code === UNAVAILABLE && call.ends() === 1 && scene.sent === 2,
      `ended with ${end?.code ?? 'nothing'}, reported ${call.ends()} times, ${scene.sent} sent`,
    );
  },
  async T41() {
    const scene = await GrpcScene.open(hedging(2, 50), [DOWN, DOWN, DOWN, DOWN, {afterMs: 200}], {
      throttling: {maxTokens: 2, tokenRatio: 0.1},
    });
    await scene.call().end;
    await scene.call().end;
    const before = scene.sent;
    const {code} = await scene.call().end;
    return holds(
      code === OK && scene.sent - before === 1,
      `status ${code}; with its tokens spent it still sent ${scene.sent - before - 1} hedge (gRFC A6: only above half of them)`,
    );
  },
  T42: cancelledAround,
  async T43() {
    const soon = await GrpcScene.open(hedging(2, 1000), [DOWN, {}]);
    const {code, afterMs} = await soon.call().end;
    const fatal = await GrpcScene.open(hedging(2, 50), [null, {code: INVALID_ARGUMENT}]);
    const end = await within(fatal.call().end, 1000);
    if (code !== OK || afterMs > 600) return fail(`status ${code} after ${afterMs} ms`);
    return holds(end?.code === INVALID_ARGUMENT, `a fatal status ended the call with ${end?.code ?? 'nothing'}`);
  },
  async T44() {
    const scene = await GrpcScene.open(retrying(3, 1), [DOWN], {throttling: {maxTokens: 10, tokenRatio: 0.1}});
    for (let call = 0; call < 300; call++) await scene.call().end;
    return holds(scene.sent <= 330, `${scene.sent} sent for 300 calls`);
  },
  async T51() {
    const scene = await GrpcScene.open(retrying(1000, 100), [DOWN], {
      channel: {'grpc-node.retry_max_attempts_limit': 1000},
    });
    const end = await within(scene.call({deadlineMs: 450}).end, 3000);
    return holds(
      end !== null && end.afterMs < 700 && scene.sent <= 6,
      `${scene.sent} sent, over after ${end?.afterMs ?? 'more than 3000'} ms of 450`,
    );
  },
  async T56() {
    const scene = await GrpcScene.open(retrying(3, 5), [DOWN, DOWN, {}]);
    await scene.call().end;
    const ends = scene.arrivals.map(({previousAttempts}) => previousAttempts ?? 'none');
    return ends.join() === 'none,1,2' ? pass : fail(`grpc-previous-rpc-attempts: ${ends.join(', ')}`);
  },
};
