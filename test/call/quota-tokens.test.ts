/** A quota of tokens where no request body is seen: functions, and items of a batch. */
import {expect} from 'chai';
import type {BatchOptions, ChunkSender, Send} from '../../src/batch/types.ts';
import {runBatch} from '../../src/batch.ts';
import {definePolicy, type PolicyHandle} from '../../src/core.ts';
import {guard} from '../../src/function/guard.ts';
import {VirtualClock} from '../../src/testing.ts';

const SECOND = 1000;
const policyOf = (max: number): PolicyHandle =>
  definePolicy({
    quota: {limits: [{unit: 'tokens', max, perMs: SECOND}], learn: false, maxWaitMs: 60_000},
    deadlineMs: null,
    attemptTimeoutMs: null,
  });

/** When each call was sent, in seconds. */
async function guardedAt(
  max: number,
  calls: {tokens?: {inputTokens?: number; outputTokens?: number}}[],
  value: unknown,
) {
  const clock = new VirtualClock();
  const guarded = guard(policyOf(max), {clock, observer: null});
  const sentAt: number[] = [];
  const send = (): unknown => {
    sentAt.push(clock.now() / SECOND);
    return value;
  };
  await clock.run(async () => {
    for (const call of calls) await guarded(send, call);
  });
  return sentAt;
}

describe('a quota of tokens and a guarded function', () => {
  it('takes the tokens of the call', async () => {
    const call = {tokens: {inputTokens: 40, outputTokens: 60}};
    const [first, second, third] = await guardedAt(200, [call, call, call], 'text');
    expect([first, second]).to.deep.equal([0, 0]);
    expect(third).to.be.above(0.9);
  });

  it('takes none where the call states none', async () => {
    expect(await guardedAt(10, [{}, {}, {}], 'text')).to.deep.equal([0, 0, 0]);
  });

  for (const [sdk, value] of Object.entries({
    OpenAI: {choices: [], usage: {prompt_tokens: 4, completion_tokens: 6}},
    Anthropic: {content: [], usage: {input_tokens: 4, output_tokens: 6}},
    'the AI SDK': {text: '', usage: {inputTokens: 4, outputTokens: 6}},
    Gemini: {candidates: [], usageMetadata: {promptTokenCount: 4, candidatesTokenCount: 6}},
    LangChain: {content: '', usage_metadata: {input_tokens: 4, output_tokens: 6}},
    Ollama: {message: {}, prompt_eval_count: 4, eval_count: 6},
  }))
    it(`is corrected by the usage that ${sdk} returns`, async () => {
      const call = {tokens: {inputTokens: 40, outputTokens: 60}};
      expect(await guardedAt(120, [call, call, call], value)).to.deep.equal([0, 0, 0]);
    });

  it('is not corrected by a value that cannot be read', async () => {
    const circular: {usage: object} = {usage: {}};
    Object.assign(circular.usage, {circular});
    const call = {tokens: {inputTokens: 100}};
    const [, second] = await guardedAt(120, [call, call], circular);
    expect(second).to.be.above(0.9);
  });
});

type Options = BatchOptions<number, unknown>;

/** When each request was sent, in seconds, with its items. */
async function batchAt(max: number, items: number[], chunkSize: number, options: Options, value: unknown = 'text') {
  const clock = new VirtualClock();
  const sent: [at: number, items: readonly number[]][] = [];
  const note = (some: readonly number[]): void => void sent.push([clock.now() / SECOND, some]);
  const one: Send<number, unknown> = item => {
    note([item]);
    return value;
  };
  const several: ChunkSender<number, unknown> = {
    chunkSize,
    sendChunk: some => {
      note(some);
      return some.map(() => value);
    },
  };
  const all: Options = {policy: policyOf(max), clock, observer: null, dedupe: false, ...options};
  const report = await clock.run(() => runBatch(items, chunkSize === 1 ? one : several, all));
  return {sent, report};
}

describe('a quota of tokens and a batch', () => {
  it('takes the tokens of each item', async () => {
    const {sent} = await batchAt(100, [50, 50, 50], 1, {concurrency: 1, weigh: item => ({inputTokens: item})});
    expect(sent.slice(0, 2).map(([at]) => at)).to.deep.equal([0, 0]);
    expect(sent[2]![0]).to.be.above(0.9);
  });

  it('takes the sum of a chunk', async () => {
    const {sent} = await batchAt(100, [50, 50, 50, 50], 2, {concurrency: 1, weigh: item => ({outputTokens: item})});
    expect(sent.map(([, items]) => items)).to.deep.equal([
      [50, 50],
      [50, 50],
    ]);
    expect(sent[0]![0]).to.equal(0);
    expect(sent[1]![0]).to.be.above(0.9);
  });

  it('splits a chunk that is larger than the quota, and fails only an item that is', async () => {
    const {sent, report} = await batchAt(100, [60, 60, 200], 3, {weigh: item => ({inputTokens: item})});
    expect(sent.map(([, items]) => items)).to.deep.equal([[60], [60]]);
    expect(report).to.include({succeeded: 2, failed: 1});
    expect(report.failedBy).to.deep.equal({'QUOTA_TOO_LARGE, quota-exceeded': 1});
  });

  it('is corrected by the usage of the answer', async () => {
    const weigh = (item: number) => ({inputTokens: item});
    const {sent} = await batchAt(100, [90, 90, 90], 1, {concurrency: 1, weigh}, {usage: {prompt_tokens: 3}});
    expect(sent.map(([at]) => at)).to.deep.equal([0, 0, 0]);
  });
});
