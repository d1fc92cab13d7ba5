/** The memory of a thread that simulates, in a real thread. */
import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import {expect} from 'chai';
import {memoryLimits, outOfMemory} from '../../src/cli/simulation-memory.ts';
import {errorOf} from '../support/outcome.ts';

const MOST_MB = 16;

/** The error by which a thread with this program ends. */
const endOf = (program: string): Promise<Error> =>
  errorOf(() => once(new Worker(program, {eval: true, resourceLimits: memoryLimits(MOST_MB)}), 'exit'));

describe('memory of a simulation', () => {
  it('is bounded, and the error of a thread that needs more says so', async () => {
    const error = await endOf('const calls = []; for (;;) calls.push(new Array(10_000).fill(0.5));');
    expect(outOfMemory(error, MOST_MB)).to.equal('The calls that wait at a time take more than 16 MB');
  });

  it('is not the reason of another error', async () => {
    expect(outOfMemory(await endOf('throw new RangeError("another")'), MOST_MB)).to.equal(undefined);
  });
});
