/** Programs for each rule, with and without its defect. */

interface Expected {
  /** Without the code. */
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly suggestions?: readonly {readonly desc: string; readonly output: string}[];
}

interface Invalid {
  readonly code: string;
  readonly errors: readonly Expected[];
  readonly options?: readonly object[];
}

export const cases: Readonly<
  Record<string, {readonly valid: readonly string[]; readonly invalid: readonly Invalid[]}>
> = {
  RL004: {
    valid: [`import {createFetch} from 'steadfetch/fetch';\ncreateFetch({maxAttempts: 3});`],
    invalid: [
      {
        code: `import {createFetch} from 'steadfetch/fetch';\ncreateFetch({max_attempts: 3});`,
        errors: [
          {
            message: 'max_attempts is not a field of the policy; did you mean "maxAttempts"?',
            line: 2,
            column: 14,
            suggestions: [
              {
                desc: 'Rename it to maxAttempts',
                output: `import {createFetch} from 'steadfetch/fetch';\ncreateFetch({maxAttempts: 3});`,
              },
            ],
          },
        ],
      },
    ],
  },
  RL101: {
    valid: [
      `import pRetry from 'p-retry';
pRetry(() => fetch('https://pay.example/charges', {method: 'POST', headers: {'Idempotency-Key': key}}), {retries: 2});`,
      `import ky from 'ky';
ky.post('https://pay.example/charges', {retry: {limit: 2}});`,
    ],
    invalid: [
      {
        code: `import ky from 'ky';
ky.post('https://pay.example/charges', {retry: {limit: 2, methods: ['post'], jitter: true}});`,
        errors: [
          {
            message:
              'POST /charges is retried without an idempotency key after 500, 502, 503 and 3 more, when the server may have processed it: money may move twice. Send a key, or remove the triggers.',
            line: 2,
            column: 68,
          },
        ],
      },
    ],
  },
  RL103: {
    valid: [
      `import pRetry from 'p-retry';\npRetry(run, {shouldRetry: isTransient});`,
      `import retry from 'async-retry';\nretry(async bail => run(bail));`,
      // What else the options say is not known.
      `import pRetry from 'p-retry';\npRetry(run, {...options});\npRetry(run, options);`,
    ],
    invalid: [
      {
        code: `import pRetry from 'p-retry';\npRetry(run, {retries: 2});`,
        errors: [
          {
            message:
              'Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: shouldRetry: ({error}) => isTransient(error).',
            line: 2,
            column: 1,
          },
        ],
      },
    ],
  },
  RL118: {
    valid: [`import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryCondition: axiosRetry.isNetworkError});`],
    invalid: [
      {
        code: `import axiosRetry, {isRetryableError} from 'axios-retry';\naxiosRetry(client, {retryCondition: isRetryableError});`,
        errors: [
          {
            message:
              'Every method, POST too, is sent again after a 5xx or a lost connection, when the server may have acted: what it does may be done twice. Use axiosRetry.isNetworkOrIdempotentRequestError.',
            line: 2,
            column: 37,
          },
        ],
      },
    ],
  },
  RL201: {
    valid: [
      `import pRetry from 'p-retry';\npRetry(run, {retries: 4});`,
      `import pRetry from 'p-retry';\npRetry(run, {retries: config.retries});`,
      // A time ends it.
      `import pRetry from 'p-retry';\npRetry(run, {maxRetryTime: 20_000});`,
    ],
    invalid: [
      {
        code: `import pRetry from 'p-retry';\npRetry(run);`,
        errors: [
          {
            message:
              'A failing call makes up to 11 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set retries to 2.',
            line: 2,
            column: 1,
            suggestions: [
              {desc: 'Set retries to 2', output: `import pRetry from 'p-retry';\npRetry(run, {retries: 2});`},
            ],
          },
        ],
      },
      {
        code: `const {S3Client} = require('@aws-sdk/client-s3');\nnew S3Client({maxAttempts: 10});`,
        errors: [
          {
            message:
              'A failing call makes up to 10 attempts; the limit is 6. Attempts after the third rarely help, and each adds load to a failing server. Set maxAttempts to 3.',
            line: 2,
            column: 28,
            suggestions: [
              {
                desc: 'Set maxAttempts to 3',
                output: `const {S3Client} = require('@aws-sdk/client-s3');\nnew S3Client({maxAttempts: 3});`,
              },
            ],
          },
        ],
      },
    ],
  },
  RL203: {
    valid: [
      `import pRetry from 'p-retry';\npRetry(run, {randomize: true});`,
      `import {retry} from './retry.js';\nretry(run, {randomize: false});`,
      `for (let i = 0; i < 3; i++) { try { await fetch(url); break; } catch { await sleep(Math.random() * 1000 * 2 ** i); } } // retries`,
    ],
    invalid: [
      {
        code: `import pRetry from 'p-retry';\npRetry(run, {\n  retries: 2,\n  randomize: false,\n});`,
        errors: [
          {
            message:
              'Retries come in bursts: the waits of 1000 and 2000 ms are equal for all clients that failed at the same time. Use jitter.',
            line: 4,
            column: 14,
            suggestions: [
              {
                desc: 'Set randomize to true',
                output: `import pRetry from 'p-retry';\npRetry(run, {\n  retries: 2,\n  randomize: true,\n});`,
              },
            ],
          },
        ],
      },
      {
        code: `async function load(url) {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (attempt === 2) throw error;
      await new Promise(resolve => setTimeout(resolve, 100 * 2 ** attempt));
    }
  }
}`,
        errors: [
          {
            message:
              'Retries come in bursts: the waits of 100 and 200 ms are equal for all clients that failed at the same time. Use jitter.',
            line: 7,
            column: 13,
          },
        ],
      },
    ],
  },
  RL204: {
    valid: [
      `import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryDelay: axiosRetry.exponentialDelay});`,
      `import axiosRetry from 'axios-retry';\naxiosRetry(client, {retryDelay: delayOf});`,
    ],
    invalid: [
      {
        code: `const axiosRetry = require('axios-retry').default;\naxiosRetry(client);`,
        errors: [
          {message: 'Failed attempts are retried at once: all 3 retries wait 0 ms. Set a wait.', line: 2, column: 1},
        ],
      },
    ],
  },
  RL209: {
    valid: [
      `import OpenAI from 'openai';
import pRetry from 'p-retry';
const client = new OpenAI({maxRetries: 0});
pRetry(() => client.responses.create({model: 'gpt-4o'}), {retries: 2});`,
      // Whoever makes it may have switched its retries off.
      `import pRetry from 'p-retry';
export const ask = (client: OpenAI) => pRetry(() => client.responses.create({model: 'gpt-4o'}), {retries: 2});`,
    ],
    invalid: [
      {
        code: `import OpenAI from 'openai';
import pRetry from 'p-retry';
const client = new OpenAI();
pRetry(() => client.responses.create({model: 'gpt-4o'}), {retries: 2});`,
        errors: [
          {
            message:
              '3 attempts here × 3 of the OpenAI client make 9 requests per call when every attempt fails; the limit is 3. Retry in one layer.',
            line: 4,
            column: 1,
          },
        ],
      },
    ],
  },
  RL301: {
    valid: [`import got from 'got';\ngot(url, {retry: {limit: 2}, timeout: {request: 1000}});`],
    invalid: [
      {
        code: `import got from 'got';\ngot(url, {retry: {limit: 2}});`,
        errors: [
          {
            message:
              'Attempts have no timeout: one that hangs never ends, and the 2 retries are never sent. Set timeout.',
            line: 2,
            column: 1,
            suggestions: [
              {
                desc: 'Set timeout to {request: 8000}',
                output: `import got from 'got';\ngot(url, {retry: {limit: 2}, timeout: {request: 8000}});`,
              },
            ],
          },
        ],
      },
    ],
  },
  RL410: {
    valid: [`import OpenAI from 'openai';\nnew OpenAI({maxRetries: 2, timeout: 600_000});`],
    invalid: [
      {
        code: `import OpenAI from 'openai';\nnew OpenAI();`,
        errors: [
          {
            message:
              'The OpenAI client retries 2 times, and waits 600 s for each attempt, although nothing here says so. Write both.',
            line: 2,
            column: 5,
            suggestions: [
              {
                desc: 'Write the defaults',
                output: `import OpenAI from 'openai';\nnew OpenAI({maxRetries: 2, timeout: 600000});`,
              },
            ],
          },
        ],
      },
    ],
  },
  RL502: {
    valid: [
      `async function load(url): Promise<string | null> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try { return await fetch(url); } catch { await sleep(100); }
  }
  return null;
}`,
    ],
    invalid: [
      {
        code: `async function load(url) {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await fetch(url);
    } catch {
      await sleep(100);
    }
  }
  return null;
}`,
        errors: [
          {
            message:
              'After the last attempt the error is dropped: the caller takes a failed call for one without a result. Throw the last error.',
            line: 9,
            column: 3,
          },
        ],
      },
    ],
  },
};
