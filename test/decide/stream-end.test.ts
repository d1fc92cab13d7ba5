/** The end marks of models' streams: which format has which, and where a mark is found. */
import {expect} from 'chai';
import {EndMarkSearch, endMarkOf} from '../../src/decide/stream-end.ts';

const chat = (choice: object, more: object = {}): object => ({...more, choices: [choice]});
const delta = {index: 0, delta: {content: 'Hi'}};

describe('endMarkOf', () => {
  for (const [title, event, mark] of [
    ['a chunk of OpenAI', chat({...delta, finish_reason: null}), 'finish_reason or [DONE]'],
    [
      'a chunk that leaves out what is null, as Gemini and LocalAI write it',
      chat(delta, {object: 'chat.completion.chunk'}),
      'finish_reason or [DONE]',
    ],
    ['a chunk of vLLM', chat({...delta, finish_reason: null, stop_reason: null}), 'finish_reason or [DONE]'],
    ['a chunk of text', chat({index: 0, text: 'Hi', finish_reason: null}), 'finish_reason or [DONE]'],
    [
      'a chunk of text without null reasons',
      chat({index: 0, text: 'Hi'}, {object: 'text_completion'}),
      'finish_reason or [DONE]',
    ],
    ['choices of a server that writes no reasons', chat(delta), undefined],
    ['the filter results of Azure', {choices: [], object: '', prompt_filter_results: []}, undefined],
    ['response.created', {type: 'response.created', response: {id: 'r'}}, 'response.completed'],
    ['message_start of Anthropic', {type: 'message_start', message: {stop_reason: null}}, 'message_stop'],
    ['message_start of vLLM', {type: 'message_start', message: {id: 'm', content: [], model: 'm'}}, 'message_stop'],
    ['message_start of another protocol', {type: 'message_start', message: {text: ''}}, undefined],
    ['a candidate of Gemini', {candidates: [{content: {parts: [{text: 'Hi'}]}}]}, 'finishReason'],
    ['candidates of a search', {candidates: [{content: 'Hi', score: 1}]}, undefined],
    ['message-start of Cohere', {type: 'message-start', delta: {message: {role: 'assistant'}}}, 'message-end'],
    ['names that a model writes', {text: '"finish_reason", "stop_reason", "response.created"'}, undefined],
    ['an event of another kind', {type: 'thread.created'}, undefined],
  ] as const)
    it(`${mark === undefined ? 'knows none for' : `is ${mark} for`} ${title}`, () =>
      expect(endMarkOf(JSON.stringify(event))).to.equal(mark));
});

/** Gemini writes arguments as an object, the others as a string. */
const functionCall = (args: object): object => ({content: {parts: [{functionCall: {name: 'f', args}}], role: 'model'}});

const ENDS: Readonly<Record<string, string>> = {
  '[DONE]': 'data: [DONE]\n\n',
  '[DONE] without a space, after CRLF': 'data: {}\r\n\r\ndata:[DONE]\r\n\r\n',
  'finish_reason of OpenAI': 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
  'finish_reason of the second choice':
    'data: {"choices":[{"delta":{},"finish_reason":null},{"delta":{},"finish_reason": "length"}]}\n\n',
  'finish_reason of a usage chunk before the end':
    'data: {"choices":[{"finish_reason":"tool_calls"}]}\n\ndata: {"choices":[],"usage":{"total_tokens":3}}\n\n',
  'response.completed': 'data: {"type":"response.completed","response":{"error":null}}\n\n',
  'response.incomplete': 'data: {"type": "response.incomplete"}\n\n',
  'response.failed': 'data: {"type":"response.failed","response":{"error":null}}\n\n',
  'an error of the Responses API': 'data: {"type":"error","code":"server_error"}\n\n',
  'an error of OpenAI': 'data: {"error":{"message":"Overloaded"}}\n\n',
  'an error in a string': 'data: {"error": "overloaded"}\n\n',
  'an error of vLLM': 'data: {"object":"error","message":"no"}\n\n',
  message_stop: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  'stop_reason of Anthropic': 'data: {"type":"message_delta","delta":{"stop_reason":"refusal"}}\n\n',
  'finishReason of Gemini': 'data: {"candidates":[{"content":{},"finishReason": "STOP"}]}\n\n',
  'finishReason as a number': 'data: {"candidates":[{"finishReason":1}]}\n\n',
  'finishReason of Gemini, after a function whose arguments have one': `data: ${JSON.stringify({candidates: [{...functionCall({finishReason: 'no', text: '"}]}[{'}), finishReason: 'STOP'}]})}\n\n`,
  'finishReason in a response inside another': 'data: {"response": {"candidates":[{"finishReason":"STOP"}]}}\n\n',
  'blockReason of Gemini': 'data: {"promptFeedback":{"blockReason":"SAFETY"}}\n\n',
  'message-end of Cohere': 'event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"COMPLETE"}}\n\n',
};

const NO_ENDS: Readonly<Record<string, string>> = {
  'a null reason': 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":null}],"error":null}\n\n',
  'an empty reason': 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":""}]}\n\n',
  'marks that a model writes': `data: ${JSON.stringify({content: 'data: [DONE]\ndata: [DONE] {"finish_reason":"stop","error":{"type":"error"}}'})}\n\n`,
  'arguments of a tool in a string': `data: ${JSON.stringify({arguments: JSON.stringify({stop_reason: 'x', type: 'message_stop'})})}\n\n`,
  'arguments of a function of Gemini': `data: ${JSON.stringify({
    candidates: [functionCall({finishReason: 'STOP', a: ['"}]'], error: {type: 'error'}, list: [{blockReason: 'x'}]})],
  })}\n\n`,
  'arguments of a function of Gemini, after an event of many lines': `data: {\ndata: }\n\ndata: ${JSON.stringify({candidates: [functionCall({finishReason: 'STOP'})]})}\n\n`,
  'the end of a part': 'data: {"type":"response.output_text.done"}\n\ndata: {"type":"content_block_stop"}\n\n',
  'message_start of Anthropic': 'data: {"type":"message_start","message":{"type":"message","stop_reason":null}}\n\n',
};

function isFound(chunks: readonly Uint8Array[]): boolean {
  const search = new EndMarkSearch();
  for (const chunk of chunks) search.read(chunk);
  return search.hasFound();
}

describe('EndMarkSearch', () => {
  const cuts: Readonly<Record<string, (all: string) => Uint8Array[]>> = {
    'in one chunk': all => [Buffer.from(all)],
    'byte by byte': all => Array.from(Buffer.from(all), byte => Uint8Array.of(byte)),
    'in halves, among other text': all => {
      const bytes = Buffer.from(all);
      const [first, second] = [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
      return [Buffer.from(`: ${'日本'.repeat(500)}\n\n`), first, second, Buffer.from(': ping\n\n'.repeat(100))];
    },
  };
  for (const [how, cut] of Object.entries(cuts)) {
    for (const [title, all] of Object.entries(ENDS))
      it(`finds ${title}, ${how}`, () => expect(isFound(cut(all))).to.equal(true));
    for (const [title, all] of Object.entries(NO_ENDS))
      it(`takes ${title} for no end, ${how}`, () => expect(isFound(cut(all))).to.equal(false));
  }
});
