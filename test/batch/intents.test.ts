/** The lines of the journal that say an item is being sent, for items that may be sent once only. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import fc from 'fast-check';
import {contentKey} from '../../src/batch/content-key.ts';
import {GroupCommit, type Line} from '../../src/batch/group-commit.ts';
import {type JournalIntent, readLine} from '../../src/batch/journal-line.ts';
import {runBatch} from '../../src/batch/run-batch.ts';
import type {BatchOptions, ItemFailure, ItemResult} from '../../src/batch/types.ts';
import {sleep} from '../../src/core/timer.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {PolicyInput} from '../../src/core.ts';
import {answer} from '../../src/transport/answer.ts';
import {errorOf} from '../support/outcome.ts';
import {runs} from '../support/runs.ts';
import {HARMLESS, KEYED, ONCE, type Ran} from './posts.ts';

interface Options
  extends Pick<BatchOptions<string, unknown>, 'retryFailed' | 'signal' | 'concurrency' | 'maxHoldMs' | 'target'> {
  readonly chunkSize?: number;
}

describe('the intents of a journal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-intents-'));
  const journal = join(folder, 'journal');
  after(() => rmSync(folder, {recursive: true}));
  beforeEach(() => rmSync(journal, {force: true}));

  /** @param reply What the server says; what it throws, `send` throws. */
  const run = async (
    items: readonly string[],
    policy: PolicyInput,
    reply: (item: string) => unknown = () => 200,
    {chunkSize, ...options}: Options = {},
  ): Promise<Ran> => {
    const sent: string[] = [];
    const results: ItemResult<string, unknown>[] = [];
    const sendOne = async (item: string): Promise<unknown> => {
      sent.push(item);
      const said = await reply(item);
      return typeof said === 'number' ? answer(said, item) : said;
    };
    const send =
      chunkSize === undefined
        ? sendOne
        : {chunkSize, sendChunk: (chunk: readonly string[]) => Promise.all(chunk.map(sendOne))};
    const report = await runBatch(items, send, {
      ...options,
      journal,
      resume: true,
      policy,
      ordered: true,
      onResult: result => void results.push(result),
    });
    return {sent, results, report};
  };

  const text = (): string => readFileSync(journal, 'utf8');
  /** Of each item its lines, in order: `sending`, `unsent`, `result`. */
  const linesOf = (items: readonly string[]): Record<string, string[]> => {
    const records = text()
      .split('\n')
      .slice(1, -1)
      .map(line => readLine(Buffer.from(line)) as JournalIntent);
    return Object.fromEntries(
      items.map(item => [
        item,
        records.filter(({key}) => key === contentKey(item, 0)).map(({intent}) => intent ?? 'result'),
      ]),
    );
  };
  /** Runs the batch, and leaves the journal as it is at the moment `when` the process is killed: while this item is sent. */
  const killedWhileSending = async (
    items: readonly string[],
    when: string,
    policy: PolicyInput,
    options?: Options,
  ): Promise<void> => {
    let atKill: Buffer | undefined;
    const reply = (item: string): number => {
      if (item === when) atKill ??= readFileSync(journal);
      return 200;
    };
    await run(items, policy, reply, options);
    writeFileSync(journal, atKill!);
  };
  const failureOf = ({results}: Ran, index: number): ItemFailure => (results[index] as {failure: ItemFailure}).failure;

  it('are in the file before the item is sent', async () => {
    const items = Array.from({length: 60}, (_, n) => `item ${n}`);
    const atSend: unknown[] = [];
    const reply = (item: string): number => {
      atSend.push(linesOf([item])[item]);
      return 200;
    };
    await run(items, ONCE, reply, {concurrency: 4});
    expect(atSend).to.deep.equal(items.map(() => ['sending']));
    expect(linesOf(items)).to.deep.equal(Object.fromEntries(items.map(item => [item, ['sending', 'result']])));
  });

  it('name every item of a chunk', async () => {
    const items = ['a', 'b', 'c'];
    const atSend: unknown[] = [];
    const reply = (item: string): number => {
      atSend.push(linesOf([item])[item]);
      return 200;
    };
    const {sent} = await run(items, ONCE, reply, {chunkSize: 2});
    expect(sent).to.deep.equal(items);
    expect(atSend).to.deep.equal([['sending'], ['sending'], ['sending']]);
  });

  it('are not written for items that may be sent twice', async () => {
    await run(['a'], HARMLESS);
    await run(['b'], KEYED);
    await run(['c'], ONCE, () => 200, {target: {method: 'PUT'}});
    expect(linesOf(['a', 'b', 'c'])).to.deep.equal({a: ['result'], b: ['result'], c: ['result']});
  });

  it('without a result fail the item as one that the server may have processed', async () => {
    await killedWhileSending(['a', 'b'], 'b', ONCE, {concurrency: 1});
    const ran = await run(['a', 'b', 'c', 'b'], ONCE);
    expect(ran.sent).to.deep.equal(['c']);
    expect(ran.results.map(({source}) => source)).to.deep.equal(['journal', 'journal', 'sent', 'duplicate']);
    expect(failureOf(ran, 1)).to.deep.equal({
      code: 'interrupted',
      refusal: 'may-have-acted',
      reason: 'the request was under way when the process ended, and the server may have acted',
      status: undefined,
      body: undefined,
      error: undefined,
      retryable: false,
    });
    expect(ran.report).to.include({succeeded: 2, failed: 2, retryable: 0});
    expect(ran.report.failedBy).to.deep.equal({'interrupted, may-have-acted': 2});
  });

  it('without a result allow sending the item again if that is safe, and with retryFailed', async () => {
    for (const [policy, retryFailed, sent] of [
      [ONCE, false, []],
      [KEYED, false, []],
      [HARMLESS, false, ['b']],
      [ONCE, true, ['b']],
    ] as const) {
      rmSync(journal, {force: true});
      await killedWhileSending(['a', 'b'], 'b', ONCE, {concurrency: 1});
      const again = await run(['a', 'b'], policy, () => 200, {retryFailed});
      expect(again.sent).to.deep.equal(sent);
      const third = await run(['a', 'b'], policy);
      expect(third.sent, 'the third run').to.deep.equal([]);
      expect(third.report.succeeded).to.equal(1 + sent.length);
      expect((await errorOf(() => runBatch(['a'], () => 1, {journal}))).message).to.include('holds 2 results');
    }
  });

  it('are withdrawn if the server did not act, and the item is sent again', async () => {
    const refused = Object.assign(new Error('refused'), {code: 'ECONNREFUSED', syscall: 'connect'});
    for (const [item, said] of [
      ['a', 429],
      ['b', refused],
    ] as const) {
      const first = await run([item], ONCE, () => {
        if (said instanceof Error) throw said;
        return said;
      });
      expect(first.report).to.include({failed: 1, retryable: 1});
      expect(linesOf([item])[item]).to.deep.equal(['sending', 'unsent']);
      expect((await run([item], ONCE)).sent).to.deep.equal([item]);
    }
  });

  it('are withdrawn while an item waits for its retry, and written again before the retry', async () => {
    const policy: PolicyInput = {
      ...ONCE,
      maxAttempts: 2,
      backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
    };
    for (const options of [{}, {chunkSize: 2}]) {
      rmSync(journal, {force: true});
      let requests = 0;
      const {report} = await run(
        ['a'],
        policy,
        () => {
          expect(linesOf(['a']).a!.at(-1)).to.equal('sending');
          return ++requests === 1 ? 429 : 200;
        },
        options,
      );
      expect(report.succeeded).to.equal(1);
      expect(linesOf(['a'])).to.deep.equal({a: ['sending', 'unsent', 'sending', 'result']});
    }
  });

  it('are not left open for an item that a breaker refused', async () => {
    const items = Array.from({length: 40}, (_, n) => `item ${n}`);
    const policy: PolicyInput = {...ONCE, breaker: {kind: 'consecutive', failures: 3, openMs: 60_000}};
    const refuse = (): never => {
      throw Object.assign(new Error('refused'), {code: 'ECONNREFUSED', syscall: 'connect'});
    };
    const {sent, report} = await run(items, policy, refuse, {concurrency: 2, maxHoldMs: 0});
    expect(report).to.include({ended: 'held', succeeded: 0});
    expect(sent.length).to.be.below(items.length);
    expect((await run(items, ONCE)).sent).to.have.length(items.length);
  });

  it('that cannot be written prevent the item from being sent, and end the batch', async () => {
    const file = await open(join(folder, 'any'), 'w');
    const prototype = Object.getPrototypeOf(file) as FileHandle;
    await file.close();
    const {appendFile} = prototype;
    let sent = 0;
    prototype.appendFile = function (this: FileHandle, data: string) {
      if (data.includes('"intent"')) throw Object.assign(new Error('no space'), {code: 'ENOSPC'});
      return appendFile.call(this, data);
    } as FileHandle['appendFile'];
    try {
      const error = await errorOf(() => run(['a', 'b'], ONCE, () => ++sent));
      expect(error).to.include({code: 'JOURNAL_FILE'});
      expect(error.message).to.include('ENOSPC');
      expect(sent).to.equal(0);
    } finally {
      prototype.appendFile = appendFile;
    }
    expect((await run(['a', 'b'], ONCE)).sent).to.deep.equal(['a', 'b']);
  });

  it('are not left open for any item if the batch is stopped', async () => {
    const items = Array.from({length: 40}, (_, n) => `item ${n}`);
    const controller = new AbortController();
    const {sent, report} = await run(
      items,
      ONCE,
      item => {
        if (item === 'item 9') controller.abort();
        return 200;
      },
      {concurrency: 4, signal: controller.signal},
    );
    expect(report.ended).to.equal('aborted');
    const again = await run(items, ONCE);
    expect([...sent, ...again.sent].sort()).to.deep.equal([...items].sort());
    expect(again.report.succeeded).to.equal(items.length);
  });

  it('do not shorten the time of an attempt', async () => {
    const clock = new VirtualClock();
    const items = Array.from({length: 40}, (_, n) => `item ${n}`);
    const send = async (item: string): Promise<string> => {
      await sleep(clock, 5);
      return item;
    };
    const policy: PolicyInput = {...ONCE, attemptTimeoutMs: 1000, deadlineMs: null};
    // Virtual time jumps to the next timer while a real write is under way.
    const report = await clock.run(() => runBatch(items, send, {journal, policy, clock, concurrency: 1}));
    expect(report).to.include({succeeded: items.length, requests: items.length});
    expect(report.durationMs).to.be.below(1000);
  });

  it('keep an item that two killed runs sent, and the later one took back, from being sent again', async () => {
    await killedWhileSending(['a'], 'a', ONCE);
    await run(['a'], ONCE, () => 429, {retryFailed: true});
    expect(linesOf(['a'])).to.deep.equal({a: ['sending', 'sending', 'unsent']});
    const third = await run(['a'], ONCE);
    expect(third.sent).to.deep.equal([]);
    expect(failureOf(third, 0).code).to.equal('interrupted');
  });

  it('keep the result of an earlier run where a later one took the intent back', async () => {
    await run(['a'], ONCE, () => 400);
    await run(['a'], ONCE, () => 429, {retryFailed: true});
    const third = await run(['a'], ONCE);
    expect(third.sent).to.deep.equal([]);
    expect(failureOf(third, 0).code).to.equal('400');
  });

  it('after kills at any moment: the server acts on each item once at the most, and each has one result', async () => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const status = fc.constantFrom(200, 200, 200, 400, 429, 503);
    const life = fc.record({
      /** How many requests, and results, the process lives for. */
      moments: fc.nat({max: 2 * items.length}),
      statuses: fc.array(status, {minLength: items.length, maxLength: items.length}),
      concurrency: fc.integer({min: 1, max: 4}),
      chunkSize: fc.constantFrom(undefined, 2, 3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, {minLength: 1, maxLength: 4}), async lives => {
        rmSync(journal, {force: true});
        const acted = new Map<string, number>();
        const act = (item: string): void => void acted.set(item, (acted.get(item) ?? 0) + 1);
        for (const {moments, statuses, concurrency, chunkSize} of lives) {
          let passed = 0;
          let atKill: Buffer | null = null;
          const moment = (): boolean => {
            if (atKill === null && passed++ === moments) atKill = readFileSync(journal);
            return atKill === null;
          };
          const reply = async (item: string): Promise<number> => {
            const said = statuses[items.indexOf(item)]!;
            // The request is on its way when the process is killed: the server may well act on it.
            const isAlive = atKill === null;
            moment();
            if (isAlive && said !== 429) act(item);
            await null;
            moment();
            return said;
          };
          await run(items, ONCE, reply, {concurrency, ...(chunkSize && {chunkSize})});
          if (atKill !== null) writeFileSync(journal, atKill);
        }
        const last = await run(items, ONCE, item => {
          act(item);
          return 200;
        });
        expect(last.results.map(({item}) => item)).to.deep.equal(items);
        for (const {item, ok} of last.results) {
          if (ok) expect(acted.get(item), item).to.equal(1);
          else expect(acted.get(item) ?? 0, item).to.be.at.most(1);
        }
      }),
      {numRuns: runs(20, 60)},
    );
  }).timeout(60_000);
});

describe('a group commit', () => {
  class Disk {
    readonly writes: string[] = [];
    error: Error | null = null;
    async appendFile(text: string): Promise<void> {
      if (this.error !== null) throw this.error;
      this.writes.push(text);
    }
    async datasync(): Promise<void> {}
  }
  const line = (name: string, log: string[] = []): Line => ({
    text: () => `${name};`,
    written: () => void log.push(name),
    lost: () => void log.push(`lost ${name}`),
  });

  it('writes an urgent line at once, together with those that wait', async () => {
    const disk = new Disk();
    const clock = new VirtualClock();
    const commit = new GroupCommit(disk as unknown as FileHandle, clock);
    commit.append(line('a'));
    await clock.advance(1);
    commit.append(line('b'));
    await clock.advance(1);
    expect(disk.writes).to.deep.equal(['a;']);
    commit.append(line('c'), true);
    await clock.advance(0);
    expect(disk.writes).to.deep.equal(['a;', 'b;c;']);
    commit.append(line('d'));
    await clock.advance(9);
    expect(disk.writes).to.have.length(2);
    await clock.advance(1);
    expect(disk.writes).to.deep.equal(['a;', 'b;c;', 'd;']);
  });

  it('reports that an urgent line is lost if it cannot be written', async () => {
    const disk = new Disk();
    const log: string[] = [];
    const clock = new VirtualClock();
    const commit = new GroupCommit(disk as unknown as FileHandle, clock);
    disk.error = new Error('full');
    commit.append(line('a', log), true);
    await clock.advance(1);
    commit.append(line('b', log), true);
    expect(log).to.deep.equal(['lost a', 'lost b']);
  });
});
