/** The journal, as a crash leaves it: any tail torn off, any byte changed. */
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {expect} from 'chai';
import fc from 'fast-check';
import {digest} from '../../src/batch/content-key.ts';
import {readLine, writeLine} from '../../src/batch/journal-line.ts';
import {KeyIndex} from '../../src/batch/key-index.ts';
import {runBatch} from '../../src/batch/run-batch.ts';
import type {ItemResult, SendContext} from '../../src/batch/types.ts';
import {answer} from '../../src/transport/answer.ts';
import {errorOf} from '../support/outcome.ts';
import {runs} from '../support/runs.ts';

describe('the journal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-journal-'));
  const journal = join(folder, 'journal');
  after(() => rmSync(folder, {recursive: true}));
  beforeEach(() => rmSync(journal, {force: true}));

  const ITEMS = ['a', 'bé', 'c', 'd\n', 'e'];
  interface Ran {
    readonly sent: readonly (readonly [string, string])[];
    readonly results: readonly ItemResult<string, unknown>[];
    readonly runId: string;
    readonly resumed: number;
  }
  /** `c` fails for good, `d` for the moment. */
  const run = async (
    items: readonly string[] = ITEMS,
    resume = true,
    status: Record<string, number> = {},
  ): Promise<Ran> => {
    const sent: [string, string][] = [];
    const results: ItemResult<string, unknown>[] = [];
    const {runId, resumed} = await runBatch(
      items,
      async (item: string, {key}: SendContext) => {
        sent.push([item, key]);
        return answer({c: 400, ...status}[item] ?? 200, {echo: item});
      },
      {
        journal,
        resume,
        ordered: true,
        policy: {maxAttempts: 1, idempotentMethods: ['POST']},
        onResult: result => void results.push(result),
      },
    );
    return {sent, results, runId, resumed};
  };
  const shown = ({results}: Ran) => results.map(({item, ok, source}) => [item, ok, source]);

  it('returns the stored results, and sends none of these items again', async () => {
    const first = await run();
    expect(first.sent).to.have.length(5);
    const second = await run();
    expect(second.sent).to.be.empty;
    expect(second.resumed).to.equal(5);
    expect(second.runId).to.equal(first.runId);
    expect(shown(second)).to.deep.equal(ITEMS.map(item => [item, item !== 'c', 'journal']));
    const failure = second.results[2]!;
    expect(failure.ok ? null : failure.failure).to.deep.include({code: '400', status: 400, body: {echo: 'c'}});
    expect(second.results[1]).to.deep.include({value: {echo: 'bé'}});
  });

  it('sends items with transient failures again, with the same key', async () => {
    const first = await run(ITEMS, true, {'d\n': 503});
    const second = await run();
    expect(second.sent).to.deep.equal([first.sent[3]]);
    expect(second.results[3]).to.deep.include({ok: true, source: 'sent'});
  });

  it('is searched for duplicates too, which it distinguishes from results of an earlier run', async () => {
    await run(['a', 'a', 'b']);
    const {sent, results} = await run(['a', 'a', 'b', 'x', 'x']);
    expect(sent.map(([item]) => item)).to.deep.equal(['x']);
    expect(results.map(({source}) => source)).to.deep.equal(['journal', 'duplicate', 'journal', 'sent', 'duplicate']);
  });

  it('of another run is not overwritten by mistake', async () => {
    await run();
    const before = readFileSync(journal);
    const error = await errorOf(() => run(ITEMS, false));
    expect(error.code).to.equal('JOURNAL_EXISTS');
    expect(error.message).to.include('holds 5 results of an earlier run');
    expect(readFileSync(journal).equals(before)).to.equal(true);
  });

  it('is no other file, whatever it holds', async () => {
    for (const text of ['{"a":1}\n', 'notes', '\n', `{"sum":"${'0'.repeat(16)}","journal":"steadfetch batch"}\n`]) {
      writeFileSync(journal, text);
      for (const resume of [true, false])
        expect((await errorOf(() => run(ITEMS, resume))).code).to.equal('JOURNAL_DAMAGED');
      expect(readFileSync(journal, 'utf8')).to.equal(text);
    }
  });

  it('that cannot be written causes an error with its cause', async () => {
    const error = await errorOf(() => runBatch(['a'], () => 1, {journal: join(folder, 'none', 'journal')}));
    expect(error.code).to.equal('JOURNAL_FILE');
    expect(error.message).to.match(/^The journal .* cannot be used: ENOENT\.$/);
    expect(error.cause).to.include({code: 'ENOENT'});
  });

  it('is readable by its owner only, even if an earlier version created it for all', async () => {
    await run();
    expect(statSync(journal).mode & 0o777).to.equal(0o600);
    chmodSync(journal, 0o644);
    await run();
    expect(statSync(journal).mode & 0o777).to.equal(0o600);
  });

  it('must not be a symbolic link, whose target is not changed', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, '');
    for (const to of [target, join(folder, 'nothing')]) {
      rmSync(journal, {force: true});
      symlinkSync(to, journal);
      const error = await errorOf(() => run());
      expect(error.code).to.equal('JOURNAL_FILE');
      expect(error.message).to.include('is a symbolic link, which is not followed');
    }
    expect(readFileSync(target, 'utf8')).to.equal('');
    expect(readdirSync(folder).sort()).to.deep.equal(['journal', 'target']);
    rmSync(target);
  });

  it('must not be a folder', async () => {
    mkdirSync(journal);
    expect((await errorOf(() => run())).message).to.match(/cannot be used: EISDIR|is not a regular file/);
    rmSync(journal, {recursive: true});
  });

  it('belongs to one batch at a time, also within one process', async () => {
    let error: unknown;
    await runBatch(
      ['a'],
      async () => {
        error = await errorOf(() => run());
      },
      {journal},
    );
    expect(error).to.include({code: 'JOURNAL_LOCKED'});
    expect(readdirSync(folder), 'the lock is released').to.deep.equal(['journal']);
  });

  it('is released if the batch fails', async () => {
    const onResult = (): void => {
      throw new Error('no');
    };
    await errorOf(() => runBatch(['a'], () => 1, {journal, onResult}));
    await errorOf(() => run(['a'], false));
    expect(readdirSync(folder)).to.deep.equal(['journal']);
    await run(['a']);
  });

  it('refuses a result that is not JSON-serializable, and says so', async () => {
    const error = await errorOf(() => runBatch(['a'], () => 1n, {journal}));
    expect(error.code).to.equal('JOURNAL_FILE');
    expect(error.message).to.include('it is not JSON-serializable');
  });

  it('keeps the results that came with one that is not JSON-serializable', async () => {
    const items = ['x', 'big', 'y'];
    const error = await errorOf(() => runBatch(items, item => (item === 'big' ? 1n : item), {journal, concurrency: 3}));
    expect(error.message).to.include('it is not JSON-serializable');
    const {sent, resumed} = await run(items);
    expect(resumed).to.equal(2);
    expect(sent.map(([item]) => item)).to.deep.equal(['big']);
  });

  it('is opened without losing lines that the source reads meanwhile', async () => {
    const input = join(folder, 'lines');
    writeFileSync(input, 'x\n'.repeat(5000));
    const lines = createInterface({input: createReadStream(input)});
    const {items} = await runBatch(lines, () => 1, {journal, dedupe: false});
    expect(items).to.equal(5000);
  });

  it('has the name of the run before anything is sent', async () => {
    let header = '';
    await runBatch(
      ['a'],
      () => {
        header = readFileSync(journal, 'utf8').split('\n')[0]!;
      },
      {journal},
    );
    expect(readLine(Buffer.from(header))).to.include({journal: 'steadfetch batch', version: 2});
  });

  it('has a result before the result is delivered', async () => {
    const delivered: [item: string, isWritten: boolean][] = [];
    await runBatch(['a', 'b', 'c'], item => `value of ${item}`, {
      journal,
      onResult: ({item}) => {
        delivered.push([item, readFileSync(journal, 'utf8').includes(`value of ${item}`)]);
      },
    });
    expect(delivered).to.have.deep.members(['a', 'b', 'c'].map(item => [item, true]));
  });

  it('forms the same chunks after a restart, so that a request keeps its key', async () => {
    const keys = new Map<string, string>();
    const going = async (until: number) => {
      let requests = 0;
      await runBatch(
        ['a', 'b', 'a', 'c', 'd', 'b', 'e', 'f', 'g'],
        {
          chunkSize: 2,
          sendChunk: async (chunk, {key}) => {
            const name = chunk.join('');
            expect(keys.get(name) ?? key).to.equal(key);
            keys.set(name, key);
            if (++requests > until) throw Object.assign(new Error('gone'), {status: 503});
            return chunk;
          },
        },
        {journal, resume: true, concurrency: 1, policy: {maxAttempts: 1, breaker: null, idempotentMethods: ['POST']}},
      );
    };
    for (const until of [1, 0, 1, 9]) await going(until);
    expect([...keys.keys()].sort()).to.deep.equal(['ab', 'cd', 'ef', 'g']);
  });

  describe('after a crash', () => {
    let whole: Buffer;
    let first: Ran;
    beforeEach(async () => {
      first = await run();
      whole = readFileSync(journal);
    });

    /** Every item has one result, no key has changed, and items whose result is in the file are not sent. */
    const checkResumed = async (known: number): Promise<void> => {
      const ran = await run();
      expect(ran.results.map(({item, ok}) => [item, ok])).to.deep.equal(ITEMS.map(item => [item, item !== 'c']));
      expect(ran.resumed).to.equal(known);
      expect(ran.sent).to.have.length(ITEMS.length - known);
      if (known > 0) for (const each of ran.sent) expect(first.sent).to.deep.include(each);
      const again = await run();
      expect(again.sent, 'and now the journal is whole').to.be.empty;
    };

    it('any prefix of the file can be resumed, with the results of its whole lines', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({min: 0, max: whole.length}), async length => {
          const prefix = whole.subarray(0, length);
          writeFileSync(journal, prefix);
          const known = Math.max(0, prefix.toString('latin1').split('\n').length - 2);
          await checkResumed(known);
        }),
        {
          numRuns: 40,
          examples: [[0], [1], [whole.length - 1], [whole.length], [whole.indexOf(10)], [whole.indexOf(10) + 1]],
        },
      );
    });

    it('any changed byte is found: by an error that names the line, or as a truncated end', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({min: 0, max: whole.length - 1}),
          fc.integer({min: 1, max: 255}),
          async (at, flip) => {
            const changed = Buffer.from(whole);
            changed[at]! ^= flip;
            writeFileSync(journal, changed);
            const number = whole.subarray(0, at).toString('latin1').split('\n').length;
            const error = await errorOf(() => run()).catch(() => undefined);
            // Only where the very last line feed is gone is it a tail that was torn off.
            if (error === undefined) expect(at).to.equal(whole.length - 1);
            else {
              expect(error.code).to.equal('JOURNAL_DAMAGED');
              const named = Number(/:(\d+): the line/.exec(error.message)?.[1] ?? 1);
              expect(named).to.equal(number);
              expect(readFileSync(journal).equals(changed), 'nothing is touched').to.equal(true);
            }
          },
        ),
        {
          numRuns: runs(50, 150),
          examples: [
            [whole.length - 1, 1],
            [0, 1],
            [whole.indexOf(10), 3],
          ],
        },
      );
    });
  });
});

describe('a line of the journal', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const line = writeLine({key: 'k', ok: true, value, attempts: 1});
        expect(line.indexOf('\n')).to.equal(line.length - 1);
        const read = readLine(Buffer.from(line.slice(0, -1)));
        expect(read).to.deep.equal(JSON.parse(JSON.stringify({key: 'k', ok: true, value, attempts: 1})));
      }),
    );
  });
});

describe('the index of keys', () => {
  it('finds every key where it was put, and meets it once', () => {
    const index = new KeyIndex(4);
    const places = Array.from({length: 5000}, (_, at) => ({key: digest(String(at)), at: at * 10, length: at + 1}));
    for (const {key, ...place} of places) index.add(key, place, false);
    expect(index.size).to.equal(5000);
    for (const {key, at, length} of places) {
      expect(index.candidates(key)).to.deep.include({at, length});
      expect(index.meet(key, at)).to.equal(false);
      expect(index.meet(key, at)).to.equal(true);
    }
    expect(index.candidates(digest('another'))).to.be.empty;
  });

  it('gives all candidates of one fingerprint', () => {
    const index = new KeyIndex(4);
    for (const at of [1, 2, 3]) index.add(`00000001${at}`, {at, length: 1}, false);
    expect(index.candidates('000000019').map(({at}) => at)).to.deep.equal([1, 2, 3]);
  });
});
