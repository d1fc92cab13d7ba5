/** `throwHttpErrors: false` where hooks see retries: ky gets an error for a retry, and the retry is refused. */
import {expect} from 'chai';
import ky, {type AfterResponseHook, HTTPError, type KyInstance, type Options} from 'ky';
import {definePolicy, type PolicyHandle, reportOf, resilience} from '../../src/core.ts';
import {errorOf} from '../support/outcome.ts';

type Send = (attempt: number) => Response | Promise<Response>;

describe('ky, where a retry is refused after the wait', () => {
  let handle: PolicyHandle;
  let attempts: number;
  beforeEach(() => {
    attempts = 0;
    handle = definePolicy({maxAttempts: 4, backoff: {kind: 'constant', delayMs: 1, jitter: 'none'}, budget: null});
  });

  const api = (options: Options, send: Send = () => new Response('busy', {status: 503})): KyInstance =>
    ky.extend(resilience(handle)).extend({fetch: async () => send(++attempts), ...options});
  /** A hook that runs after the wait. */
  const disable = {beforeRetry: [() => handle.disableRetries()]};

  for (const [name, throwHttpErrors] of [
    ['is false', false],
    ['is a function', (status: number) => status !== 503],
  ] as const)
    it(`resolves with the last response where throwHttpErrors ${name}`, async () => {
      const response = await api({throwHttpErrors, hooks: disable}).get('https://api.test/');
      expect(response.status).to.equal(503);
      expect(await response.text()).to.equal('busy');
      expect(reportOf(response)).to.include({attempts: 1, result: 'failure'});
      expect(attempts).to.equal(1);
    });

  it('throws by default', async () => {
    const error = await errorOf(() => api({hooks: disable}).get('https://api.test/'));
    expect(error).to.be.instanceOf(HTTPError);
    expect((error as HTTPError).data).to.equal('busy');
  });

  it('runs afterResponse hooks once for a response', async () => {
    let seen = 0;
    const hooks = {...disable, afterResponse: [() => void seen++]};
    expect((await api({throwHttpErrors: false, hooks}).get('https://api.test/')).status).to.equal(503);
    expect(seen).to.equal(1);
  });

  it('resolves with what an afterResponse hook made of the response', async () => {
    const afterResponse: AfterResponseHook[] = [
      async ({response}) => new Response(`${await response.text()}!`, {status: 503, headers: {'x-hook': '1'}}),
    ];
    const hooks = {...disable, afterResponse};
    const response = await api({throwHttpErrors: false, hooks}).get('https://api.test/');
    expect(response.headers.get('x-hook')).to.equal('1');
    expect(await response.text()).to.equal('busy!');
  });

  it('throws the error of the last attempt where that had no response', async () => {
    const hooks = {beforeRetry: [() => void (attempts === 2 && handle.disableRetries())]};
    const send: Send = attempt => {
      if (attempt === 2) throw new TypeError('fetch failed');
      return new Response('busy', {status: 503});
    };
    const error = await errorOf(() => api({throwHttpErrors: false, hooks}, send).get('https://api.test/'));
    expect(error.name).to.equal('NetworkError');
    expect(attempts).to.equal(2);
  });

  it('resolves with the body of 100 kB cut', async () => {
    const send: Send = () => new Response('x'.repeat(100_000), {status: 503});
    const hooks = {
      beforeRetry: [
        async () => {
          await new Promise(resolve => setTimeout(resolve, 20));
          handle.disableRetries();
        },
      ],
    };
    const text = await api({throwHttpErrors: false, hooks}, send).get('https://api.test/').text();
    expect(text).to.match(/^x{65536}\n\[BODY_DROPPED: [^\]]+\]\n$/);
  });
});
