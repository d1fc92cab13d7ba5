/** Calls of libraries: what each default comes to, and what is not known. */
import {expect} from 'chai';
import {codesIn, findingsIn} from './programs.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly finds: readonly string[];
}

const P_RETRY = `import pRetry from 'p-retry';\n`;
const quiet = 'shouldRetry: isTransient';

const cases: Readonly<Record<string, readonly Case[]>> = {
  'p-retry': [
    {
      name: 'has 11 attempts without jitter, the last after 512 s',
      text: `${P_RETRY}pRetry(run);`,
      finds: ['RL103', 'RL201', 'RL203', 'RL206'],
    },
    {
      name: 'has jitter by randomize',
      text: `${P_RETRY}pRetry(run, {retries: 3, randomize: true, ${quiet}});`,
      finds: [],
    },
    {
      name: 'never gives up after Infinity',
      text: `${P_RETRY}pRetry(run, {retries: Infinity, randomize: true, maxTimeout: 5000, ${quiet}});`,
      finds: ['RL201'],
    },
    {
      name: 'may be ended by a signal',
      text: `${P_RETRY}pRetry(run, {retries: Infinity, randomize: true, maxTimeout: 5000, signal, ${quiet}});`,
      finds: [],
    },
    {name: 'never retries with retries 0', text: `${P_RETRY}pRetry(run, {retries: 0});`, finds: []},
    {
      name: 'waits not at all with minTimeout 0',
      text: `${P_RETRY}pRetry(run, {retries: 3, minTimeout: 0, ${quiet}});`,
      finds: ['RL204'],
    },
    {
      name: 'is not known where its options are',
      text: `${P_RETRY}pRetry(run, options); pRetry(run, {...options}); pRetry(...all);`,
      finds: [],
    },
    {
      name: 'may have a limit of time in a spread',
      text: `${P_RETRY}pRetry(run, {...options, retries: 30});`,
      finds: [],
    },
    {
      name: 'may be changed by a spread behind it',
      text: `${P_RETRY}pRetry(run, {retries: 30, ...options});`,
      finds: [],
    },
    {
      name: 'may stop by an AbortError',
      text: `import pRetry, {AbortError} from 'p-retry';\npRetry(run, {retries: 2, randomize: true});`,
      finds: [],
    },
    {
      name: 'reads a constant object',
      text: `${P_RETRY}const options = {retries: 30, randomize: true, maxTimeout: 9000, ${quiet}};\npRetry(run, options);`,
      finds: ['RL201'],
    },
    {
      name: 'does not read an object that is changed',
      text: `${P_RETRY}const options = {retries: 30, randomize: true, ${quiet}};\noptions.retries = 2;\npRetry(run, {retries: options.retries, randomize: true, ${quiet}});`,
      finds: [],
    },
  ],
  'async-retry': [
    {
      name: 'has jitter, and 11 attempts',
      text: `import retry from 'async-retry';\nretry(bail => run(bail));`,
      finds: ['RL201', 'RL206'],
    },
    {
      name: 'has none without randomize',
      text: `import retry from 'async-retry';\nretry(bail => run(bail), {retries: 2, randomize: false});`,
      finds: ['RL203'],
    },
    {
      name: 'catches all where bail is not taken',
      text: `import retry from 'async-retry';\nretry(() => run(), {retries: 2});`,
      finds: ['RL103'],
    },
  ],
  'axios-retry': [
    {name: 'does not wait', text: `import axiosRetry from 'axios-retry';\naxiosRetry(client);`, finds: ['RL204']},
    {
      name: 'has jitter by exponentialDelay',
      text: `import axiosRetry, {exponentialDelay} from 'axios-retry';\naxiosRetry(client, {retryDelay: exponentialDelay});`,
      finds: [],
    },
    {
      name: 'has none by linearDelay',
      text: `import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryDelay: axiosRetry.linearDelay()});`,
      finds: ['RL203'],
    },
    {
      name: 'has the waits of a function',
      text: `import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryDelay: count => { return count * 500; }});`,
      finds: ['RL203'],
    },
    {
      name: 'is not known where a function reads the error',
      text: `import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryDelay: (count, error) => delayOf(error)});`,
      finds: [],
    },
    {
      name: 'retries every call where the condition is true',
      text: `import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryDelay: axiosRetry.exponentialDelay, retryCondition: () => true});`,
      finds: ['RL103', 'RL118'],
    },
    {
      name: 'is not known where the condition is',
      text: `import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryDelay: axiosRetry.exponentialDelay, retryCondition: error => error.config.method === 'get'});`,
      finds: [],
    },
  ],
  got: [
    {
      name: 'has noise, and no timeout',
      text: `import got from 'got';\ngot(url, {retry: {limit: 2}});`,
      finds: ['RL301'],
    },
    {
      name: 'has no jitter without noise',
      text: `import got from 'got';\ngot(url, {timeout: {request: 900}, retry: {limit: 2, noise: 0}});`,
      finds: ['RL203'],
    },
    {
      name: 'repeats a POST that is named',
      text: `import got from 'got';\ngot.post('https://a.example/orders', {timeout: {request: 900}, retry: {methods: ['POST']}});`,
      finds: ['RL101'],
    },
    {
      name: 'says nothing of a client, which may have a timeout later',
      text: `import got from 'got';\ngot.extend({retry: {limit: 2}});`,
      finds: [],
    },
    {
      name: 'says nothing of calls without retry',
      text: `import got from 'got';\ngot(url);\ngot.post(url, {json});`,
      finds: [],
    },
    {
      name: 'retries a status that cannot change',
      text: `import got from 'got';\ngot(url, {timeout: {request: 900}, retry: {statusCodes: [404, 503]}});`,
      finds: ['RL102'],
    },
  ],
  ky: [
    {name: 'has no jitter', text: `import ky from 'ky';\nky.get(url, {retry: 2});`, finds: ['RL203']},
    {
      name: 'has jitter by its option',
      text: `import ky from 'ky';\nky.get(url, {retry: {limit: 2, jitter: true}});`,
      finds: [],
    },
    {
      name: 'has no timeout where it is off',
      text: `import ky from 'ky';\nky.get(url, {timeout: false, retry: {limit: 2, jitter: true}});`,
      finds: ['RL301'],
    },
    {
      name: 'has too many attempts',
      text: `import ky from 'ky';\nky.create({retry: {limit: 20, jitter: true, backoffLimit: 5000}});`,
      finds: ['RL201'],
    },
    {
      name: 'is not known where its function is',
      text: `import ky from 'ky';\nky.get(url, {retry: {limit: 2, delay: delayOf}});`,
      finds: [],
    },
  ],
  'fetch-retry': [
    {name: 'waits a second each time', text: `import build from 'fetch-retry';\nbuild(fetch);`, finds: ['RL203']},
    {
      name: 'repeats a POST',
      text: `import build from 'fetch-retry';\nconst f = build(fetch, {retryDelay: delayOf});\nf('/orders', {method: 'POST'});`,
      finds: ['RL101'],
    },
    {
      name: 'leaves a POST with a key',
      text: `import build from 'fetch-retry';\nconst f = build(fetch, {retryDelay: delayOf});\nf('/orders', {method: 'POST', headers: {'Idempotency-Key': key}});`,
      finds: [],
    },
    {
      name: 'is not known where retryOn is a function',
      text: `import build from 'fetch-retry';\nbuild(fetch, {retryOn: shouldRetry, retryDelay: delayOf});`,
      finds: [],
    },
  ],
  cockatiel: [
    {
      name: 'has no limit and no wait',
      text: `import {retry, handleAll} from 'cockatiel';\nretry(handleAll, {});`,
      finds: ['RL103', 'RL201', 'RL204'],
    },
    {
      name: 'has jitter by default',
      text: `import {retry, handleType, ExponentialBackoff} from 'cockatiel';\nretry(handleType(A), {maxAttempts: 3, backoff: new ExponentialBackoff()});`,
      finds: [],
    },
    {
      name: 'has none by its generator',
      text: `import * as c from 'cockatiel';\nc.retry(c.handleType(A), {maxAttempts: 3, backoff: new c.ExponentialBackoff({generator: c.noJitterGenerator})});`,
      finds: ['RL203'],
    },
    {
      name: 'has the waits of a list',
      text: `import {retry, handleType, IterableBackoff} from 'cockatiel';\nretry(handleType(A), {maxAttempts: 3, backoff: new IterableBackoff([100, 200, 400])});`,
      finds: ['RL203'],
    },
  ],
  'the AWS SDK': [
    {
      name: 'says nothing of a client as it is',
      text: `import {S3Client} from '@aws-sdk/client-s3';\nnew S3Client({region});`,
      finds: [],
    },
    {
      name: 'has too many attempts',
      text: `import {S3} from '@aws-sdk/client-s3';\nnew S3({maxAttempts: 25});`,
      finds: ['RL201'],
    },
    {
      name: 'has waits that nothing spreads',
      text: `import {ConfiguredRetryStrategy} from '@smithy/util-retry';\nnew ConfiguredRetryStrategy(3, 500);`,
      finds: ['RL203'],
    },
    {
      name: 'has waits with jitter',
      text: `import {ConfiguredRetryStrategy} from '@smithy/util-retry';\nnew ConfiguredRetryStrategy(3, n => Math.random() * 100 * 2 ** n);`,
      finds: [],
    },
  ],
  'model clients': [
    {
      name: 'say nothing as they are',
      text: `import OpenAI from 'openai';\nimport Anthropic from '@anthropic-ai/sdk';\nnew OpenAI(); new Anthropic({apiKey});`,
      finds: [],
    },
    {
      name: 'have too many attempts',
      text: `import {OpenAI} from 'openai';\nnew OpenAI({maxRetries: 9});`,
      finds: ['RL201'],
    },
    {
      name: 'have those of one request',
      text: `import OpenAI from 'openai';\nconst client = new OpenAI();\nclient.chat.completions.create(body, {maxRetries: 9});`,
      finds: ['RL201'],
    },
    {
      name: 'have too many in the AI SDK',
      text: `import {generateText} from 'ai';\ngenerateText({model, prompt, maxRetries: 8});`,
      finds: ['RL201'],
    },
    {
      name: 'multiply below withRetry',
      text: `import {ChatOpenAI} from '@langchain/openai';\nnew ChatOpenAI({maxRetries: 2}).withRetry();`,
      finds: ['RL209'],
    },
    {
      name: 'do not without retries',
      text: `import {ChatOpenAI} from '@langchain/openai';\nnew ChatOpenAI({maxRetries: 0}).withRetry();`,
      finds: [],
    },
    {
      name: 'are found in an attribute of a class',
      text: `${P_RETRY}import OpenAI from 'openai';\nclass A { client = new OpenAI(); ask() { return pRetry(() => this.client.responses.create(b), {retries: 2, randomize: true}); } }`,
      finds: ['RL103', 'RL209'],
    },
    {
      name: 'are found behind a function',
      text: `${P_RETRY}import OpenAI from 'openai';\nconst client = new OpenAI();\nconst ask = () => client.responses.create(b);\npRetry(() => ask(), {retries: 2, randomize: true});`,
      finds: ['RL103', 'RL209'],
    },
    {
      name: 'are not repeated where the error stays inside',
      text: `${P_RETRY}import OpenAI from 'openai';\nconst client = new OpenAI();\npRetry(async () => { try { return await client.responses.create(b); } catch { return null; } }, {retries: 2, randomize: true});`,
      finds: ['RL103'],
    },
  ],
};

for (const [library, list] of Object.entries(cases))
  describe(`JavaScript: ${library}`, () => {
    for (const {name, text, finds} of list)
      it(name, () => {
        expect(codesIn(text)).to.deep.equal([...finds].sort());
      });
  });

describe('JavaScript: names', () => {
  const call = '({retries: 2, shouldRetry: isTransient})';
  const isFound = (text: string): boolean => codesIn(text).includes('RL203');

  it('are those of imports, under whatever name', () => {
    expect(isFound(`import again from 'p-retry';\nagain(run, ${call});`)).to.equal(true);
    expect(isFound(`import {default as again} from 'p-retry';\nagain(run, ${call});`)).to.equal(true);
    expect(isFound(`import * as lib from 'p-retry';\nlib.default(run, ${call});`)).to.equal(true);
    expect(isFound(`const again = require('p-retry');\nagain(run, ${call});`)).to.equal(true);
    expect(isFound(`const {makeRetriable} = require('p-retry');\nmakeRetriable(run, ${call});`)).to.equal(true);
    expect(isFound(`const {default: again} = await import('p-retry');\nagain(run, ${call});`)).to.equal(true);
    expect(isFound(`const lib = require('p-retry');\nconst again = lib.default;\nagain(run, ${call});`)).to.equal(true);
  });

  it('are not those of others', () => {
    expect(isFound(`pRetry(run, ${call});`)).to.equal(false);
    expect(isFound(`import pRetry from './p-retry';\npRetry(run, ${call});`)).to.equal(false);
    expect(isFound(`import type pRetry from 'p-retry';\npRetry(run, ${call});`)).to.equal(false);
    expect(isFound(`import pRetry from 'p-retry';\nfunction f(pRetry) { pRetry(run, ${call}); }`)).to.equal(false);
    expect(isFound(`import pRetry from 'p-retry';\n{ const pRetry = own; pRetry(run, ${call}); }`)).to.equal(false);
    expect(isFound(`let again = require('p-retry');\nagain = own;\nagain(run, ${call});`)).to.equal(false);
    expect(isFound(`const require = own;\nconst again = require('p-retry');\nagain(run, ${call});`)).to.equal(false);
  });

  it('have values that the file says, and no others', () => {
    const attempts = (declared: string, value: string): boolean =>
      codesIn(
        `import pRetry from 'p-retry';\n${declared}\npRetry(run, {retries: ${value}, randomize: true, maxTimeout: 9000, shouldRetry});`,
      ).includes('RL201');
    expect(attempts('const N = 5 * 4;', 'N')).to.equal(true);
    expect(attempts('const LIMITS = {retries: 20} as const;', 'LIMITS.retries')).to.equal(true);
    expect(attempts('const {retries} = {retries: 20};', 'retries')).to.equal(true);
    expect(attempts('', '+20')).to.equal(true);
    expect(attempts('let N = 20; N = 2;', 'N')).to.equal(false);
    expect(attempts('const N = Number(process.env.N ?? 20);', 'N')).to.equal(false);
    expect(attempts('var N = 20; var N = 2;', 'N')).to.equal(false);
    expect(attempts('function f(N = 20) { return N; }', 'f()')).to.equal(false);
  });
});

describe('JavaScript: what is in a program', () => {
  it('is no finding of a test, but a hint', () => {
    const text = `import pRetry from 'p-retry';\npRetry(run, {retries: 3});`;
    expect(findingsIn(text, 'test/items.ts').map(({severity}) => severity)).to.deep.equal(['info', 'info']);
    expect(codesIn(text, 'src/items.ts')).to.deep.equal(['RL103', 'RL203']);
  });

  it('is read to any depth, and ends in a circle', () => {
    expect(
      codesIn(`import pRetry from 'p-retry';\nconst a = b, b = a;\npRetry(run, {retries: a, ...b});`),
    ).to.deep.equal([]);
    expect(
      codesIn(
        `import pRetry from 'p-retry';\nconst x = ${'['.repeat(300)}1${']'.repeat(300)};\npRetry(run, {retries: 40, randomize: true, maxTimeout: 9000, shouldRetry});`,
      ),
    ).to.deep.equal(['RL201']);
  });
});
