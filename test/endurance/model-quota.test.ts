/** A minute of mixed traffic on a model endpoint: 8 clients that share a quota which none of them knows. Virtual time, seeded. */
import {expect} from 'chai';
import {jain} from '../../bench/conformance/models/rows.ts';
import {chance} from '../../examples/before-after/chance.ts';
import {answerTo, ModelEndpoint} from '../../examples/model-endpoint/endpoint.ts';
import type {Fault, Meeting} from '../../examples/model-endpoint/faults.ts';
import {fetchOf} from '../../examples/model-endpoint/in-process.ts';
import {overloaded, unavailable} from '../../examples/model-endpoint/refusals.ts';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {seededRandom, VirtualClock} from '../../src/testing.ts';

const SEED = 1;
const CLIENTS = 8;
const CALLERS = 16;
const MINUTE_MS = 60_000;
const QUOTA = {unit: 'requests', max: 40, perMs: 1000, refill: 'continuous'} as const;

/** The quota is learned. One request in eight is refused meanwhile, so four attempts would lose a call in some thousands. */
const policy: PolicyInput = {extends: ['steadfetch:llm'], maxAttempts: 8};

/** One first request in twenty fails before the model works for it. */
function faultOf({asked: {prompt, isStreamed}, arrival}: Meeting): Fault | null {
  const number = chance(SEED, prompt, 'fault');
  if (arrival > 1 || number >= 0.05) return null;
  if (number < 0.01) return {kind: 'reset', paid: false};
  if (number < 0.02) return {kind: 'refused', refusal: unavailable};
  if (number < 0.03) return {kind: 'refused', refusal: overloaded};
  if (!isStreamed) return {kind: 'slow', ms: 5000};
  return number < 0.045 ? {kind: 'error event', error: 'overloaded', after: 'head'} : {kind: 'pings'};
}

describe('8 clients on a model endpoint with a hidden quota', () => {
  it('use 97 % of it in the first minute, share it evenly, lose no call and pay once for each answer', async () => {
    const clock = new VirtualClock();
    const endpoint = new ModelEndpoint({clock, limits: [QUOTA], fault: faultOf, tokenMs: 5});
    let calls = 0;
    let answered = 0;
    const caller = async (fetch: typeof globalThis.fetch, key: string): Promise<void> => {
      while (clock.now() < MINUTE_MS) {
        const number = ++calls;
        const prompt = `question ${number}`;
        const response = await fetch('https://model.test/v1/chat/completions', {
          method: 'POST',
          headers: {authorization: `Bearer ${key}`},
          body: JSON.stringify({
            messages: [{role: 'user', content: prompt}],
            max_tokens: 16 + Math.floor(200 * chance(SEED, prompt, 'tokens')),
            stream: number % 2 === 1,
          }),
        }).catch(() => null);
        // The words of a stream stand in several events.
        const text = (await response?.text().catch(() => '')) ?? '';
        if (response?.ok && (text.includes('[DONE]') || text.includes(answerTo(prompt)))) answered++;
        // A call that fails at once must not be made again at the same instant.
        else await clock.sleep(1000);
      }
    };
    const keys = Array.from({length: CLIENTS}, (_, index) => `key-${index + 1}`);
    await clock.run(() =>
      Promise.all(
        keys.flatMap((key, index) => {
          const fetch = createFetch(policy, {clock, random: seededRandom(SEED + index), fetch: fetchOf(endpoint)});
          return Array.from({length: CALLERS}, () => caller(fetch, key));
        }),
      ),
    );

    const admitted = endpoint.arrivals.filter(({result, at}) => result !== 'refused' && at < MINUTE_MS);
    const paid = endpoint.arrivals.filter(({paid}) => paid);
    const shares = keys.map(key => paid.filter(({client, at}) => client === key && at < MINUTE_MS).length);
    expect(answered, 'answered calls').to.equal(calls);
    expect(admitted.length).to.be.at.least((0.97 * MINUTE_MS * QUOTA.max) / QUOTA.perMs);
    expect(paid.length / answered, 'paid requests for each answer').to.be.at.most(1.02);
    expect(jain(shares), 'Jain index').to.be.at.least(0.95);
  });
});
