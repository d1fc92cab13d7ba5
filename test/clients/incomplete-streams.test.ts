/** The SDKs of model vendors, over a stream that ends without its end mark, with the preset for models. */

import {createOpenAI} from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import {streamText} from 'ai';
import {expect} from 'chai';
import OpenAI from 'openai';
import {reportOf} from '../../src/core.ts';
import {createFetch} from '../../src/fetch.ts';
import {AT_ONCE} from '../support/policies.ts';
import {type Answer, events, FaultServer} from './fault-server.ts';

type Fetch = typeof globalThis.fetch;

interface Sdk {
  /** Adds the text to `all` as it comes. */
  read(fetch: Fetch, url: string, all: string[]): Promise<unknown>;
  readonly begin: readonly unknown[];
  readonly content: readonly unknown[];
  readonly end: readonly unknown[];
}

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: '1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{index: 0, delta, finish_reason}],
});
const chat = {
  begin: [chunk({role: 'assistant', content: ''})],
  content: [chunk({content: 'Hel'}), chunk({content: 'lo'})],
  end: [chunk({}, 'stop'), '[DONE]'],
};
const response = {id: 'r', object: 'response', created_at: 1, model: 'm', output: [], error: null, usage: null};
const textDelta = (delta: string) => ({
  type: 'response.output_text.delta',
  item_id: 'i',
  output_index: 0,
  content_index: 0,
  delta,
});
const message = {
  id: '1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [],
  stop_reason: null,
  usage: {input_tokens: 1, output_tokens: 0},
};
const blockDelta = (text: string) => ({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text}});
const options = (fetch: Fetch, url: string) => ({apiKey: 'key', baseURL: url, maxRetries: 0, fetch});
const asked = {model: 'm', messages: [{role: 'user' as const, content: 'hi'}]};

const SDKS: Readonly<Record<string, Sdk>> = {
  'openai, chat': {
    ...chat,
    async read(fetch, url, all) {
      const stream = await new OpenAI(options(fetch, `${url}/v1`)).chat.completions.create({...asked, stream: true});
      for await (const {choices} of stream) all.push(choices[0]?.delta.content ?? '');
    },
  },
  'openai, responses': {
    begin: [{type: 'response.created', response}],
    content: [textDelta('Hel'), textDelta('lo')],
    end: [{type: 'response.completed', response}],
    async read(fetch, url, all) {
      const stream = await new OpenAI(options(fetch, `${url}/v1`)).responses.create({
        model: 'm',
        input: 'hi',
        stream: true,
      });
      for await (const event of stream) if (event.type === 'response.output_text.delta') all.push(event.delta);
    },
  },
  anthropic: {
    begin: [
      {type: 'message_start', message},
      {type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}},
    ],
    content: [blockDelta('Hel'), blockDelta('lo')],
    end: [{type: 'content_block_stop', index: 0}, {type: 'message_stop'}],
    async read(fetch, url, all) {
      const stream = await new Anthropic(options(fetch, url)).messages.create({...asked, max_tokens: 9, stream: true});
      for await (const event of stream)
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') all.push(event.delta.text);
    },
  },
  'the AI SDK': {
    ...chat,
    async read(fetch, url, all) {
      const model = createOpenAI({apiKey: 'key', baseURL: `${url}/v1`, fetch}).chat('m');
      for await (const part of streamText({model, prompt: 'hi', maxRetries: 0, onError() {}}).fullStream) {
        if (part.type === 'text-delta') all.push(part.text);
        if (part.type === 'error') throw part.error;
      }
    },
  },
};

for (const [name, {read, begin, content, end}] of Object.entries(SDKS)) {
  describe(`a stream without its end mark, in ${name}`, () => {
    let server: FaultServer;
    before(async () => {
      server = await FaultServer.start();
    });
    after(() => server.close());

    async function seen(fetch: Fetch, ...answers: Answer[]) {
      server.ledger.length = 0;
      server.failNext(...answers);
      const all: string[] = [];
      const error = await read(fetch, server.url, all).then(
        () => null,
        thrown => thrown,
      );
      return {text: all.join(''), error, sent: server.ledger.length};
    }
    const answer = (...parts: readonly (readonly unknown[])[]) => events(parts.flat(), 5);
    const preset = () => createFetch({extends: ['steadfetch:llm'], backoff: AT_ONCE}) as Fetch;

    it('is sent again before its content', async () => {
      expect(await seen(preset(), answer(begin), answer(begin, content, end))).to.deep.equal({
        text: 'Hello',
        error: null,
        sent: 2,
      });
    });

    it('is an error after its content', async () => {
      const {text, error, sent} = await seen(preset(), answer(begin, content));
      expect([text, sent]).to.deep.equal(['Hello', 1]);
      expect((error.code ?? error.cause.code) as string).to.equal('STREAM_INCOMPLETE'); // The AI SDK wraps it.
      expect(reportOf(error)).to.include({result: 'failure', attempts: 1});
    });
  });
}
