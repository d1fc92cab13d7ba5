/** The body of a Request that is still being read when its attempt fails: it is awaited only for a retry, and not for long. */
import {expect} from 'chai';
import type {PolicyInput, Ports} from '../../src/core.ts';
import {answer, connectionError, ITEMS, virtually, type World} from './world.ts';

/** A caller that writes the body in its own time. */
class Writer {
  readonly request: Request;
  #controller!: ReadableStreamDefaultController<Uint8Array>;

  constructor(method = 'PUT') {
    const body = new ReadableStream<Uint8Array>({start: controller => this.#open(controller)});
    this.request = new Request(ITEMS, {method, body, duplex: 'half'} as RequestInit);
    this.write('first');
  }

  #open(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  write(text: string): void {
    this.#controller.enqueue(new TextEncoder().encode(text));
  }

  close(): void {
    this.#controller.close();
  }
}

/** A server that answers at the headers. `bodies` gets what the requests had in the end. */
function early(bodies: Promise<string>[], ...answers: (() => Response | Error)[]): NonNullable<Ports['fetch']> {
  return async (input, init) => {
    bodies.push(new Request(input, init).text());
    const given = answers[Math.min(bodies.length, answers.length) - 1]!();
    if (given instanceof Error) throw given;
    return given;
  };
}

const backoff = (delayMs: number) => ({kind: 'constant', delayMs, throttledBaseMs: 0, jitter: 'none'}) as const;

describe('a body that is still being read when its attempt fails', () => {
  interface Run {
    readonly world: World;
    readonly writer: Writer;
    readonly bodies: Promise<string>[];
    readonly end: Promise<string>;
    /** When it ended, in ms of the clock; undefined before. */
    readonly endedAt: () => number | undefined;
  }

  const late = (
    title: string,
    policy: PolicyInput,
    body: (run: Run) => Promise<void>,
    {
      method = 'PUT',
      failure = answer(503),
      signal,
    }: {method?: string; failure?: () => Response | Error; signal?: AbortSignal} = {},
  ) =>
    virtually(title, async make => {
      const bodies: Promise<string>[] = [];
      const world = make(policy, {fetch: early(bodies, failure, answer(200))});
      const writer = new Writer(method);
      let endedAt: number | undefined;
      const end = world.end(writer.request, signal && {signal});
      void end.then(() => (endedAt = world.clock.now()));
      await world.clock.advance(0);
      await body({world, writer, bodies, end, endedAt: () => endedAt});
      if (endedAt === undefined) throw new Error('The call has not ended.');
      writer.close();
    });

  const failures = {503: answer(503), 500: answer(500), reset: connectionError('ECONNRESET', {syscall: 'read'})};
  for (const [what, failure] of Object.entries(failures))
    late(
      `is not awaited where the request may not be repeated: ${what}`,
      {},
      async ({end, endedAt}) => {
        expect(endedAt()).to.equal(0);
        expect(await end).to.match(/\(may-have-acted\)$/);
      },
      {method: 'POST', failure},
    );

  late(
    'is not awaited where the server asks for too long a wait',
    {retryAfter: {maxMs: 60_000}},
    async ({end, endedAt}) => {
      expect(endedAt()).to.equal(0);
      expect(await end).to.equal('429 (hint-too-long)');
    },
    {failure: answer(429, {'retry-after': '120'})},
  );

  late('is not awaited where the budget is spent', {budget: {capacity: 0}}, async ({end, endedAt}) => {
    expect(endedAt()).to.equal(0);
    expect(await end).to.equal('503 (budget-exhausted)');
  });

  late('is sent again, whole, if it ends during the wait', {backoff: backoff(800)}, async run => {
    await run.world.clock.advance(700);
    run.writer.write(' second');
    run.writer.close();
    await run.world.clock.advance(99);
    expect(run.bodies).to.have.length(1);
    await run.world.clock.advance(1);
    expect(await run.end).to.equal('200');
    expect(await Promise.all(run.bodies)).to.deep.equal(['first second', 'first second']);
    run.writer.close = () => {};
  });

  late(
    'is awaited for half a second at least, and the retry is sent when it ends',
    {backoff: backoff(0)},
    async run => {
      await run.world.clock.advance(499);
      expect(run.bodies).to.have.length(1);
      run.writer.close();
      await run.world.clock.advance(0);
      expect(await run.end).to.equal('200');
      expect(run.endedAt()).to.equal(499);
      run.writer.close = () => {};
    },
  );

  for (const [delayMs, endsAt] of [
    [0, 500],
    [800, 800],
  ] as const)
    late(
      `gives the answer if it has not ended after ${endsAt} ms, where the wait is ${delayMs} ms`,
      {backoff: backoff(delayMs), budget: {refillPerMinute: 0}},
      async run => {
        await run.world.clock.advance(endsAt - 1);
        expect(run.endedAt()).to.equal(undefined);
        await run.world.clock.advance(1);
        expect(run.endedAt()).to.equal(endsAt);
        expect(await run.end).to.equal('503 (body-not-replayable)');
        expect(run.bodies).to.have.length(1);
        expect(run.world.handle.snapshot(endsAt).origins[0]?.budgets).to.deep.equal([{remaining: 1}]);
        expect(run.world.typesOf('retry.scheduled', 'retry.abandoned')).to.have.length(2);
      },
    );

  late(
    'gives the error if it has not ended',
    {backoff: backoff(0)},
    async run => {
      await run.world.clock.advance(500);
      expect(await run.end).to.equal('ECONNRESET (body-not-replayable)');
    },
    {failure: connectionError('ECONNRESET', {syscall: 'read'})},
  );

  late('gives the answer in time for the deadline', {backoff: backoff(0), deadlineMs: 300}, async run => {
    await run.world.clock.advance(250);
    expect(await run.end).to.equal('503 (body-not-replayable)');
    expect(run.endedAt()).to.equal(250);
  });

  late('gives the answer once it is too large', {backoff: backoff(5000), replayLimitBytes: 10}, async run => {
    await run.world.clock.advance(100);
    run.writer.write(' and more');
    await run.world.clock.advance(0);
    expect(await run.end).to.equal('503 (body-not-replayable)');
    expect(run.endedAt()).to.equal(100);
  });

  late('gives the answer once retries are disabled', {backoff: backoff(5000)}, async run => {
    await run.world.clock.advance(100);
    run.world.handle.disableRetries();
    await run.world.clock.advance(0);
    expect(await run.end).to.equal('503 (retries-disabled)');
    expect(run.endedAt()).to.equal(100);
  });

  const controller = new AbortController();
  late(
    'is given up when the caller aborts',
    {backoff: backoff(5000)},
    async run => {
      await run.world.clock.advance(100);
      controller.abort();
      await run.world.clock.advance(0);
      expect(await run.end).to.match(/^AbortError/);
      expect(run.endedAt()).to.equal(100);
    },
    {signal: controller.signal},
  );
});
