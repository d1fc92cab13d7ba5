/** What is left after thousands of calls: nothing. */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';

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
