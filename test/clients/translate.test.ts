/** The SDK of one vendor, answered by an endpoint with the API of another: the request is rewritten, and the answer turned back. */
import Anthropic from '@anthropic-ai/sdk';
import {expect} from 'chai';
import {answerTo, ModelEndpoint} from '../../examples/model-endpoint/endpoint.ts';
import type {Fault} from '../../examples/model-endpoint/faults.ts';
import {overloaded} from '../../examples/model-endpoint/refusals.ts';
import {type EndpointServer, serve} from '../../examples/model-endpoint/server.ts';
import {SystemClock} from '../../src/core/system-clock.ts';
import {createFetch, type ResilientFetch, reportOf, type Translation} from '../../src/fetch.ts';

interface Chunk {
  readonly choices: readonly {readonly delta: {readonly content?: string}}[];
}

/** Anthropic's messages as OpenAI's chat, and back. */
function translate({text = '{}'}: {readonly text: string | undefined}): Translation {
  const {messages, max_tokens, stream} = JSON.parse(text);
  return {
    path: '/v1/chat/completions',
    headers: {'anthropic-version': null},
    body: JSON.stringify({model: 'model-1', messages, max_tokens, stream}),
    async response(answer) {
      if (!answer.ok) return answer;
      if (stream) return new Response(asMessages(answer.body!), {headers: {'content-type': 'text/event-stream'}});
      const {choices, usage} = await answer.json();
      return Response.json(message([{type: 'text', text: choices[0].message.content}], usage.completion_tokens));
    },
  };
}

const message = (content: readonly object[], output_tokens: number): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-1',
  content,
  stop_reason: 'end_turn',
  usage: {input_tokens: 1, output_tokens},
});

function asMessages(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const event = (type: string, fields: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({type, ...fields})}\n\n`;
  let rest = '';
  const turn = new TransformStream<string, string>({
    start(controller) {
      controller.enqueue(event('message_start', {message: message([], 0)}));
      controller.enqueue(event('content_block_start', {index: 0, content_block: {type: 'text', text: ''}}));
    },
    transform(piece, controller) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop()!;
      for (const line of lines.filter(each => each.startsWith('data: {'))) {
        const text = (JSON.parse(line.slice('data: '.length)) as Chunk).choices[0]?.delta.content;
        if (text) controller.enqueue(event('content_block_delta', {index: 0, delta: {type: 'text_delta', text}}));
      }
    },
    flush(controller) {
      controller.enqueue(event('content_block_stop', {index: 0}));
      controller.enqueue(event('message_delta', {delta: {stop_reason: 'end_turn'}, usage: {output_tokens: 1}}));
      controller.enqueue(event('message_stop', {}));
    },
  });
  return body.pipeThrough(new TextDecoderStream()).pipeThrough(turn).pipeThrough(new TextEncoderStream());
}

describe('the SDK of Anthropic, answered by an endpoint with the API of OpenAI', () => {
  let servers: EndpointServer[] = [];
  let second: ModelEndpoint;
  let fetch: ResilientFetch;
  let client: Anthropic;
  const start = async (fault: Fault): Promise<void> => {
    const clock = new SystemClock();
    second = new ModelEndpoint({clock});
    servers = await Promise.all([serve(new ModelEndpoint({clock, fault: () => fault})), serve(second)]);
    const [eu, us] = servers.map(({origin}) => origin);
    fetch = createFetch(
      {
        extends: ['steadfetch:llm'],
        quota: null,
        endpoints: [
          {name: 'eu', origin: eu!, rank: 1},
          {name: 'us', origin: us!, rank: 2},
        ],
        failover: {sharedKeys: true},
      },
      {
        observer: null,
        translate,
        prepareAttempt({endpoint, headers}) {
          if (endpoint === 'us') headers.set('authorization', 'Bearer key-of-us');
        },
      },
    );
    client = new Anthropic({baseURL: eu!, apiKey: 'key-of-eu', fetch, maxRetries: 0});
  };
  afterEach(() => Promise.all(servers.map(server => server.close())));

  const request = {model: 'claude-1', max_tokens: 16, messages: [{role: 'user' as const, content: 'question 1'}]};

  it('gets a message', async () => {
    await start({kind: 'refused', refusal: overloaded});
    const {data, response} = await client.messages.create(request).withResponse();
    const [block] = data.content;
    expect(block).to.include({type: 'text', text: answerTo('question 1')});
    expect(reportOf(response)).to.include({endpoint: 'us', attempts: 2});
    const {authorization, ...headers} = second.arrivals[0]!.headers;
    expect(authorization).to.equal('Bearer key-of-us');
    expect(headers).to.not.have.any.keys('x-api-key', 'anthropic-version');
  });

  it('gets a stream, after the first endpoint began its own with an overload', async () => {
    await start({kind: 'error event', error: 'overloaded', after: 'head'});
    const stream = client.messages.stream(request);
    const pieces: string[] = [];
    stream.on('text', piece => pieces.push(piece));
    const {content} = await stream.finalMessage();
    expect(content[0]).to.include({text: answerTo('question 1')});
    expect(pieces.length).to.be.above(1);
  });
});
