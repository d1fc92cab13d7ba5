/** The clients, each as its documentation says and with its defaults. Packages are loaded by name: they are pinned in bench/package.json. */
import {answerTo} from '../../../examples/model-endpoint/endpoint.ts';
import {runBatch} from '../../../src/batch.ts';
import {createFetch, type PolicyInput, seededRandom} from '../../../src/core.ts';
import {useModelEndpoints} from '../../../src/features.ts';
import {type Loaded, load} from '../load.ts';
import {type AskOptions, type Column, type ConnectOptions, type Ended, type ModelClient, ORIGIN} from './client.ts';
import {readStream} from './read-stream.ts';

useModelEndpoints();

const DEFAULT_MAX_TOKENS = 16;

type Send = (body: object, signal?: AbortSignal) => Promise<Response>;

/** What a user writes around a fetch: OpenAI's chat completions. */
const overFetch = (send: Send): ModelClient => {
  const request = (prompt: string, {maxTokens = DEFAULT_MAX_TOKENS}: AskOptions, isStreamed: boolean): object => ({
    model: 'model-1',
    messages: [{role: 'user', content: prompt}],
    max_tokens: maxTokens,
    ...(isStreamed ? {stream: true} : {}),
  });
  return reader({
    async ask(prompt, options = {}) {
      const response = await ok(await send(request(prompt, options, false), options.signal));
      const {choices} = (await response.json()) as {choices: [{message: {content: string}}]};
      return choices[0].message.content;
    },
    async open(prompt, options = {}) {
      return readStream(await ok(await send(request(prompt, options, true), options.signal)));
    },
  });
};

/** A client whose streams are read to their end as they were opened. */
const reader = (client: Omit<ModelClient, 'stream'>): ModelClient => ({
  ...client,
  async stream(prompt, options) {
    let text = '';
    for await (const piece of await client.open(prompt, options)) text += piece;
    return text;
  },
});

/** What of each event is text. */
async function* textOf(events: AsyncIterable<Loaded>, pieceOf: (event: Loaded) => string): AsyncGenerator<string> {
  for await (const event of events) yield pieceOf(event);
}

async function ok(response: Response): Promise<Response> {
  if (response.ok) return response;
  const {status, headers} = response;
  throw Object.assign(new Error(`HTTP ${status}: ${await response.text()}`), {status, headers});
}

const sendWith =
  (fetch: typeof globalThis.fetch, key: string): Send =>
  (body, signal) =>
    fetch(URL_OF_CHAT, {
      method: 'POST',
      headers: {'content-type': 'application/json', authorization: `Bearer ${key}`},
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : {signal}),
    });

const PRESET: PolicyInput = {name: 'models', extends: ['steadfetch:llm']};
const URL_OF_CHAT = `${ORIGIN}/v1/chat/completions`;

const steadfetchOf = ({fetch, clock, seed, policy}: ConnectOptions): typeof globalThis.fetch =>
  createFetch({...PRESET, ...policy}, {fetch, clock, random: seededRandom(seed)});

/** @param clientOf The client that sends one attempt, with the signal of the batch. */
async function batchOf(
  {fetch, key, clock, seed, policy}: ConnectOptions,
  prompts: readonly string[],
  concurrency: number,
  clientOf: (fetch: typeof globalThis.fetch, key: string) => ModelClient | Promise<ModelClient>,
): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  const client = await clientOf(fetch, key);
  await runBatch(prompts, (prompt, {signal}) => client.ask(prompt, {signal}), {
    policy: {...PRESET, extends: ['steadfetch:llm', 'steadfetch:batch'], ...policy},
    target: {url: URL_OF_CHAT},
    concurrency,
    clock,
    random: seededRandom(seed),
    onResult(result) {
      const isAnswered = result.ok && result.value === answerTo(result.item);
      ended.push({prompt: result.item, isAnswered, at: clock.now()});
    },
  });
  return ended;
}

const openaiOver = async (
  fetch: typeof globalThis.fetch,
  key: string,
  options: {readonly maxRetries?: number} = {},
): Promise<ModelClient> => {
  const {default: OpenAI} = await load('openai');
  const client = new OpenAI({apiKey: key, baseURL: `${ORIGIN}/v1`, fetch, ...options});
  const request = (prompt: string, {maxTokens = DEFAULT_MAX_TOKENS}: AskOptions): object => ({
    model: 'model-1',
    messages: [{role: 'user', content: prompt}],
    max_tokens: maxTokens,
  });
  return reader({
    async ask(prompt, {signal, ...asked} = {}) {
      const {choices} = await client.chat.completions.create(request(prompt, asked), {signal});
      return choices[0].message.content;
    },
    async open(prompt, {signal, ...asked} = {}) {
      const events = await client.chat.completions.create({...request(prompt, asked), stream: true}, {signal});
      return textOf(events, ({choices}) => choices[0]?.delta.content ?? '');
    },
  });
};

export const columns: readonly Column[] = [
  {
    id: 'fetch',
    name: 'fetch',
    packages: [],
    isOurs: false,
    retries: false,
    connect: async ({fetch, key}) => overFetch(sendWith(fetch, key)),
  },
  {
    id: 'p-retry',
    name: 'p-retry',
    packages: ['p-retry'],
    isOurs: false,
    retries: true,
    async connect({fetch, key}) {
      const {default: pRetry} = await load('p-retry');
      const client = overFetch(sendWith(fetch, key));
      return {
        ask: (prompt, options) => pRetry(() => client.ask(prompt, options), {signal: options?.signal}),
        stream: (prompt, options) => pRetry(() => client.stream(prompt, options), {signal: options?.signal}),
        open: (prompt, options) => pRetry(() => client.open(prompt, options), {signal: options?.signal}),
      };
    },
  },
  {
    id: 'openai',
    name: 'openai',
    packages: ['openai'],
    isOurs: false,
    retries: true,
    connect: ({fetch, key}) => openaiOver(fetch, key),
  },
  {
    id: 'anthropic',
    name: '@anthropic-ai/sdk',
    packages: ['@anthropic-ai/sdk'],
    isOurs: false,
    retries: true,
    async connect({fetch, key}) {
      const {default: Anthropic} = await load('@anthropic-ai/sdk');
      const client = new Anthropic({apiKey: key, baseURL: ORIGIN, fetch});
      const request = (prompt: string, {maxTokens = DEFAULT_MAX_TOKENS}: AskOptions): object => ({
        model: 'model-1',
        messages: [{role: 'user', content: prompt}],
        max_tokens: maxTokens,
      });
      return reader({
        async ask(prompt, {signal, ...asked} = {}) {
          const {content} = await client.messages.create(request(prompt, asked), {signal});
          return content[0].text;
        },
        async open(prompt, {signal, ...asked} = {}) {
          const events = await client.messages.create({...request(prompt, asked), stream: true}, {signal});
          return textOf(events, ({type, delta}) => (type === 'content_block_delta' ? delta.text : ''));
        },
      });
    },
  },
  {
    id: 'ai',
    name: 'AI SDK',
    packages: ['ai', '@ai-sdk/openai'],
    isOurs: false,
    retries: true,
    async connect({fetch, key}) {
      const {generateText, streamText} = await load('ai');
      const {createOpenAI} = await load('@ai-sdk/openai');
      const model = createOpenAI({apiKey: key, baseURL: `${ORIGIN}/v1`, fetch}).chat('model-1');
      const request = (prompt: string, {maxTokens = DEFAULT_MAX_TOKENS, signal}: AskOptions): object => ({
        model,
        prompt,
        maxOutputTokens: maxTokens,
        abortSignal: signal,
      });
      return reader({
        ask: async (prompt, options = {}) => (await generateText(request(prompt, options))).text,
        async open(prompt, options = {}) {
          const {stream} = streamText({...request(prompt, options), onError: () => {}});
          return textOf(stream, part => {
            if (part.type === 'error') throw part.error;
            return part.type === 'text-delta' ? part.text : '';
          });
        },
      });
    },
  },
  {
    id: 'steadfetch',
    name: 'steadfetch',
    packages: ['steadfetch'],
    isOurs: true,
    retries: true,
    connect: async options => overFetch(sendWith(steadfetchOf(options), options.key)),
    batch: (options, prompts, atOnce) =>
      batchOf(options, prompts, atOnce, (fetch, key) => overFetch(sendWith(fetch, key))),
  },
  {
    id: 'openai-steadfetch',
    name: 'openai over steadfetch',
    packages: ['openai', 'steadfetch'],
    isOurs: true,
    retries: true,
    connect: options => openaiOver(steadfetchOf(options), options.key, {maxRetries: 0}),
    nested: options => openaiOver(steadfetchOf(options), options.key),
    batch: (options, prompts, atOnce) =>
      batchOf(options, prompts, atOnce, (fetch, key) => openaiOver(fetch, key, {maxRetries: 0})),
  },
];
