/** Situations of calls that come one after the other, at a steady pace. */
import type {EndpointOptions} from '../../../examples/model-endpoint/endpoint.ts';
import {overloaded, throttled} from '../../../examples/model-endpoint/refusals.ts';
import {seededRandom} from '../../../src/testing.ts';
import type {Lab} from './lab.ts';
import {type Goal, HOUR_MS, type Measured, measured, prompts, type Row} from './measured.ts';

interface Steady {
  readonly calls: number;
  readonly everyMs: number;
  /** The longest that a call may take, in ms. Left out: no matter. */
  readonly longestMs?: number;
}

async function steady(lab: Lab, {calls, everyMs, longestMs = Infinity}: Steady, goal: Goal): Promise<Measured> {
  const client = await lab.connect();
  let longest = 0;
  const ended = prompts(calls).map(async (prompt, index) => {
    await lab.pause(index * everyMs);
    const call = await lab.within(HOUR_MS, lab.call(client, 'ask', prompt));
    longest = Math.max(longest, (call?.at ?? Infinity) - index * everyMs);
    return call;
  });
  return measured(lab, calls, await Promise.all(ended), facts => goal(facts) && longest <= longestMs);
}

const all: Goal = ({answered, calls}) => answered === calls;

const ONE_A_SECOND: EndpointOptions['limits'] = [{unit: 'requests', max: 60, perMs: 60_000, refill: 'continuous'}];

export const steadyRows: readonly Row[] = [
  {
    id: 'overload-100',
    title: 'all attempts are refused for load',
    setup: '600 calls, ten a second; 529 each time.',
    goal: '≤ 1800 requests',
    async measure(lab) {
      lab.open({fault: () => ({kind: 'refused', refusal: overloaded})});
      return steady(lab, {calls: 600, everyMs: 100}, ({requests}) => requests <= 1800);
    },
  },
  {
    id: 'single-minutes',
    title: '1 % of calls are told to wait a minute',
    setup: '1,000 calls, twenty a second; the 429 says `Retry-After: 60`, and the same call is admitted then.',
    goal: 'all answered',
    async measure(lab) {
      const random = seededRandom(3);
      const refusal = throttled({'retry-after': '60'});
      lab.open({fault: ({arrival}) => (arrival === 1 && random() < 0.01 ? {kind: 'refused', refusal} : null)});
      return steady(lab, {calls: 1000, everyMs: 50}, all);
    },
  },
  {
    id: 'bucket-headers',
    title: '75 calls a minute, 60 admitted',
    setup: '300 calls, one each 0.8 s. The bucket refills evenly, and each answer has its headers.',
    goal: 'all answered, each in 3 s',
    async measure(lab) {
      lab.open({limits: ONE_A_SECOND, sendsQuotaHeaders: true});
      return steady(lab, {calls: 300, everyMs: 800, longestMs: 3000}, all);
    },
  },
];
