/** The clients that are checked, and what docs/clients.md says of them. Imports no client, so that the page is made without them. */

export interface Entry {
  /** The name of its files in recipes/ and subjects/. */
  readonly id: string;
  /** npm packages; the first one names the client. */
  readonly packages: readonly string[];
  /** Checks that the client has no part for: every request is a POST, no response is a stream, or calls take no signal. */
  readonly lacks?: readonly ('get' | 'stream' | 'abort')[];
  /** The client puts an idempotency key of its own on a POST. */
  readonly ownKeys?: true;
  /** Where `reportOf` finds the report in the client's error: after a failed request (no response came), after a failed response. */
  readonly reports: {readonly request: boolean; readonly response: boolean};
  /** How its own retries are switched off. Left out: it has none. */
  readonly ownRetries?: string;
  /** The preset that fits. Left out: the default. */
  readonly preset?: 'llm' | 'mcp' | 'payments';
  /** Whether an option of one call reaches fetch: a file of that name in per-call/. */
  readonly perCall?: true;
  readonly note?: string;
}

const BOTH = {request: true, response: true};
const NEITHER = {request: false, response: false};
const REQUEST_ONLY = {request: true, response: false};

export const catalogue: readonly Entry[] = [
  {id: 'openai', ownRetries: '`maxRetries: 0`', preset: 'llm', perCall: true, packages: ['openai'], reports: BOTH},
  {
    id: 'anthropic',
    ownRetries: '`maxRetries: 0`',
    preset: 'llm',
    perCall: true,
    packages: ['@anthropic-ai/sdk'],
    reports: BOTH,
  },
  {
    id: 'ai',
    ownRetries: '`maxRetries: 0`',
    preset: 'llm',
    packages: ['ai', '@ai-sdk/openai'],
    lacks: ['get'],
    reports: NEITHER,
    note: 'Its error keeps the cause of fetch’s error, and not that error itself.',
  },
  {
    id: 'octokit',
    ownRetries: '`retry` and `throttle`',
    perCall: true,
    packages: ['octokit'],
    lacks: ['stream'],
    reports: REQUEST_ONLY,
  },
  {
    id: 'supabase',
    ownRetries: '`db.retry: false`',
    packages: ['@supabase/supabase-js'],
    reports: NEITHER,
    note: '`db.retry: false` switches its own retries off, but those of `auth`: it asks for a new session again for up to 30 s, and no option ends that. Its error is a plain object with the text of fetch’s.',
  },
  {
    id: 'stripe',
    ownRetries: '`maxNetworkRetries: 0`',
    preset: 'payments',
    packages: ['stripe'],
    lacks: ['stream', 'abort'],
    ownKeys: true,
    reports: REQUEST_ONLY,
    note: 'It puts an `Idempotency-Key` on every POST, so steadfetch sends a POST again without an `idempotency` block.',
  },
  {
    id: 'mcp',
    preset: 'mcp',
    packages: ['@modelcontextprotocol/sdk'],
    lacks: ['get', 'abort'],
    reports: REQUEST_ONLY,
    note: 'Aborting a request sends `notifications/cancelled` to the server; the HTTP call goes on until the client is closed. A stream of events that breaks is opened again by the client.',
  },
  {
    id: 'openapi-fetch',
    perCall: true,
    packages: ['openapi-fetch'],
    reports: BOTH,
    note: '`schema.ts` is what openapi-typescript writes of your API.',
  },
  {
    id: 'apollo',
    perCall: true,
    packages: ['@apollo/client'],
    lacks: ['stream'],
    reports: BOTH,
    note: '`useGETForQueries` makes queries safe to repeat. A query that is sent as a POST is sent once.',
  },
  {
    id: 'graphql-request',
    packages: ['graphql-request'],
    lacks: ['stream'],
    reports: BOTH,
    note: 'A client with `method: "GET"` makes queries safe to repeat.',
  },
  {
    id: 'urql',
    perCall: true,
    packages: ['@urql/core'],
    lacks: ['stream', 'abort'],
    reports: BOTH,
    note: '`preferGetMethod: "force"` makes queries safe to repeat. Calls take no signal: urql aborts when nothing is subscribed any more.',
  },
  {
    id: 's3',
    ownRetries: '`maxAttempts: 1`',
    packages: ['@aws-sdk/client-s3', '@smithy/fetch-http-handler'],
    reports: REQUEST_ONLY,
    note: '`maxAttempts: 1` switches its own retries off. A retry carries the signature of the first attempt, which S3 accepts for 15 minutes.',
  },
  {
    id: 'genai',
    ownRetries: '`maxRetries: 0`, of `interactions` alone',
    preset: 'llm',
    perCall: true,
    packages: ['@google/genai'],
    reports: REQUEST_ONLY,
    note: '`interactions` sends each request up to five times itself: pass `{maxRetries: 0}` with each of its calls. `models`, `chats` and `files` do not retry.',
  },
  {
    id: 'langchain',
    ownRetries: '`maxRetries: 0`',
    preset: 'llm',
    perCall: true,
    packages: ['@langchain/openai'],
    lacks: ['get'],
    reports: BOTH,
  },
  {
    id: 'hono',
    perCall: true,
    packages: ['hono'],
    reports: BOTH,
    note: '`App` is the type of your server. A failed response is returned, and not thrown.',
  },
  {
    id: 'axios',
    perCall: true,
    packages: ['axios'],
    reports: NEITHER,
    note: 'Its error keeps the cause of fetch’s error, and not that error itself.',
  },
  {id: 'hey-api', perCall: true, packages: ['@hey-api/client-fetch'], reports: BOTH},
];

/** Test doubles, and how a user's test makes them fail. */
export const doubles = {
  msw: {package: 'msw', failures: ['HttpResponse.error()', 'a 503']},
  nock: {
    package: 'nock',
    failures: ['replyWithError(text)', 'replyWithError(error)', 'replyWithError(error with a code)', 'a 503'],
  },
  'fetch-mock': {
    package: 'fetch-mock',
    failures: ['a TypeError as browsers throw it', 'a TypeError as Node throws it', 'a 503'],
  },
  'MockAgent below fetch': {
    package: 'undici',
    failures: ['replyWithError(error)', 'replyWithError(error with a code)', 'a 503'],
  },
  'MockAgent below undici.request': {package: 'undici', failures: ['replyWithError(error with a code)', 'a 503']},
} as const;
