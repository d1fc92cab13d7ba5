import {expect} from 'chai';
import {ANNOUNCEMENTS, meaningOf} from '../../src/decide/stream-events.ts';

const kindOf = (data: unknown, name = ''): string =>
  meaningOf({name, data: typeof data === 'string' || data === null ? data : JSON.stringify(data)}).kind;

/** As the vendors document them; ids shortened. */
const BEFORE_CONTENT: Readonly<Record<string, readonly [data: unknown, name?: string]>> = {
  'a ping of Anthropic': [{type: 'ping'}, 'ping'],
  'a ping without a name': [{type: 'ping'}],
  'a ping whose data is no JSON': ['', 'ping'],
  'a heartbeat': ['42', 'heartbeat'],
  'empty data': [''],
  'message_start of Anthropic': [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        content: [],
        model: 'm1',
        stop_reason: null,
        usage: {input_tokens: 25, output_tokens: 1},
      },
    },
    'message_start',
  ],
  'content_block_start of Anthropic, for text': [
    {type: 'content_block_start', index: 0, content_block: {type: 'text', text: '', citations: null}},
  ],
  'an empty delta of Anthropic': [{type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text: ''}}],
  'the role of OpenAI': [
    {
      object: 'chat.completion.chunk',
      choices: [
        {
          index: 0,
          delta: {role: 'assistant', content: '', refusal: null, tool_calls: []},
          logprobs: null,
          finish_reason: null,
        },
      ],
      usage: null,
      obfuscation: 'x7',
    },
  ],
  'the filter results of Azure': [{choices: [], prompt_filter_results: [{prompt_index: 0}], object: ''}],
  'an empty chunk of DeepSeek': [
    {choices: [{index: 0, delta: {role: 'assistant', content: null, reasoning_content: ''}}]},
  ],
  'an empty completion': [{choices: [{index: 0, text: '', finish_reason: null}]}],
  'response.created of OpenAI': [{type: 'response.created', response: {id: 'r', status: 'in_progress', output: []}}],
  'response.queued of OpenAI': [
    {type: 'response.queued', response: {id: 'r', status: 'queued', error: null, output: []}},
  ],
  'response.in_progress of OpenAI, named by its event field': [{response: {output: []}}, 'response.in_progress'],
  'a message item of OpenAI': [
    {
      type: 'response.output_item.added',
      item: {id: 'i', type: 'message', status: 'in_progress', role: 'assistant', content: []},
    },
  ],
  'a text part of OpenAI': [
    {type: 'response.content_part.added', part: {type: 'output_text', text: '', annotations: [], logprobs: []}},
  ],
  'an empty text of OpenAI': [{type: 'response.output_text.delta', delta: ''}],
  'keepalive of OpenAI': [{type: 'keepalive', sequence_number: 3}],
  'no candidates of Gemini': [{candidates: [], usageMetadata: {promptTokenCount: 4}, modelVersion: 'g'}],
  'usage alone of Gemini': [{usageMetadata: {promptTokenCount: 4}, modelVersion: 'g', responseId: 'r'}],
  'an empty candidate of Gemini': [{candidates: [{index: 0, content: {role: 'model', parts: [{text: ''}]}}]}],
  'message-start of Cohere': [
    {type: 'message-start', id: 'm', delta: {message: {role: 'assistant', content: [], tool_plan: '', tool_calls: []}}},
  ],
  'content-start of Cohere': [{type: 'content-start', index: 0, delta: {message: {content: {type: 'text', text: ''}}}}],
};

const CONTENT: Readonly<Record<string, readonly [data: unknown, name?: string]>> = {
  'the end of OpenAI': ['[DONE]'],
  'data that is no JSON': ['hello'],
  'JSON that is no object': ['[1]'],
  'broken JSON': ['{"choices": ['],
  'an event larger than the limit': [null],
  'an unknown type': [{type: 'something.new'}],
  'an object of an unknown shape': [{answer: ''}],
  'text of Anthropic': [{type: 'content_block_delta', delta: {type: 'text_delta', text: 'H'}}],
  'a tool of Anthropic': [
    {type: 'content_block_start', content_block: {type: 'tool_use', id: 't', name: 'f', input: {}}},
  ],
  'thinking of Anthropic, begun': [{type: 'content_block_start', content_block: {type: 'thinking', thinking: ''}}],
  'the end of a message of Anthropic': [{type: 'message_delta', delta: {stop_reason: 'refusal'}}],
  'text of OpenAI': [{choices: [{index: 0, delta: {content: 'H'}, finish_reason: null}]}],
  'white space of OpenAI': [{choices: [{index: 0, delta: {content: ' '}, finish_reason: null}]}],
  'a refusal of OpenAI': [{choices: [{index: 0, delta: {role: 'assistant', refusal: 'I'}}]}],
  'reasoning of DeepSeek': [{choices: [{index: 0, delta: {content: null, reasoning_content: 'Hm'}}]}],
  'a tool call of OpenAI': [
    {choices: [{index: 0, delta: {tool_calls: [{index: 0, id: 'c', function: {name: 'f', arguments: ''}}]}}]},
  ],
  'audio of OpenAI': [{choices: [{index: 0, delta: {audio: {id: 'a', data: 'AAAA'}}}]}],
  'the reason of an end of OpenAI': [{choices: [{index: 0, delta: {}, finish_reason: 'content_filter'}]}],
  'a second choice of OpenAI': [
    {
      choices: [
        {index: 0, delta: {content: ''}},
        {index: 1, delta: {content: 'x'}},
      ],
    },
  ],
  'reasoning of OpenAI, begun': [{type: 'response.output_item.added', item: {id: 'i', type: 'reasoning', summary: []}}],
  'a function call of OpenAI': [
    {type: 'response.output_item.added', item: {id: 'i', type: 'function_call', name: 'f', arguments: ''}},
  ],
  'a refusal part of OpenAI': [{type: 'response.content_part.added', part: {type: 'refusal', refusal: ''}}],
  'an image of OpenAI': [{type: 'response.image_generation_call.partial_image', partial_image_b64: 'AAAA'}],
  'a response of OpenAI that has output': [{type: 'response.created', response: {output: [{type: 'message'}]}}],
  'response.incomplete of OpenAI': [{type: 'response.incomplete', response: {output: []}}],
  'text of Gemini': [{candidates: [{content: {parts: [{text: 'H'}], role: 'model'}}]}],
  'a blocked prompt of Gemini': [{promptFeedback: {blockReason: 'SAFETY'}, usageMetadata: {}}],
  'the reason of an end of Gemini': [{candidates: [{finishReason: 'MAX_TOKENS', index: 0}]}],
  'a message of MCP': [{jsonrpc: '2.0', id: 1, result: {}}, 'message'],
  'an object deeper than any chunk': [`{"choices":${'['.repeat(5000)}${']'.repeat(5000)}}`],
};

const ERRORS: Readonly<Record<string, readonly [data: unknown, name?: string]>> = {
  Anthropic: [{type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}}, 'error'],
  'OpenAI, chat': [{error: {message: 'm', type: 'server_error', param: null, code: null}}],
  'OpenAI, responses': [{type: 'error', code: 'rate_limit_exceeded', message: 'm', param: null, sequence_number: 1}],
  Gemini: [{error: {code: 503, message: 'm', status: 'UNAVAILABLE'}}],
  OpenRouter: [{error: {code: 502, message: 'm'}, choices: [{index: 0, delta: {content: ''}, finish_reason: 'error'}]}],
  TGI: [{error: 'Model is overloaded', error_type: 'overloaded'}, 'error'],
  'vLLM before 0.9': [{object: 'error', message: 'm', type: 'InternalServerError', code: 500}],
};

describe('meaningOf', () => {
  for (const [title, [data, name]] of Object.entries(BEFORE_CONTENT))
    it(`finds no content in ${title}`, () => expect(kindOf(data, name)).to.equal('nothing'));
  for (const [title, [data, name]] of Object.entries(CONTENT))
    it(`finds content in ${title}`, () => expect(kindOf(data, name)).to.equal('content'));
  for (const [title, [data, name]] of Object.entries(ERRORS))
    it(`finds the error of ${title}`, () =>
      expect(meaningOf({name: name ?? '', data: JSON.stringify(data)})).to.deep.equal({kind: 'error', body: data}));

  it('finds the error of a response that failed inside of the response', () => {
    const response = {status: 'failed', error: {code: 'server_error', message: 'm'}, output: []};
    const data = JSON.stringify({type: 'response.failed', response});
    expect(meaningOf({name: 'response.failed', data})).to.deep.equal({kind: 'error', body: response});
  });

  it('finds no error in a chunk whose error is null', () => {
    expect(kindOf({choices: [{index: 0, delta: {content: ''}}], error: null})).to.equal('nothing');
  });
});

describe('ANNOUNCEMENTS', () => {
  it('has a case of this suite for each row', () => {
    const events = Object.values(BEFORE_CONTENT).map(([data, name]) => ({...Object(data), name}));
    expect(ANNOUNCEMENTS).not.to.be.empty;
    for (const {event} of ANNOUNCEMENTS) {
      const isTried = events.some(each =>
        'type' in event ? (each.type ?? each.name) === event.type : Object.hasOwn(each, event.field),
      );
      expect(isTried, JSON.stringify(event)).to.equal(true);
    }
  });
});
