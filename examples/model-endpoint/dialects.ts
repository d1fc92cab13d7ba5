/**
 * The requests, answers, streams and errors of four model APIs: OpenAI's chat completions and responses, Anthropic's messages, Gemini's
 * generateContent. Only the fields that clients read.
 */

export interface Asked {
  /** Text of the last message. */
  readonly prompt: string;
  readonly maxTokens: number;
  readonly isStreamed: boolean;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One server-sent event. `data` is sent as JSON; a string is sent unchanged. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** The parts of a streamed answer. `head` and `tail` have no content. */
export interface StreamParts {
  readonly head: readonly StreamEvent[];
  content(text: string): StreamEvent;
  readonly tail: readonly StreamEvent[];
}

export type ErrorKind = 'rate_limit' | 'overloaded';

export interface Dialect {
  readonly name: 'chat' | 'responses' | 'messages' | 'gemini';
  readonly path: RegExp;
  read(body: Body, path: string): Asked;
  answer(text: string, usage: Usage): unknown;
  stream(usage: Usage): StreamParts;
  /** The body of a refusal, which is also the data of an error inside a stream. */
  error(kind: ErrorKind, message: string): unknown;
  /** The event of an error inside a stream. */
  readonly errorEvent?: string;
  /** Sent while there is nothing else to send, so that no proxy closes the connection. Ends with an empty line. */
  readonly ping: string;
}

/** A request of any dialect, parsed. */
export interface Body {
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly max_output_tokens?: number;
  readonly generationConfig?: {readonly maxOutputTokens?: number};
  readonly stream?: boolean;
  readonly messages?: readonly {readonly content: Content}[];
  readonly input?: string | readonly {readonly content: Content}[];
  readonly contents?: readonly {readonly parts: readonly {readonly text: string}[]}[];
}

type Content = string | readonly {readonly text?: string}[];

/** The limit of a request without one. */
const DEFAULT_MAX_TOKENS = 16;
const MODEL = 'model-1';

const textOf = (content: Content | undefined): string =>
  typeof content === 'string' ? content : (content ?? []).map(({text = ''}) => text).join('');

const openaiError = (kind: ErrorKind, message: string): unknown =>
  kind === 'rate_limit'
    ? {error: {message, type: 'requests', param: null, code: 'rate_limit_exceeded'}}
    : {error: {message, type: 'server_error', param: null, code: 'overloaded'}};

const chat: Dialect = {
  name: 'chat',
  path: /\/chat\/completions$/,
  read: ({messages, max_tokens, max_completion_tokens, stream}) => ({
    prompt: textOf(messages?.at(-1)?.content),
    maxTokens: max_completion_tokens ?? max_tokens ?? DEFAULT_MAX_TOKENS,
    isStreamed: stream === true,
  }),
  answer: (content, usage) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: MODEL,
    choices: [{index: 0, finish_reason: 'stop', message: {role: 'assistant', content}}],
    usage: chatUsage(usage),
  }),
  stream: usage => ({
    head: [chunk({role: 'assistant', content: ''}, null)],
    content: content => chunk({content}, null),
    tail: [
      chunk({}, 'stop'),
      {
        data: {
          id: 'chatcmpl-1',
          object: 'chat.completion.chunk',
          created: 0,
          model: MODEL,
          choices: [],
          usage: chatUsage(usage),
        },
      },
      {data: '[DONE]'},
    ],
  }),
  error: openaiError,
  ping: ': ping\n\n',
};

const chatUsage = ({inputTokens, outputTokens}: Usage): unknown => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

const chunk = (delta: object, finish_reason: string | null): StreamEvent => ({
  data: {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 0,
    model: MODEL,
    choices: [{index: 0, delta, finish_reason}],
  },
});

const responses: Dialect = {
  name: 'responses',
  path: /\/responses$/,
  read: ({input, max_output_tokens, stream}) => ({
    prompt: typeof input === 'string' ? input : textOf(input?.at(-1)?.content),
    maxTokens: max_output_tokens ?? DEFAULT_MAX_TOKENS,
    isStreamed: stream === true,
  }),
  answer: (text, usage) => responseOf('completed', [messageOf(text)], usage),
  stream: usage => ({
    head: [
      typed({type: 'response.created', response: responseOf('in_progress', [])}),
      typed({type: 'response.output_item.added', output_index: 0, item: {...messageOf(''), content: []}}),
    ],
    content: delta =>
      typed({type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta}),
    tail: [typed({type: 'response.completed', response: responseOf('completed', [messageOf('')], usage)})],
  }),
  error: openaiError,
  errorEvent: 'error',
  ping: ': ping\n\n',
};

const messageOf = (text: string): object => ({
  type: 'message',
  id: 'msg_1',
  status: 'completed',
  role: 'assistant',
  content: [{type: 'output_text', text, annotations: []}],
});

const responseOf = (status: string, output: readonly object[], usage?: Usage): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 0,
  model: MODEL,
  status,
  output,
  usage: usage === undefined ? null : {...tokensOf(usage), total_tokens: usage.inputTokens + usage.outputTokens},
});

const tokensOf = ({inputTokens, outputTokens}: Usage): object => ({
  input_tokens: inputTokens,
  output_tokens: outputTokens,
});

const typed = <T extends {readonly type: string}>(data: T): StreamEvent => ({event: data.type, data});

const messages: Dialect = {
  name: 'messages',
  path: /\/messages$/,
  read: chat.read,
  answer: (text, usage) => ({...anthropicMessage(usage), content: [{type: 'text', text}], stop_reason: 'end_turn'}),
  stream: usage => ({
    head: [
      typed({type: 'message_start', message: anthropicMessage({...usage, outputTokens: 0})}),
      typed({type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}}),
    ],
    content: text => typed({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text}}),
    tail: [
      typed({type: 'content_block_stop', index: 0}),
      typed({type: 'message_delta', delta: {stop_reason: 'end_turn'}, usage: tokensOf(usage)}),
      typed({type: 'message_stop'}),
    ],
  }),
  error: (kind, message) => ({type: 'error', error: {type: `${kind}_error`, message}}),
  errorEvent: 'error',
  ping: 'event: ping\ndata: {"type": "ping"}\n\n',
};

const anthropicMessage = (usage: Usage): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content: [],
  stop_reason: null,
  usage: tokensOf(usage),
});

const gemini: Dialect = {
  name: 'gemini',
  path: /:(?:generateContent|streamGenerateContent)$/,
  read: ({contents, generationConfig}, path) => ({
    prompt: textOf(contents?.at(-1)?.parts),
    maxTokens: generationConfig?.maxOutputTokens ?? DEFAULT_MAX_TOKENS,
    isStreamed: path.endsWith(':streamGenerateContent'),
  }),
  answer: (text, usage) => candidate(text, usage),
  stream: usage => ({head: [], content: text => ({data: candidate(text)}), tail: [{data: candidate('', usage)}]}),
  error: (kind, message) => ({
    error:
      kind === 'rate_limit'
        ? {code: 429, message, status: 'RESOURCE_EXHAUSTED'}
        : {code: 503, message, status: 'UNAVAILABLE'},
  }),
  ping: ': ping\n\n',
};

const candidate = (text: string, usage?: Usage): object => ({
  candidates: [
    {index: 0, content: {role: 'model', parts: [{text}]}, ...(usage === undefined ? {} : {finishReason: 'STOP'})},
  ],
  ...(usage === undefined
    ? {}
    : {
        usageMetadata: {
          promptTokenCount: usage.inputTokens,
          candidatesTokenCount: usage.outputTokens,
          totalTokenCount: usage.inputTokens + usage.outputTokens,
        },
      }),
});

const DIALECTS: readonly Dialect[] = [chat, responses, messages, gemini];

/** @param path The path without the query. */
export const dialectOf = (path: string): Dialect | undefined => DIALECTS.find(dialect => dialect.path.test(path));
