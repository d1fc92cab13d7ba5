/** Batches that are killed ten times, and batches of a million lines, or a seventh of them. */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {CountingServer, killAndCountActs, killAndResume} from '../cli/killed.ts';
import {Workplace} from '../cli/running.ts';
import {runs} from '../support/runs.ts';

describe('a batch of 10,000 items', () => {
  it('killed ten times at random: one result for each, nothing journalled is sent again, no key changes', async () => {
    const random = seededRandom(Number(process.env.SEED ?? 20_261_124));
    const server = await CountingServer.start(random);
    const place = new Workplace();
    try {
      await killAndResume(place, server, 10_000, 10, random);
    } finally {
      await server.close();
      place.remove();
    }
  });
});

describe('a batch of 10,000 POSTs that may be sent once only', () => {
  it('killed ten times at random: the server gets none of them twice, and each has one result', async () => {
    const random = seededRandom(Number(process.env.SEED ?? 20_261_125));
    const server = await CountingServer.start(random, {failing: 0});
    const place = new Workplace();
    try {
      const {results} = await killAndCountActs(place, server, {items: 10_000, kills: 10, random});
      expect(results.filter(({error}) => error !== null).length).to.be.within(1, 10 * 16);
    } finally {
      await server.close();
      place.remove();
    }
  });
});

const LINES = runs(150_000, 1_000_000);
/** Of the table of the journal: a power of two, at most half of them taken. */
const SLOTS = 2 ** Math.ceil(Math.log2(2 * LINES));

describe(`a batch of ${LINES} lines`, () => {
  const probe = fileURLToPath(new URL('batch-probe.ts', import.meta.url));

  const run = async (kind: 'plain' | 'journal'): Promise<{heapMb: number[]; bufferMb: number[]; results: number}> => {
    const {stdout} = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--no-warnings',
      probe,
      kind,
      String(LINES),
    ]);
    return JSON.parse(stdout);
  };

  it('takes no more memory at its end than after its first tenth', async () => {
    const {heapMb, results} = await run('plain');
    expect(results).to.equal(LINES);
    expect(heapMb.at(-1)! - heapMb[0]!).to.be.below(2);
  });

  it(`with a journal takes 17 bytes in a table for each of at most ${SLOTS} slots, and nothing else`, async () => {
    const {heapMb, bufferMb, results} = await run('journal');
    expect(results).to.equal(LINES);
    expect(heapMb.at(-1)! - heapMb[0]!).to.be.below(2);
    expect(bufferMb.at(-1)!).to.be.below((17 * SLOTS) / 2 ** 20 + 8);
  });
});
