/** More calls than an account may make at a time. */
import type {Limit} from '../../../examples/model-endpoint/hidden-quota.ts';
import type {PolicyInput} from '../../../src/core.ts';
import {type CellResult, fail, pass} from '../pitfall.ts';
import type {Lab} from './lab.ts';
import {HOUR_MS, ofRetries, oursOnly, type Pitfall} from './pitfall.ts';

const TEN_PER_SECOND: Limit = {unit: 'requests', max: 10, perMs: 1000, refill: 'window'};
const TOKENS: Limit = {unit: 'tokens', max: 1000, perMs: 10_000, refill: 'continuous'};

const KNOWN: PolicyInput = {quota: {limits: [{unit: 'requests', max: 10, perMs: 1000}]}};
const KNOWN_TOKENS: PolicyInput = {quota: {limits: [{unit: 'tokens', max: 1000, perMs: 10_000}]}};

/** Calls at once; how many of them are lost. */
async function lost(lab: Lab, calls: number, policy: PolicyInput = {}): Promise<number> {
  const client = await lab.connect(policy);
  const ended = await Promise.all(
    Array.from({length: calls}, (_, index) => lab.within(HOUR_MS, lab.call(client, 'ask', `question ${index}`))),
  );
  return ended.filter(one => one?.isAnswered !== true).length;
}

const losesNone = (lost: number, calls: number): CellResult =>
  lost === 0 ? pass : fail(`${lost} of ${calls} calls lost`);

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T86',
    title: 'with six times as many calls as a second admits, none is lost if the server names the wait',
    run: ofRetries(async lab => {
      lab.open({limits: [TEN_PER_SECOND], hint: 'retry-after'});
      return losesNone(await lost(lab, 60), 60);
    }),
  },
  {
    id: 'T87',
    title: 'with six times as many calls as a second admits, none is lost if the server names no wait',
    run: ofRetries(async lab => {
      lab.open({limits: [TEN_PER_SECOND]});
      return losesNone(await lost(lab, 60), 60);
    }),
  },
  {
    id: 'T88',
    title: 'a quota that the client knows is not exceeded',
    run: oursOnly(async lab => {
      lab.open({limits: [{...TEN_PER_SECOND, refill: 'continuous'}]});
      const calls = await lost(lab, 60, KNOWN);
      const refusals = lab.arrivals.filter(({result}) => result === 'refused').length;
      return refusals === 0 ? losesNone(calls, 60) : fail(`${refusals} requests refused`);
    }),
  },
  {
    id: 'T89',
    title: 'a call that cannot be sent before its deadline fails at once',
    run: oursOnly(async lab => {
      lab.open();
      const client = await lab.connect({...KNOWN, deadlineMs: 2000});
      const calls = Array.from({length: 60}, (_, index) => lab.call(client, 'ask', `question ${index}`));
      const ended = await Promise.all(calls);
      const sent = new Set(lab.arrivals.map(({prompt}) => prompt));
      const late = ended.filter(({prompt, at}) => !sent.has(prompt) && at > 0).length;
      return late === 0 && sent.size < 60 ? pass : fail(`${late} calls failed after they had waited`);
    }),
  },
  {
    id: 'T90',
    title: 'a caller that gives up in the queue does not delay the callers behind it',
    run: oursOnly(async lab => {
      lab.open();
      const client = await lab.connect(KNOWN);
      const {signal, abort} = abortable();
      const calls = Array.from({length: 60}, (_, index) =>
        lab.call(client, 'ask', `question ${index}`, index < 50 ? {signal} : {}),
      );
      await lab.pause(100);
      abort();
      const last = Math.max(...(await Promise.all(calls)).map(({at}) => at));
      return last <= 2500 ? pass : fail(`the last call ended after ${last} ms`);
    }),
  },
  {
    id: 'T91',
    title: 'a large call is not starved by small ones',
    run: oursOnly(async lab => {
      lab.open({limits: [TOKENS]});
      const client = await lab.connect(KNOWN_TOKENS);
      let isDone = false;
      const small = async (): Promise<void> => {
        for (let number = 0; !isDone && number < 200; number++) await lab.call(client, 'ask', `small ${number}`);
      };
      const others = Array.from({length: 8}, small);
      await lab.pause(500);
      const large = await lab.within(HOUR_MS, lab.call(client, 'ask', 'large', {maxTokens: 800}));
      isDone = true;
      await Promise.all(others);
      if (!large?.isAnswered) return fail('not answered');
      return large.at <= 25_000 ? pass : fail(`answered after ${large.at} ms`);
    }),
  },
];

function abortable(): {readonly signal: AbortSignal; readonly abort: () => void} {
  const controller = new AbortController();
  return {signal: controller.signal, abort: () => controller.abort()};
}
