/** Routes of a file beside those of its presets. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput, RouteInput} from '../../src/policy/types.ts';

async function hidden(policy: PolicyInput, files: Record<string, string> = {}): Promise<string[]> {
  const {findings} = await lintText({path: 'p.json', files: {...files, 'p.json': JSON.stringify(policy)}});
  const found = findings.filter(({code, message}) => code === 'RL408' && message.startsWith('This route'));
  return found.map(({pointer, message}) => `${pointer}: ${/^This route (.*?) that/.exec(message)?.[1]}`);
}

const beside = (...routes: RouteInput[]) => hidden({extends: ['steadfetch:llm'], routes});

describe('RL408 and a route in place of one of a preset', () => {
  for (const [match, how] of [
    [{path: '/v1/chat/completions'}, 'replaces one of steadfetch:llm'],
    [{path: '/openai/deployments/*/chat/completions'}, 'replaces one of steadfetch:llm'],
    [{}, 'takes /v1/chat/completions from one of steadfetch:llm'],
    [{path: '/**'}, 'takes /v1/chat/completions from one of steadfetch:llm'],
    [{methods: ['post'], path: '/v1/**'}, 'takes /v1/chat/completions from one of steadfetch:llm'],
    [{origin: 'https://api.openai.com'}, 'takes /v1/chat/completions from one of steadfetch:llm'],
  ] as const)
    it(`reports ${JSON.stringify(match)}`, async () => {
      expect(await beside({match, name: 'r', deadlineMs: 900_000} as RouteInput)).to.deep.equal([
        `routes[0].match: ${how}`,
      ]);
    });

  for (const match of [
    {methods: ['GET'], path: '/v1/**'},
    {methods: ['POST'], path: '/v1/files'},
    {origin: 'https://vectors.example.com'},
    {path: '/v2/tools/**'},
  ])
    it(`leaves ${JSON.stringify(match)} alone`, async () => {
      expect(await beside({match, name: 'r', deadlineMs: 900_000})).to.be.empty;
    });

  it('is silent where the route says which methods may be repeated, or nothing is retried', async () => {
    expect(await beside({match: {}, name: 'r', idempotentMethods: ['GET', 'POST']})).to.be.empty;
    expect(await beside({match: {}, name: 'r', idempotentMethods: []})).to.be.empty;
    expect(await beside({match: {}, name: 'r', maxAttempts: 1})).to.be.empty;
    expect(await beside({match: {}, name: 'r', idempotency: {}})).to.be.empty;
  });

  it('is silent after a route of the file for a path of the preset', async () => {
    const chat = {match: {methods: ['POST'], path: '/v1/chat/completions'}, name: 'c', idempotentMethods: ['POST']};
    const rest = {match: {path: '/v1/**'}, name: 'rest', maxAttempts: 2};
    expect(await beside(chat, rest)).to.be.empty;
    expect(await beside(rest, chat)).to.deep.equal([
      'routes[0].match: takes /v1/chat/completions from one of steadfetch:llm',
    ]);
  });

  it('reports routes of a file that is extended, by their own paths', async () => {
    const match = {methods: ['POST'], path: '/quotes/search'};
    const base = {'base.json': JSON.stringify({routes: [{match, name: 'q', idempotentMethods: ['POST']}]})};
    expect(
      await hidden({extends: ['./base.json'], routes: [{match: {path: '/quotes/**'}, name: 'r'}]}, base),
    ).to.deep.equal(['routes[0].match: takes /quotes/search from one of base.json']);
    expect(await hidden({extends: ['./base.json'], routes: [{match: {path: '/orders/**'}, name: 'r'}]}, base)).to.be
      .empty;
  });

  it("is silent on the README's policy", async () => {
    const match = {methods: ['POST'], path: '/v1/predict/*'};
    expect(await beside({match, name: 'predict', idempotentMethods: ['POST']})).to.be.empty;
  });
});
