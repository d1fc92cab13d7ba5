/** A request with two keys is refused, whatever their lines make when they are joined. */
import {once} from 'node:events';
import {type IncomingMessage, request as sendRequest} from 'node:http';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import {idempotencyMiddleware, memoryStore} from '../../src/server.ts';
import {withServers} from './node-server.ts';

describe('two keys', () => {
  const serve = withServers();
  const cases: [string, string | readonly string[], string][] = [
    ['two bare keys', ['a', 'b'], '400 IDEMPOTENCY_KEY_INVALID'],
    ['the same key twice', ['a', 'a'], '400 IDEMPOTENCY_KEY_INVALID'],
    ['two strings', ['"a"', '"b"'], '400 IDEMPOTENCY_KEY_INVALID'],
    ['the halves of a string', ['"a', 'b"'], '400 IDEMPOTENCY_KEY_INVALID'],
    ['a string and a half of its parameter', ['"a";p="x', 'y"'], '400 IDEMPOTENCY_KEY_INVALID'],
    ['one string with a comma', '"a, b"', '200 a, b'],
  ];
  for (const [what, key, expected] of cases)
    it(`${what}: ${expected}`, async () => {
      const keyed = idempotencyMiddleware<IncomingMessage>({store: memoryStore(), scope: 'everyone', on: () => {}});
      const url = await serve(keyed.listener((_request, response, context) => response.end(context.key)));
      const headers = {'Idempotency-Key': key as string | string[], 'content-length': 0};
      const request = sendRequest(url, {method: 'POST', headers}).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const body = await text(response);
      const told = response.statusCode === 200 ? body : (JSON.parse(body) as {code: string}).code;
      expect(`${response.statusCode} ${told}`).to.equal(expected);
    });
});
