import {expect} from 'chai';
import {SimulationClock} from '../../src/core/simulation-clock.ts';
import {CallbackTimer, sleep} from '../../src/core/timer.ts';

describe('SimulationClock', () => {
  it('fires timers by their time, and by the order of arming where that is the same', async () => {
    const clock = new SimulationClock();
    const fired: string[] = [];
    for (const [name, ms] of [
      ['c', 20],
      ['a', 10],
      ['b', 10],
      ['now', 0],
    ] as const)
      clock.arm(new CallbackTimer(() => fired.push(`${name} at ${clock.now()}`)), ms);
    await clock.run();
    expect(fired).to.deep.equal(['now at 0', 'a at 10', 'b at 10', 'c at 20']);
  });

  it('lets every promise job run before the next timer, those too that other jobs add', async () => {
    const clock = new SimulationClock();
    let steps = 0;
    let seen = -1;
    const chain = async (): Promise<void> => {
      for (let step = 0; step < 1000; step++) {
        await null;
        steps++;
      }
    };
    clock.arm(new CallbackTimer(() => void chain()), 1);
    clock.arm(
      new CallbackTimer(() => {
        seen = steps;
      }),
      1,
    );
    await clock.run();
    expect(seen).to.equal(1000);
  });

  it('runs on with timers that promise jobs arm', async () => {
    const clock = new SimulationClock();
    const work = async (): Promise<number> => {
      for (let turn = 0; turn < 5; turn++) await sleep(clock, 100);
      return clock.now();
    };
    const end = work();
    await clock.run();
    expect(await end).to.equal(500);
    expect(clock.pending).to.equal(0);
    expect(clock.wall()).to.equal(Date.UTC(2026, 0, 1) + 500);
  });

  it('does not fire a timer that was disarmed, nor one that is infinitely far', async () => {
    const clock = new SimulationClock();
    const never = new CallbackTimer(() => expect.fail('fired'));
    clock.arm(never, Number.POSITIVE_INFINITY);
    const gone = new CallbackTimer(() => expect.fail('fired'));
    clock.arm(gone, 5);
    clock.disarm(gone);
    await clock.run();
    expect(never.armed || gone.armed).to.equal(false);
  });

  it('rejects with what a timer throws', async () => {
    const clock = new SimulationClock();
    clock.arm(
      new CallbackTimer(() => {
        throw new Error('broken');
      }),
      1,
    );
    const error = await clock.run().then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error?.message).to.equal('broken');
  });

  it('stops where it is told to, and lets the process have a turn during long runs', async () => {
    const clock = new SimulationClock();
    let turns = 0;
    let isOver = false;
    const immediate = (): void => {
      turns++;
      if (!isOver) setImmediate(immediate);
    };
    const again = new CallbackTimer(() => clock.arm(again, 1));
    clock.arm(again, 1);
    const stopAt = 50_000;
    setImmediate(immediate);
    await clock.run(() => clock.now() >= stopAt);
    isOver = true;
    expect(clock.now()).to.equal(stopAt);
    expect(turns).to.be.greaterThan(3);
  });
});
