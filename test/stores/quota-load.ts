/** Four clients of this process that share a quota through Redis, each over a connection of its own, and send without a pause. */
import {expect} from 'chai';
import {createFetch} from '../../src/core.ts';
import {redisGuards} from '../../src/redis.ts';
import type {Driver} from './drivers.ts';

export const MAX = 40;
/** The moment that is noted is up to so much later than the one that counts. */
const LATE_MS = 50;

export interface Load {
  /** When attempts were sent. */
  readonly sent: readonly number[];
  /** Errors of calls. */
  readonly errors: readonly unknown[];
  /** Why Redis counted as lost. */
  readonly losses: readonly string[];
  /** Whether Redis answers all clients at the end. */
  readonly areAvailable: boolean;
}

export async function sendFor(ms: number, drivers: readonly Driver[], name: string, perMs = 1000): Promise<Load> {
  const sent: number[] = [];
  const errors: unknown[] = [];
  const losses: string[] = [];
  const guards = drivers.map(({send}) => redisGuards({send, name, instances: drivers.length}));
  const endsAt = performance.now() + ms;
  await Promise.all(
    guards.map(async shared => {
      const fetch = createFetch(
        {quota: {limits: [{unit: 'requests', max: MAX, perMs}], learn: false}, deadlineMs: null},
        {
          guards: shared,
          on: event => event.type === 'store.changed' && !event.isAvailable && losses.push(event.reason),
          fetch: async () => {
            sent.push(performance.now());
            return new Response('ok');
          },
        },
      );
      while (performance.now() < endsAt)
        await fetch('https://api.test/').then(
          response => response.text(),
          (error: unknown) => errors.push(error),
        );
    }),
  );
  return {sent, errors, losses, areAvailable: guards.every(({isAvailable}) => isAvailable)};
}

/** No call fails, and no window holds more than its limit. On a machine so busy that Redis counted as lost, a window may hold twice as much. */
export function expectLimit({sent, errors, losses}: Load, perMs = 1000): void {
  expect(errors).to.deep.equal([]);
  const mostAfter = (at: number): number => sent.filter(each => each >= at && each < at + perMs - LATE_MS).length;
  expect(Math.max(...sent.map(mostAfter))).to.be.within(1, losses.length === 0 ? MAX : 2 * MAX);
}

/** Opens four connections, and closes them after their use. */
export async function withFour(
  open: () => Promise<Driver> | Driver,
  use: (drivers: readonly Driver[]) => Promise<void>,
): Promise<void> {
  const drivers = await Promise.all([1, 2, 3, 4].map(() => open()));
  try {
    for (const {send} of drivers) await send(['PING']);
    await use(drivers);
  } finally {
    for (const driver of drivers) driver.close();
  }
}
