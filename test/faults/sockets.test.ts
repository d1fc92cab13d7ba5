/** Connection faults on real sockets, one row each: what each adapter's transport throws, and its classification. */
import {expect} from 'chai';
import type {ClassifyInput} from '../../src/core.ts';
import {NEVER, REPEATABLE, ROWS, type Row} from './rows.ts';
import {type Broken, broken} from './servers.ts';
import {ADAPTERS, type Adapter, CALLERS, type Caller, meet, networkErrorOf} from './trial.ts';

interface Who {
  readonly title: string;
  readonly adapter: Adapter;
  readonly caller: Caller;
  /** Of the caller, in `sends`. */
  readonly index: number;
}

const everyone: readonly Who[] = ADAPTERS.flatMap(adapter =>
  Object.keys(CALLERS).map((name, index) => ({
    title: `${adapter}, ${name}`,
    adapter,
    caller: name as Caller,
    index,
  })),
);

describe('faults on real sockets', () => {
  for (const row of ROWS) {
    describe(row.fault, () => {
      // Side by side, each with a server of its own: some wait for a time-out.
      let met: Map<string, Promise<void>>;
      before(() => {
        met = new Map(everyone.map(who => [who.title, meetRow(row, who)]));
        return Promise.allSettled(met.values());
      });
      for (const {title, index} of everyone)
        it(`${title}: sent ${row.sends[index] === 1 ? 'once' : `${row.sends[index]} times`}`, async () => {
          expect([...met.keys()]).to.include(title);
          await met.get(title);
        });
    });
  }

  // The kernel reports it while connecting or at the first read, as it happens: only the former proves that nothing was sent.
  describe('a reset at accept', () => {
    for (const adapter of ADAPTERS)
      for (const [caller, init] of Object.entries(CALLERS))
        it(`${adapter}, ${caller}: only a failed connect is proof that nothing was sent`, async () => {
          const server = await broken({onAccept: socket => socket.resetAndDestroy()});
          const calls: (string | undefined)[] = [];
          const classify = ({error}: ClassifyInput): undefined => void calls.push(syscallOf(error));
          try {
            const {reason, report} = await meet(adapter, server.url, {init, ports: {classify}});
            expect(reason).to.equal('ECONNRESET');
            const stopsAt = caller === 'POST' ? calls.findIndex(syscall => syscall !== 'connect') + 1 : 0;
            expect(report?.attempts).to.equal(stopsAt === 0 ? 3 : stopsAt);
            expect(server.connections).to.equal(report?.attempts);
          } finally {
            await server.close();
          }
        });
  });
});

async function meetRow(row: Row, {adapter, caller, index}: Who): Promise<void> {
  const server = await broken(row);
  const {attemptTimeoutMs} = row;
  const policy = attemptTimeoutMs === undefined ? {} : {attemptTimeoutMs};
  const sends = row.sends[index]!;
  try {
    const {reason, got, report} = await meet(adapter, server.url, {init: CALLERS[caller], policy});
    expectLike(reason, row.reason);
    expectGot(got, adapter, row, reason);
    expect(report).to.include({attempts: sends, refusal: refusalOf(row, caller)});
    expectSeen(server, row, sends);
  } finally {
    await server.close();
  }
}

function syscallOf(error: unknown): string | undefined {
  const {syscall, cause} = error as {syscall?: string; cause?: {syscall?: string}};
  return syscall ?? cause?.syscall;
}

function refusalOf({sends}: Row, caller: Caller): string {
  if (sends === NEVER) return 'not-transient';
  return sends === REPEATABLE && caller === 'POST' ? 'may-have-acted' : 'attempts-exhausted';
}

/** The transport's own error, as this adapter wraps it; a timeout is ours. */
function expectGot(got: string, adapter: Adapter, {attemptTimeoutMs, says}: Row, reason: string): void {
  if (attemptTimeoutMs !== undefined) expect(got).to.equal('TimeoutError ATTEMPT_TIMEOUT');
  else expect(got).to.match(networkErrorOf(adapter, says === undefined ? reason : ''));
  if (says !== undefined) expect(got).to.match(says);
}

/** The server's own count agrees with what the report says. */
function expectSeen(server: Broken, {reads, onRequest, attemptTimeoutMs}: Row, sends: number): void {
  const isRead = onRequest !== undefined && reads === 1;
  // What is given up in time may not have reached the server, if the machine is busy; more than was sent never does.
  if (attemptTimeoutMs !== undefined) expect(server.requests, 'requests').to.be.at.most(sends);
  else if (isRead) expect(server.requests, 'requests').to.equal(sends);
  if (attemptTimeoutMs === undefined) expect(server.connections, 'connections').to.equal(sends);
}

function expectLike(text: string, pattern: RegExp | string): void {
  if (typeof pattern === 'string') expect(text).to.equal(pattern);
  else expect(text).to.match(pattern);
}
