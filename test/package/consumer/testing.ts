import {createFetch, type Observer, presets, resilience} from 'steadfetch/core';
import {loadPolicy, loadPolicySync} from 'steadfetch/load';
import {otelObserver} from 'steadfetch/telemetry';
import {
  type Clock,
  ScriptedFetch,
  type SeenRequest,
  seededRandom,
  sleep,
  Timer,
  VirtualClock,
} from 'steadfetch/testing';

const clock = new VirtualClock();
const server = new ScriptedFetch(clock, [
  503,
  new Error('reset'),
  'hang',
  ({body}: SeenRequest) => (body === '' ? 200 : 500),
]);
const observer: Observer = otelObserver();

export const status: Promise<number> = clock.run(async () => {
  const fetch = createFetch(presets['steadfetch:interactive'], {
    clock,
    random: seededRandom(1),
    fetch: server.fetch,
    observer,
  });
  const {status} = await fetch('https://example.com/');
  return status;
});

/** A clock of the user's own. */
class Once extends Timer {
  fire(): void {}
}
const mine: Clock = {
  now: () => 0,
  wall: () => 0,
  arm(timer: Timer, ms: number) {
    timer.at = ms;
  },
  disarm() {},
  unref() {},
  expect() {},
};
mine.arm(new Once(), 1);
export const slept: Promise<void> = sleep(mine, 1);

export const options: Promise<object> = loadPolicy('policy.yaml').then(policy => resilience(policy));
export const now: object = resilience(loadPolicySync(new URL('file:///policy.json')));
