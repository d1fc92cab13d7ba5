/** A response that ends short of its Content-Length is no result: a client without keys sees its connection closed. */
import type {ServerResponse} from 'node:http';
import {expect} from 'chai';
import {idempotencyMiddleware, memoryStore} from '../../src/server.ts';
import {postTo, withServers} from './node-server.ts';
import {told} from './requests.ts';

const serve = withServers();

async function answers(handler: (response: ServerResponse) => unknown): Promise<{told: string[]; errors: unknown[]}> {
  const errors: unknown[] = [];
  const keyed = idempotencyMiddleware({
    store: memoryStore(),
    scope: 'everyone',
    on: event => event.type === 'failed' && errors.push((event.error as Error).message),
  });
  const url = await serve(keyed.listener((_request, response) => void handler(response)));
  return {told: [await told(await postTo(url, 'k')), await told(await postTo(url, 'k'))], errors};
}

describe('a response that ends short of its Content-Length', () => {
  const handlers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
    'with a body': response => {
      response.writeHead(201, {'content-length': '55'}).write('x'.repeat(22));
      response.end();
    },
    'without a body': response => response.setHeader('Content-Length', 55).end(),
  };
  for (const [what, handler] of Object.entries(handlers))
    it(`${what} leaves the outcome unknown`, async () =>
      expect(await answers(handler)).to.deep.equal({
        told: ['500 HANDLER_FAILED', '409 OUTCOME_UNKNOWN'],
        errors: ['The response ended before its Content-Length.'],
      }));

  it('is a result where its status has no body', async () => {
    const handler = (response: ServerResponse): unknown => response.writeHead(304, {'content-length': '55'}).end();
    expect(await answers(handler)).to.deep.equal({told: ['304 ', '304 '], errors: []});
  });
});
