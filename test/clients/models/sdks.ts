/** The SDKs of model vendors: alone, with their own defaults, and over a fetch of steadfetch, with their own retries off. */
import {createOpenAI} from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import {BedrockRuntimeClient, ConverseCommand} from '@aws-sdk/client-bedrock-runtime';
import {GoogleGenAI} from '@google/genai';
import {InferenceClient} from '@huggingface/inference';
import {ChatOpenAI} from '@langchain/openai';
import {Mistral} from '@mistralai/mistralai';
import {HTTPClient} from '@mistralai/mistralai/lib/http.js';
import {Pinecone} from '@pinecone-database/pinecone';
import {FetchHttpHandler} from '@smithy/fetch-http-handler';
import {generateText} from 'ai';
import {CohereClientV2} from 'cohere-ai';
import Groq from 'groq-sdk';
import {Ollama} from 'ollama';
import OpenAI from 'openai';
import Replicate from 'replicate';
import Together from 'together-ai';

export type Fetch = typeof globalThis.fetch;

/** One call: the text that the model answers with. */
export type Ask = (prompt: string, signal?: AbortSignal) => Promise<string>;

export interface Sdk {
  /** @param fetch Undefined: the SDK alone. */
  connect(url: string, fetch: Fetch | undefined): Ask;
  /** What the vendor answers with. */
  answer(text: string): object;
}

const say = (content: string) => [{role: 'user' as const, content}];
const chat = (content: string): object => ({
  id: '1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{index: 0, finish_reason: 'stop', message: {role: 'assistant', content}}],
  usage: {prompt_tokens: 1, completion_tokens: 1, total_tokens: 2},
});
const over = (fetch: Fetch | undefined) => (fetch === undefined ? {} : {fetch, maxRetries: 0});
const textOf = (content: unknown): string => String(content);

export const sdks: Readonly<Record<string, Sdk>> = {
  openai: {
    connect(baseURL, fetch) {
      const client = new OpenAI({apiKey: 'key', baseURL, ...over(fetch)});
      return async (prompt, signal) => {
        const {choices} = await client.chat.completions.create({model: 'm', messages: say(prompt)}, {signal});
        return textOf(choices[0]?.message.content);
      };
    },
    answer: chat,
  },
  '@anthropic-ai/sdk': {
    connect(baseURL, fetch) {
      const client = new Anthropic({apiKey: 'key', baseURL, ...over(fetch)});
      return async (prompt, signal) => {
        const asked = {model: 'm', max_tokens: 16, messages: say(prompt)};
        const {content} = await client.messages.create(asked, {signal});
        return content[0]?.type === 'text' ? content[0].text : '';
      };
    },
    answer: text => ({
      id: '1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{type: 'text', text}],
      stop_reason: 'end_turn',
      usage: {input_tokens: 1, output_tokens: 1},
    }),
  },
  ai: {
    connect(baseURL, fetch) {
      const model = createOpenAI({apiKey: 'key', baseURL, ...(fetch && {fetch})}).chat('m');
      const retries = fetch && {maxRetries: 0};
      return async (prompt, abortSignal) => (await generateText({model, prompt, abortSignal, ...retries})).text;
    },
    answer: chat,
  },
  '@google/genai': {
    connect(baseUrl, fetch) {
      const client = new GoogleGenAI({apiKey: 'key', httpOptions: {baseUrl, ...(fetch && {fetch})}});
      return async (contents, abortSignal) =>
        textOf((await client.models.generateContent({model: 'm', contents, config: {abortSignal}})).text);
    },
    answer: text => ({candidates: [{content: {role: 'model', parts: [{text}]}, finishReason: 'STOP'}]}),
  },
  '@mistralai/mistralai': {
    connect(serverURL, fetch) {
      const httpClient = fetch && {httpClient: new HTTPClient({fetcher: fetch})};
      const client = new Mistral({apiKey: 'key', serverURL, ...httpClient});
      return async (prompt, signal) => {
        const {choices} = await client.chat.complete({model: 'm', messages: say(prompt)}, {fetchOptions: {signal}});
        return textOf(choices[0]?.message?.content);
      };
    },
    answer: chat,
  },
  'cohere-ai': {
    connect(baseUrl, fetch) {
      const client = new CohereClientV2({token: 'key', baseUrl, ...over(fetch)});
      return async (prompt, abortSignal) => {
        const {message} = await client.chat({model: 'm', messages: say(prompt)}, {abortSignal});
        const [first] = message.content ?? [];
        return first?.type === 'text' ? first.text : '';
      };
    },
    answer: text => ({
      id: '1',
      finish_reason: 'COMPLETE',
      message: {role: 'assistant', content: [{type: 'text', text}]},
    }),
  },
  'groq-sdk': {
    connect(baseURL, fetch) {
      const client = new Groq({apiKey: 'key', baseURL, ...over(fetch)});
      return async (prompt, signal) => {
        const {choices} = await client.chat.completions.create({model: 'm', messages: say(prompt)}, {signal});
        return textOf(choices[0]?.message.content);
      };
    },
    answer: chat,
  },
  ollama: {
    connect(host, fetch = globalThis.fetch) {
      // A call takes no signal, so it is given to fetch.
      return async (prompt, signal) => {
        const client = new Ollama({host, fetch: (input, init) => fetch(input, {...init, signal})});
        return (await client.chat({model: 'm', messages: say(prompt)})).message.content;
      };
    },
    answer: content => ({model: 'm', message: {role: 'assistant', content}, done: true}),
  },
  '@langchain/openai': {
    connect(baseURL, fetch) {
      const configuration = {baseURL, ...(fetch && {fetch})};
      const client = new ChatOpenAI({model: 'm', apiKey: 'key', configuration, ...(fetch && {maxRetries: 0})});
      return async (prompt, signal) => (await client.invoke(prompt, {signal})).text;
    },
    answer: chat,
  },
  '@huggingface/inference': {
    connect(endpointUrl, fetch) {
      const client = new InferenceClient('key', {endpointUrl, ...(fetch && {fetch, retry_on_error: false})});
      return async (prompt, signal) => {
        const {choices} = await client.chatCompletion({model: 'm', messages: say(prompt)}, {signal});
        return textOf(choices[0]?.message.content);
      };
    },
    answer: chat,
  },
  replicate: {
    connect(url, fetch) {
      const client = new Replicate({auth: 'key', baseUrl: `${url}/v1`, ...(fetch && {fetch: asResponses(fetch)})});
      return async (prompt, signal) => {
        const {output} = await client.predictions.create({model: 'owner/m', input: {prompt}, wait: true, signal});
        return textOf(output);
      };
    },
    answer: output => ({id: '1', status: 'succeeded', output}),
  },
  'together-ai': {
    connect(baseURL, fetch) {
      const client = new Together({apiKey: 'key', baseURL, ...over(fetch)});
      return async (prompt, signal) => {
        const {choices} = await client.chat.completions.create({model: 'm', messages: say(prompt)}, {signal});
        return textOf(choices[0]?.message?.content);
      };
    },
    answer: chat,
  },
  '@aws-sdk/client-bedrock-runtime': {
    connect(endpoint, fetch) {
      const credentials = {accessKeyId: 'id', secretAccessKey: 'secret'};
      // Its own handler speaks HTTP/2, which the server of the test does not.
      const requestHandler = new FetchHttpHandler(fetch && {customFetch: fetch});
      const retries = fetch && {maxAttempts: 1};
      const client = new BedrockRuntimeClient({
        endpoint,
        region: 'eu-central-1',
        credentials,
        requestHandler,
        ...retries,
      });
      return async (prompt, abortSignal) => {
        const messages = [{role: 'user' as const, content: [{text: prompt}]}];
        const {output} = await client.send(new ConverseCommand({modelId: 'm', messages}), {abortSignal});
        return textOf(output?.message?.content?.[0]?.text);
      };
    },
    answer: text => ({
      output: {message: {role: 'assistant', content: [{text}]}},
      stopReason: 'end_turn',
      usage: {inputTokens: 1, outputTokens: 1, totalTokens: 2},
      metrics: {latencyMs: 1},
    }),
  },
  '@pinecone-database/pinecone': {
    connect(controllerHostUrl, fetch = globalThis.fetch) {
      const retries = fetch === globalThis.fetch ? {} : {maxRetries: 0};
      // A call takes no signal, so it is given to fetch.
      return async (prompt, signal) => {
        const fetchApi: Fetch = (input, init) => fetch(input, {...init, signal});
        const client = new Pinecone({apiKey: 'key', controllerHostUrl, fetchApi, ...retries});
        return (await client.inference.embed({model: 'm', inputs: [prompt], parameters: {input_type: 'query'}})).model;
      };
    },
    answer: model => ({model, vector_type: 'dense', data: [], usage: {total_tokens: 1}}),
  },
};

/** Replicate sends a request whose fetch threw up to five times more, and no option ends that. It throws an error response at once. */
const asResponses =
  (fetch: Fetch): Fetch =>
  (input, init) =>
    fetch(input, init).catch(error => new Response(String(error), {status: 503}));
