/** What is left after thousands of calls: nothing. */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {WAYS} from '../support/reading-ways.ts';

interface Held {
  readonly heap: number;
  readonly listeners: number;
  readonly handles: number;
}

describe('thousands of calls on one signal', () => {
  it('leave no listener, no timer, no place and no memory behind, and the process ends', async () => {
    const probe = fileURLToPath(new URL('leak-probe.ts', import.meta.url));
    const {stdout} = await promisify(execFile)(process.execPath, ['--expose-gc', probe]);
    const {held, inFlight} = JSON.parse(stdout) as {held: Held[]; inFlight: number};
    expect(inFlight).to.equal(0);
    expect(held.map(({listeners}) => listeners).slice(1)).to.deep.equal(held.slice(1).map(() => 0));
    // The first rounds fill caches and compile. After that, what one call leaves behind (2 kB, if it is
    // the call itself) would be here 400 times a round.
    const growth = held.at(-1)!.heap - held[2]!.heap;
    expect(growth / (400 * (held.length - 3)), 'bytes that stay per call').to.be.below(600);
    expect(held.at(-1)!.handles).to.be.at.most(held[1]!.handles);
  });
});

describe('the body of a response, read in every way there is', () => {
  const CALLS = 500;
  // The first use of a class costs up to 300 kB, in plain fetch too. What held a response held 5 kB of a call.
  const MAX_BYTES = 1200;

  for (const client of ['fetch', 'fetch, streams held', 'fetch without time limits'])
    it(`leaves no memory and no listener behind in a heap of 64 MB: ${client}`, async () => {
      const probe = fileURLToPath(new URL('stream-probe.ts', import.meta.url));
      const options = ['--expose-gc', '--max-old-space-size=64', probe, client, String(CALLS)];
      const {stdout} = await promisify(execFile)(process.execPath, options);
      const left = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as {way: string; bytes: number; listeners: number});
      expect(left.map(({way}) => way)).to.deep.equal(Object.keys(WAYS));
      expect(left.filter(({bytes, listeners}) => bytes > MAX_BYTES || listeners > 0)).to.deep.equal([]);
    }).timeout(600_000);
});
