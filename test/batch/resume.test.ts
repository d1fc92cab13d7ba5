/** What a resumed run sends, under the policy of that day, whatever ended the runs before. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import fc from 'fast-check';
import {contentKey} from '../../src/batch/content-key.ts';
import {readLine, writeLine} from '../../src/batch/journal-line.ts';
import {runBatch} from '../../src/batch/run-batch.ts';
import type {ItemResult, SendContext} from '../../src/batch/types.ts';
import type {PolicyInput} from '../../src/core.ts';
import {answer} from '../../src/transport/answer.ts';
import {errorOf} from '../support/outcome.ts';
import {runs} from '../support/runs.ts';
import {HARMLESS, KEYED, ONCE, type Ran} from './posts.ts';

describe('a resumed batch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-resume-'));
  const journal = join(folder, 'journal');
  /** By item: the same in every run. */
  const keys = new Map<string, string>();
  after(() => rmSync(folder, {recursive: true}));
  beforeEach(() => {
    rmSync(journal, {force: true});
    keys.clear();
  });

  const run = async (
    items: readonly string[],
    policy: PolicyInput,
    statusOf: (item: string) => number = () => 200,
    options: {resume?: boolean; retryFailed?: boolean; chunkSize?: number} = {resume: true},
  ): Promise<Ran> => {
    const sent: string[] = [];
    const results: ItemResult<string, unknown>[] = [];
    const {chunkSize, ...rest} = options;
    const sendOne = (item: string, key: string): unknown => {
      sent.push(item);
      expect(keys.get(item) ?? key, `the key of ${item}`).to.equal(key);
      keys.set(item, key);
      return answer(statusOf(item), item.toUpperCase());
    };
    const send =
      chunkSize === undefined
        ? async (item: string, {key}: SendContext) => sendOne(item, key)
        : {
            chunkSize,
            sendChunk: async (chunk: readonly string[], context: {keys: readonly string[]}) =>
              chunk.map((item, index) => sendOne(item, context.keys[index]!)),
          };
    const onResult = (result: ItemResult<string, unknown>): void => void results.push(result);
    const report = await runBatch(items, send, {...rest, journal, policy, ordered: true, onResult});
    return {sent, results, report};
  };
  const ITEMS = ['a', 'b', 'c', 'd'];
  /** `b` may have been acted on, `c` is refused for good. */
  const first = (): Promise<Ran> => run(ITEMS, ONCE, item => ({b: 503, c: 400})[item] ?? 200);

  it('sends items again that may have been processed, if the policy now says that this is safe', async () => {
    const {report} = await first();
    expect(report.failedBy).to.deep.equal({400: 1, '503, may-have-acted': 1});
    const again = await run(ITEMS, HARMLESS);
    expect(again.sent).to.deep.equal(['b']);
    expect(again.report).to.include({succeeded: 3, failed: 1, resumed: 3, reopened: 1, requests: 1});
    expect(again.results.map(({source}) => source)).to.deep.equal(['journal', 'sent', 'journal', 'journal']);
    const third = await run(ITEMS, HARMLESS);
    expect(third.sent).to.deep.equal([]);
    expect(third.results[1]).to.deep.include({ok: true, value: 'B', source: 'journal'});
  });

  it('uses the route of each item', async () => {
    await first();
    const other = {...ONCE, routes: [{match: {path: '/other'}, idempotentMethods: ['POST']}]} satisfies PolicyInput;
    expect((await run(ITEMS, other)).sent).to.deep.equal([]);
    const all = {...ONCE, routes: [{match: {path: '/'}, idempotentMethods: ['POST']}]} satisfies PolicyInput;
    expect((await run(ITEMS, all)).sent).to.deep.equal(['b']);
  });

  it('does not send items again that may have been processed under the same policy, and keeps the reason', async () => {
    const {results} = await first();
    const again = await run(ITEMS, ONCE);
    expect(again.sent).to.deep.equal([]);
    const reason = (ran: Pick<Ran, 'results'>) => (ran.results[1] as {failure?: {reason: string}}).failure?.reason;
    expect(reason(again)).to.equal(reason({results})).and.to.include('the server may have acted');
  });

  it('does not send items again with a key that were sent without one', async () => {
    await first();
    expect((await run(ITEMS, KEYED)).sent).to.deep.equal([]);
    expect((await run(ITEMS, KEYED, undefined, {retryFailed: true})).sent).to.deep.equal(['b', 'c']);
  });

  it('sends every failed item again with retryFailed, and nothing that was answered', async () => {
    await first();
    const again = await run(ITEMS, ONCE, item => (item === 'c' ? 400 : 200), {retryFailed: true});
    expect(again.sent).to.deep.equal(['b', 'c']);
    expect(again.report).to.include({succeeded: 3, failed: 1, reopened: 2});
    const third = await run(ITEMS, ONCE, () => 200, {retryFailed: true});
    expect(third.sent).to.deep.equal(['c']);
    expect(third.report).to.include({succeeded: 4, failed: 0, resumed: 3});
  });

  it('sends a failed item and its duplicates once', async () => {
    const items = ['b', 'b', 'a', 'b'];
    await run(items, ONCE, item => (item === 'b' ? 503 : 200));
    const again = await run(items, ONCE, () => 503, {retryFailed: true});
    expect(again.sent).to.deep.equal(['b']);
    expect(again.report).to.include({failed: 3, succeeded: 1, reopened: 1});
    const third = await run(items, HARMLESS);
    expect(third.sent).to.deep.equal(['b']);
    expect(third.report).to.include({succeeded: 4, deduplicated: 2});
  });

  it('sends a failed item of a chunk alone, under its own key', async () => {
    const status = (item: string): number => (item === 'b' ? 503 : 200);
    const chunks = {resume: true, chunkSize: 2};
    await run(ITEMS, ONCE, status, chunks);
    const again = await run(ITEMS, HARMLESS, () => 200, chunks);
    expect(again.sent).to.deep.equal(['b']);
    expect(again.report.succeeded).to.equal(4);
  });

  it('counts items and not lines when it refuses a journal', async () => {
    await first();
    await run(ITEMS, HARMLESS);
    const error = await errorOf(() => run(ITEMS, ONCE, () => 200, {}));
    expect(error.message).to.include('holds 4 results of an earlier run');
  });

  it('refuses a journal whose items have names of another kind, and takes one that does not say so', async () => {
    const send = () => 1;
    await runBatch(['a'], send, {journal});
    const text = readFileSync(journal, 'utf8');
    const error = await errorOf(() => runBatch(['a'], send, {journal, resume: true, dedupe: false}));
    expect(error.code).to.equal('INVALID_BATCH');
    expect(error.message).to.include('names items by their content, and this run names them by their index');
    const {names, ...header} = readLine(Buffer.from(text.split('\n')[0]!)) as {names?: string; run: string};
    expect(names).to.equal('content');
    writeFileSync(journal, writeLine(header as never));
    expect((await runBatch(['a'], send, {journal, resume: true, dedupe: false})).runId).to.equal(header.run);
  });

  it('needs a journal for retryFailed', async () => {
    const error = await errorOf(() => runBatch(['a'], () => 1, {retryFailed: true}));
    expect(error).to.include({code: 'INVALID_BATCH', message: 'retryFailed needs a journal to go on from.'});
  });

  it('reads a journal of a version that did not send failed items again', async () => {
    await first();
    const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
    // As that version wrote them: the same lines without a field and a kind of line that are new.
    const old = lines.flatMap(line => {
      const record = readLine(Buffer.from(line))!;
      expect(writeLine(record)).to.equal(`${line}\n`);
      expect(Object.keys(record)).to.not.include('again');
      if ('intent' in record) return [];
      return 'run' in record ? writeLine({...record, version: 1}) : writeLine(record);
    });
    writeFileSync(journal, old.join(''));
    expect((await run(ITEMS, HARMLESS)).sent).to.deep.equal(['b']);
    expect(readFileSync(journal, 'utf8')).to.match(/"again":true/);
  });

  it('after crashes at any moment, under any policies, sends nothing that was answered, and gives each item one result', async () => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f'];
    const policies = {once: ONCE, harmless: HARMLESS, keyed: KEYED};
    const step = fc.record({
      policy: fc.constantFrom<keyof typeof policies>('once', 'harmless', 'keyed'),
      retryFailed: fc.boolean(),
      statuses: fc.array(fc.constantFrom(200, 200, 400, 429, 503), {minLength: items.length, maxLength: items.length}),
      /** How much of what the run wrote is left of it. */
      kept: fc.double({min: 0, max: 1, noNaN: true}),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 6}), async steps => {
        rmSync(journal, {force: true});
        keys.clear();
        let known = new Map<string, 'answered' | 'acted' | 'refused'>();
        const tornAt = {start: 0};
        for (const {policy, retryFailed, statuses, kept} of steps) {
          const statusOf = (item: string): number => statuses[items.indexOf(item)]!;
          const {sent, results} = await run(items, policies[policy], statusOf, {resume: true, retryFailed});
          const isSent = (item: string): boolean => {
            const before = known.get(item);
            if (before === undefined) return true;
            return before !== 'answered' && (retryFailed || (before === 'acted' && policy === 'harmless'));
          };
          expect([...sent].sort()).to.deep.equal(items.filter(isSent));
          expect(results.map(({item}) => item)).to.deep.equal(items);
          const whole = readFileSync(journal);
          // What was on the disk before this run survives it; of its own lines, a crash leaves a beginning.
          const left = whole.subarray(0, Math.ceil(tornAt.start + (whole.length - tornAt.start) * kept));
          if (left.indexOf(10) < 0) keys.clear(); // Not even the name of the run is left.
          writeFileSync(journal, left);
          known = stateOf(left, items);
          tornAt.start = left.lastIndexOf(10) + 1;
        }
        const last = await run(items, ONCE);
        expect(last.results.map(({item}) => item)).to.deep.equal(items);
        expect([...last.sent].sort()).to.deep.equal(items.filter(item => !known.has(item)));
      }),
      {numRuns: runs(15, 60)},
    );
  }).timeout(60_000);
});

/**
 * What the whole lines of a journal say of each item. The last result of an item holds, unless a later line says that the item is sent:
 * then the server may have acted on it.
 */
function stateOf(bytes: Buffer, items: readonly string[]): Map<string, 'answered' | 'acted' | 'refused'> {
  const state = new Map<string, 'answered' | 'acted' | 'refused'>();
  const records = recordsIn(bytes.toString());
  for (const item of items) {
    let open = 0;
    for (const {intent, ok, failure} of records.filter(({key}) => key === contentKey(item, 0))) {
      if (intent !== undefined) open += intent === 'sending' ? 1 : -1;
      else {
        open = 0;
        const isActed = failure?.refusal === 'may-have-acted';
        state.set(item, ok ? 'answered' : isActed ? 'acted' : 'refused');
      }
    }
    if (open > 0) state.set(item, 'acted');
  }
  return state;
}

interface ReadRecord {
  readonly key: string;
  readonly intent?: 'sending' | 'unsent';
  readonly ok?: boolean;
  readonly failure?: {readonly refusal: string};
}

/** The lines after the first one, without what was torn off. */
const recordsIn = (text: string): ReadRecord[] =>
  text
    .split('\n')
    .slice(1, -1)
    .map(line => readLine(Buffer.from(line)) as unknown as ReadRecord);
