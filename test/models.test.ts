/** modelFetch, in the cells that a user of an SDK alone would compare it with and that model-endpoints.test.ts has not. Virtual time. */
import {expect} from 'chai';
import {answerTo, type EndpointOptions, ModelEndpoint} from '../examples/model-endpoint/endpoint.ts';
import {fetchOf} from '../examples/model-endpoint/in-process.ts';
import {throttled} from '../examples/model-endpoint/refusals.ts';
import type {SteadfetchEvent} from '../src/core/events.ts';
import {modelFetch, type PolicyInput} from '../src/models.ts';
import {seededRandom, sleep, VirtualClock} from '../src/testing.ts';

interface Cell extends Omit<EndpointOptions, 'clock'> {
  readonly calls: number;
  /** Between two calls, in ms. Default: all at once. */
  readonly everyMs?: number;
  keyOf?(call: number): string;
  modelOf?(call: number): string;
  /** Whether the call counts. Default: all do. */
  counts?(call: number): boolean;
}

interface Course {
  /** Of the calls that count, in percent. */
  readonly answered: number;
  /** A call. */
  readonly requests: number;
  readonly longestMs: number;
}

async function courseOf(cell: Cell): Promise<Course> {
  const {calls, everyMs = 0, keyOf = () => 'key', modelOf = () => 'model-1', counts = () => true, ...options} = cell;
  const clock = new VirtualClock();
  const endpoint = new ModelEndpoint({clock, ...options});
  const fetch = modelFetch({}, {clock, fetch: fetchOf(endpoint), random: seededRandom(1)});
  let answered = 0;
  let counted = 0;
  let longestMs = 0;
  const call = async (index: number): Promise<void> => {
    if (everyMs > 0) await sleep(clock, index * everyMs);
    const since = clock.now();
    const prompt = `question ${index}`;
    const response = await fetch('https://model.example/v1/chat/completions', {
      method: 'POST',
      headers: {'content-type': 'application/json', authorization: `Bearer ${keyOf(index)}`},
      body: JSON.stringify({model: modelOf(index), messages: [{role: 'user', content: prompt}], max_tokens: 16}),
    }).catch(() => null);
    if (!counts(index)) return;
    counted++;
    if (!response?.ok || !(await response.text()).includes(JSON.stringify(answerTo(prompt)).slice(1, -1))) return;
    answered++;
    longestMs = Math.max(longestMs, clock.now() - since);
  };
  await clock.run(() => Promise.all(Array.from({length: calls}, (_, index) => call(index))));
  return {answered: (100 * answered) / counted, requests: endpoint.arrivals.length / calls, longestMs};
}

describe('modelFetch', () => {
  it('lets one throttled key of a hundred stop no other', async () => {
    const refused = {kind: 'refused', refusal: throttled({'retry-after': '100'})} as const;
    const {answered, longestMs} = await courseOf({
      calls: 400,
      everyMs: 100,
      keyOf: call => `key-${call % 100}`,
      counts: call => call % 100 !== 7,
      fault: ({client}) => (client === 'key-7' ? refused : null),
    });
    expect(answered).to.equal(100);
    expect(longestMs).to.be.below(1000);
  });

  it('lets one throttled model stop no other', async () => {
    const refused = {kind: 'refused', refusal: throttled({'retry-after': '30'})} as const;
    const {answered, longestMs} = await courseOf({
      calls: 200,
      everyMs: 100,
      modelOf: call => (call % 2 === 0 ? 'quick' : 'throttled'),
      counts: call => call % 2 === 0,
      // Every second question is for that model.
      fault: ({asked}) => (Number(asked.prompt.split(' ')[1]) % 2 === 1 ? refused : null),
    });
    expect(answered).to.equal(100);
    expect(longestMs).to.be.below(1000);
  });

  it('names inference calls after their API, and all others after the policy', async () => {
    const namesFor = async (policy: PolicyInput): Promise<string[]> => {
      const clock = new VirtualClock();
      const names: string[] = [];
      const on = (event: SteadfetchEvent) => void (event.type === 'call.end' && names.push(event.call.policyName));
      const fetch = modelFetch(policy, {clock, on, fetch: async () => new Response('{}')});
      for (const path of ['chat/completions', 'messages', 'files'])
        await clock.run(() => fetch(`https://model.example/v1/${path}`, {method: 'POST', body: '{}'}));
      return names;
    };
    expect(await namesFor({})).to.deep.equal(['llm.chat', 'llm.messages', 'models']);
    expect(await namesFor({name: 'openai'})).to.deep.equal(['llm.chat', 'llm.messages', 'openai']);
  });

  it('keeps what the user extends and states', async () => {
    expect(() => modelFetch({extends: ['steadfetch:none']})).to.throw(/steadfetch:none/);
    const clock = new VirtualClock();
    const endpoint = new ModelEndpoint({clock, fault: () => ({kind: 'down'})});
    const fetch = modelFetch({maxAttempts: 2}, {clock, fetch: fetchOf(endpoint), random: seededRandom(1)});
    const call = () => fetch('https://model.example/v1/chat/completions', {method: 'POST', body: '{}'});
    await clock.run(() => call().catch(() => null));
    expect(endpoint.arrivals).to.have.length(2);
  });
});
