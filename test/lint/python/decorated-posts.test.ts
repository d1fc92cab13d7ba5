/** A POST in a function that a decorator retries. */

import {expect} from 'chai';
import {findingsOf} from './findings.ts';

const IMPORTS = `import asyncio
import random
import backoff
import google.api_core.retry
import httpx
import requests
import stamina
import tenacity
from celery import shared_task
from requests import RequestException, post
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential
`;

const CHARGE = `
def charge(body):
    r = requests.post("https://bank.example/v1/charges", json=body, timeout=5)
    r.raise_for_status()
    return r.json()
`;

const posts = async (text: string): Promise<string[]> =>
  (await findingsOf(IMPORTS + text))
    .filter(({code}) => code === 'RL101')
    .map(({severity, message}) => `${severity} ${/^\w+ \S+/.exec(message)?.[0]}`);

const CHARGED = ['error POST /v1/charges'];
const LIMITS = 'stop=stop_after_attempt(3), wait=wait_random_exponential(max=10)';

describe('a charge without a key that a decorator repeats', () => {
  const decorators: readonly string[] = [
    `@retry(${LIMITS})`,
    `@retry(${LIMITS}, retry=retry_if_exception_type(requests.RequestException))`,
    `@tenacity.retry(${LIMITS}, retry=retry_if_exception_type((requests.Timeout, requests.ConnectionError)))`,
    '@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=3)',
    '@backoff.on_exception(backoff.expo, RequestException, max_tries=3, giveup=lambda e: e.response is not None)',
    '@stamina.retry(on=requests.RequestException, attempts=3)',
    '@shared_task(autoretry_for=(requests.RequestException,), max_retries=3, retry_backoff=True)',
    '@shared_task(autoretry_for=(Exception,), retry_backoff=True)',
  ];
  for (const decorator of decorators)
    it(`is seen: ${decorator}`, async () => expect(await posts(`\n${decorator}${CHARGE}`)).to.deep.equal(CHARGED));

  it('is seen in a method, an async function and a helper', async () => {
    const method = `
class Bank:
    @retry(${LIMITS})
    async def charge(self, body):
        async with httpx.AsyncClient() as client:
            return await client.post("https://bank.example/v1/charges", json=body)
`;
    expect(await posts(method)).to.deep.equal(CHARGED);
    const helper = `${CHARGE}\n\n@stamina.retry(on=Exception, attempts=3)\ndef order(body):\n    return charge(body)\n`;
    expect(await posts(helper)).to.deep.equal(CHARGED);
  });

  it('is seen in the loop of a library', async () => {
    const loop = (call: string): string =>
      `\n\ndef charge(body):\n    for attempt in ${call}:\n        with attempt:\n            return post("https://bank.example/v1/charges", json=body, timeout=5)\n`;
    expect(await posts(loop(`tenacity.Retrying(${LIMITS})`))).to.deep.equal(CHARGED);
    expect(await posts(loop('stamina.retry_context(on=requests.RequestException, attempts=3)'))).to.deep.equal(CHARGED);
  });

  const silent: readonly (readonly [name: string, text: string])[] = [
    ['a refusal only', '@retry(stop=stop_after_attempt(3), retry=retry_if_exception_type(RateLimitError))'],
    ['a connection that was never made', `@retry(${LIMITS}, retry=retry_if_exception_type(requests.ConnectTimeout))`],
    ['a predicate that nothing is known of', `@retry(${LIMITS}, retry=tenacity.retry_if_exception(passes))`],
    ['a parser', '@stamina.retry(on=ValueError, attempts=3)'],
    ['another decorator', '@cached'],
    ['a task that is not repeated', '@shared_task'],
  ];
  for (const [name, decorator] of silent)
    it(`is not seen with ${name}`, async () => expect(await posts(`\n${decorator}${CHARGE}`)).to.deep.equal([]));

  it('is not seen where the call reads, has a key, or is no POST', async () => {
    const decorated = `\n@retry(${LIMITS})${CHARGE}`;
    expect(await posts(decorated.replace('/v1/charges', '/v1/search'))).to.deep.equal([]);
    expect(await posts(decorated.replace('json=body', 'headers={"Idempotency-Key": key}'))).to.deep.equal([]);
    expect(await posts(decorated.replace('.post(', '.get('))).to.deep.equal([]);
    expect(await posts(decorated.replace('.post(', '.put('))).to.deep.equal([]);
  });
});
