/** Every number of a batch's report. */
import {expect} from 'chai';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {answer} from '../../src/transport/answer.ts';
import {run} from './world.ts';

describe('the report of a batch', () => {
  it('counts items, requests, waits and latencies', async () => {
    const clock = new VirtualClock();
    const scripts: Readonly<Record<string, readonly (readonly [status: number, ms: number])[]>> = {
      a: [[200, 10]],
      b: [
        [503, 20],
        [200, 30],
      ],
      c: [[400, 5]],
      d: [
        [503, 1],
        [503, 2],
        [503, 100],
      ],
    };
    const tries: Record<string, number> = {};
    const send = async (item: string): Promise<unknown> => {
      tries[item] = (tries[item] ?? 0) + 1;
      const [status, ms] = scripts[item]![tries[item] - 1]!;
      await clock.sleep(ms);
      return status === 200 ? item : answer(status, 'no');
    };
    const {report} = await run(['a', 'b', 'a', 'c', 'd'], send, {clock, concurrency: 1});
    const {runId, latencyMs, ...numbers} = report;
    expect(runId).to.match(/^\S{8,}$/);
    // They are kept to three figures.
    const rounded = Object.entries(latencyMs).map(([name, ms]) => [name, Math.round(ms)]);
    expect(Object.fromEntries(rounded)).to.deep.equal({p50: 10, p95: 100, p99: 100, max: 100});
    expect(numbers).to.deep.equal({
      ended: 'complete',
      items: 5,
      succeeded: 3,
      failed: 2,
      failedBy: {400: 1, '503, attempts-exhausted': 1},
      retryable: 1,
      left: 0,
      deduplicated: 1,
      resumed: 0,
      reopened: 0,
      requests: 7,
      requestsByEndpoint: {},
      retries: 3,
      waitedMs: 30,
      heldMs: 0,
      durationMs: 198,
    });
  });

  it('has no latencies where nothing was sent', async () => {
    const {report} = await run([], () => null);
    expect(report.latencyMs).to.deep.equal({p50: 0, p95: 0, p99: 0, max: 0});
  });
});
