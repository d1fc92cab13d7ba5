/** What the linter says of a policy, beside what the engine does with it. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import {createFetch} from '../../src/index.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {type ScriptedAnswer, ScriptedFetch, VirtualClock} from '../../src/testing.ts';
import {connectionError} from '../call/world.ts';

/** The URLs of the requests of one call, each with when it was sent, and when the call ended. */
async function sentBy(policy: PolicyInput, script: readonly ScriptedAnswer[], url: string, init?: RequestInit) {
  const clock = new VirtualClock();
  const server = new ScriptedFetch(clock, script);
  const fetch = createFetch(policy, {clock, fetch: server.fetch, random: () => 0.5});
  const startedAt = clock.now();
  await clock.run(() => fetch(url, init).catch(() => undefined));
  return [...server.requests.map(({url, at}) => `${url} ${at - startedAt}`), `ended ${clock.now() - startedAt}`];
}

async function says(policy: PolicyInput, code: string, part: string): Promise<boolean> {
  const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}});
  return findings.some(finding => finding.code === code && finding.message.includes(part));
}

const URL_A = 'https://a.example/items';

describe('a retryAfter.maxMs', () => {
  const policyOf = (maxMs: number): PolicyInput => ({deadlineMs: 8000, attemptTimeoutMs: 2000, retryAfter: {maxMs}});
  const throttled = (seconds: number) => (): Response =>
    new Response('', {status: 429, headers: {'retry-after': `${seconds}`}});

  it('from the deadline on changes no call, and is reported', async () => {
    expect(await says(policyOf(8000), 'RL405', 'retryAfter.maxMs')).to.equal(true);
    for (const seconds of [1, 3, 7, 8, 9, 30, 90]) {
      const run = (maxMs: number) => sentBy(policyOf(maxMs), [throttled(seconds), 200], URL_A);
      expect(await run(90_000), `${seconds} s`).to.deep.equal(await run(8000));
    }
  });

  it('below the deadline changes some, and is not', async () => {
    expect(await says(policyOf(4000), 'RL405', 'retryAfter.maxMs')).to.equal(false);
    const run = (maxMs: number) => sentBy(policyOf(maxMs), [throttled(5), 200], URL_A);
    expect(await run(4000)).not.to.deep.equal(await run(8000));
  });
});

describe('a refused connection', () => {
  const refused = connectionError('ECONNREFUSED', {syscall: 'connect'});
  const endpoints = ['a', 'b'].map((name, index) => ({name, origin: `https://${name}.example`, rank: index + 1}));

  it('ends the call where the linter says so, also before another endpoint is tried', async () => {
    const policy: PolicyInput = {retryOn: [429, '5xx', 'timeout'], endpoints};
    expect(await says(policy, 'RL408', 'before another endpoint is tried')).to.equal(true);
    expect(await sentBy(policy, [refused, 200], URL_A)).to.have.length(2);
  });

  it('leads to the other endpoint once "network" is listed', async () => {
    const policy: PolicyInput = {retryOn: [429, '5xx', 'timeout', 'network'], endpoints};
    expect(await says(policy, 'RL408', 'refused')).to.equal(false);
    expect((await sentBy(policy, [refused, 200], URL_A))[1]).to.match(/^https:\/\/b\.example\/items /);
  });
});

describe('a POST to a model that failed', () => {
  const chat = 'https://models.example/v1/chat/completions';
  const post = {method: 'POST', body: '{"model": "m", "messages": []}', headers: {'content-type': 'application/json'}};
  const llm: PolicyInput = {extends: ['steadfetch:llm']};

  it('is retried by the preset, and not where a route of the file takes it', async () => {
    const policy: PolicyInput = {...llm, routes: [{match: {path: '/v1/**'}, name: 'v1', maxAttempts: 3}]};
    expect(await says(llm, 'RL408', 'This route')).to.equal(false);
    expect(await sentBy(llm, [500, 200], chat, post)).to.have.length(3);
    expect(await says(policy, 'RL408', 'takes /v1/chat/completions')).to.equal(true);
    expect(await sentBy(policy, [500, 200], chat, post)).to.have.length(2);
  });
});
