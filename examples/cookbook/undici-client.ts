/**
 * Put the policy below undici
 *
 * The interceptor serves `undici.request`, which costs less than fetch.
 */
import {Agent, request} from 'undici';
import {resilienceInterceptor} from '../../src/undici.ts';

const dispatcher = new Agent().compose(resilienceInterceptor({name: 'shop', deadlineMs: 10_000}));

export async function readItem(url: string): Promise<unknown> {
  const {statusCode, body} = await request(url, {dispatcher});
  if (statusCode !== 200) throw new Error(`The shop answered ${statusCode}: ${await body.text()}`);
  return body.json();
}
