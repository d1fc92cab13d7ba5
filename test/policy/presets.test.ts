/** Checks every preset against its x-why: the sums in the text equal the sums of the fields. */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {presets} from '../../src/policy/presets.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {Policy} from '../../src/policy/types.ts';

const folder = new URL('../../schema/presets/', import.meta.url);
const files = readdirSync(folder);
const preset = (name: string): Policy => resolvePolicy({extends: [`steadfetch:${name}`]}).policy;

/** The longest waits of a call, before each retry, from this base on. */
function waits({backoff, maxAttempts}: Policy, least: number): number[] {
  if (backoff.kind !== 'exponential' || typeof maxAttempts !== 'number') return [];
  const base = Math.max(backoff.baseMs, least);
  return Array.from({length: maxAttempts - 1}, (_, retry) => Math.min(backoff.capMs, base * backoff.factor ** retry));
}

/** The attempts that may take their whole time: one, where a timeout is paid for and not retried. */
const slowAttempts = ({maxAttempts, paid}: Policy): number =>
  paid?.afterTimeout === false ? 1 : (maxAttempts as number);

const worstCase = (policy: Policy, least: number): number =>
  slowAttempts(policy) * (policy.attemptTimeoutMs as number) +
  waits(policy, least).reduce((sum, wait) => sum + wait, 0);

describe('presets', () => {
  it('are the files of schema/presets', () => {
    expect(Object.keys(presets).sort()).to.deep.equal(
      files.map(file => `steadfetch:${file.replace('.json', '')}`).sort(),
    );
  });

  for (const file of files) {
    it(`${file} has its name and a reason, and resolves`, () => {
      const data = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      expect(data).to.include({$schema: '../policy.schema.json', version: 1, name: file.replace('.json', '')});
      expect(data['x-why']).to.match(/\w.*\.$/);
      expect(preset(data.name).name).to.equal(data.name);
      const {$schema: _, 'x-why': __, ...fields} = data;
      expect(presets[`steadfetch:${data.name}`]).to.deep.equal(fields);
    });
  }

  for (const [name, waitsMs, ms, throttledWaitsMs, throttledMs] of [
    ['default', [100, 200], 24_300, [1000, 2000], 27_000],
    ['interactive', [250, 1000], 8750, [1000, 1000], 9500],
    ['llm', [500, 2000, 8000], 610_500, [2000, 8000, 8000], 618_000],
    ['payments', [500, 1000], 46_500, [1000, 2000], 48_000],
    ['batch', [1000, 4000, 16_000, 30_000], 201_000, [5000, 20_000, 30_000, 30_000], 235_000],
  ] as const) {
    it(`${name}: attempts and waits make ${ms} ms, throttled ${throttledMs} ms, and both fit in the deadline`, () => {
      const policy = preset(name);
      const throttledBase = policy.backoff.throttledBaseMs;
      expect(waits(policy, 0)).to.deep.equal(waitsMs);
      expect(waits(policy, throttledBase)).to.deep.equal(throttledWaitsMs);
      expect(worstCase(policy, 0)).to.equal(ms);
      expect(worstCase(policy, throttledBase)).to.equal(throttledMs);
      expect(throttledMs).to.be.at.most(policy.deadlineMs as number);
      const why = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))['x-why'];
      expect(why).to.contain(`= ${throttledMs} ms`);
    });

    it(`${name}: sets the fields that the linter checks first`, () => {
      const policy = preset(name);
      expect(policy.maxAttempts, 'RL201').to.be.within(1, 5);
      expect(policy.backoff.jitter, 'RL203').to.equal('full');
      expect(policy.budget, 'RL207').not.to.equal(null);
      expect(policy.retryAfter.honor && policy.retryAfter.maxMs >= 1000, 'RL210').to.equal(true);
      expect(policy.attemptTimeoutMs, 'RL304').to.be.below(policy.deadlineMs as number);
      expect(policy.retryOn, 'RL408').to.include('timeout');
      expect((policy.backoff as {capMs: number}).capMs, 'RL304').to.be.below(policy.deadlineMs as number);
      expect(policy.idempotentMethods, 'RL104').not.to.include('POST');
    });
  }

  it('default: is empty', () => expect(presets['steadfetch:default']).to.deep.equal({version: 1, name: 'default'}));

  it('llm: each key and model has its own quota, the deadline is long but there, and POST repeats on inference paths only', () => {
    const {policy, routes} = resolvePolicy({extends: ['steadfetch:llm']});
    expect(policy.retryAfter).to.deep.equal({honor: true, maxMs: 120_000, scope: 'call'});
    expect(policy.quota?.per).to.deep.equal(['credential', 'model']);
    expect(policy.deadlineMs).to.equal(1_200_000);
    const routeOf = (path: string) => routes.find(({matches}) => matches('POST', 'https://api.openai.com', path));
    for (const path of [
      '/v1/chat/completions',
      '/api/v1/chat/completions',
      '/openai/deployments/gpt/chat/completions',
      '/v1/completions',
      '/v1/embeddings',
      '/openai/deployments/embed/embeddings',
      '/v1/moderations',
      '/v1/responses',
      '/openai/v1/responses',
      '/openai/responses',
      '/v1/messages',
      '/anthropic/v1/messages',
      '/v1/messages/count_tokens',
      '/v1beta/models/gemini:generateContent',
      '/v1beta/models/gemini:streamGenerateContent',
      '/v1/projects/p/locations/global/publishers/google/models/gemini:generateContent',
      '/v1/projects/p/locations/us/publishers/anthropic/models/claude:streamRawPredict',
      '/v1beta/models/gemini:countTokens',
      '/v1beta/models/embed:batchEmbedContents',
      '/model/anthropic.claude-v1%3A0/invoke',
      '/model/anthropic.claude-v1%3A0/converse-stream',
      '/v1/audio/speech',
      '/openai/deployments/whisper/audio/transcriptions',
      '/v1/images/generations',
    ]) {
      expect(routeOf(path)?.policy.idempotentMethods, path).to.deep.equal(['POST']);
    }
    for (const path of [
      '/v1/files',
      '/v1/batches',
      '/v1/messages/batches',
      '/v1/fine_tuning/jobs',
      '/v1/threads/t/messages',
      '/v1/responses/r/cancel',
      '/forms/f/responses',
      '/channels/c/messages',
      '/v1beta/cachedContents',
      '/v1beta/models/gemini:batchGenerateContent',
      '/v1/audio/voices',
      '/async-invoke',
    ]) {
      expect(routeOf(path), path).to.equal(undefined);
    }
    expect(routes).not.to.be.empty;
  });

  it('mcp: silence ends nothing, and a tool is never called twice on a guess', () => {
    const {policy, routes} = resolvePolicy({extends: ['steadfetch:mcp']});
    expect(policy.idleTimeoutMs).to.equal(null);
    expect(policy.idempotentMethods).not.to.include('POST');
    expect(routes).to.deep.equal([]);
  });

  it('payments: a key on POST and PATCH, no hedging', () => {
    expect(preset('payments')).to.deep.include({
      idempotency: {header: 'Idempotency-Key', methods: ['POST', 'PATCH'], format: 'raw'},
      hedge: null,
    });
  });

  it('neutral: everything that acts is off', () => {
    const off = Object.entries(preset('neutral'))
      .filter(([, value]) => value === null)
      .map(([key]) => key);
    expect(off).to.include.members([
      'maxAttempts',
      'deadlineMs',
      'attemptTimeoutMs',
      'idleTimeoutMs',
      'idempotency',
      'budget',
      'breaker',
      'concurrency',
      'hedge',
      'correlation',
      'deadlineHeader',
    ]);
  });
});
