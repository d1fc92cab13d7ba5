/**
 * Clients that retry by themselves although nothing in a file says so. Defaults, and which calls retry, were measured with openai 3.57,
 * anthropic 2.14, langchain-openai 1.7, langchain-anthropic 1.7, langchain-groq 1.1 and litellm 1.110 against a server that answers 503. They
 * have been the same since the first versions that have these classes, so no version is asked for.
 */

/** Whose errors a client raises. */
export type Raises = 'openai' | 'anthropic' | 'groq' | 'litellm' | 'requests';

export interface Library {
  /** `the OpenAI client`. */
  readonly name: string;
  readonly raises: readonly Raises[];
  /** What it does when nothing is written. */
  readonly retries: number;
  /** The timeout of each attempt, in seconds; undefined for none. */
  readonly timeoutS: number | undefined;
  /** The parameter that takes the retries. */
  readonly retriesBy: string;
  /** The parameters that take the timeout. */
  readonly timeoutBy: readonly string[];
  /** The calls that send a request, by the path from the client: `chat.completions.create`. */
  readonly calls: RegExp;
  readonly kind: 'sdk' | 'langchain' | 'router';
}

const RESOURCES =
  'audio|batches|beta|chat|completions|containers|conversations|embeddings|evals|files|fine_tuning|images|messages|models|moderations|responses|uploads|vector_stores|videos';

/** A resource and a method: `messages.create`. */
const SDK_CALLS = new RegExp(
  `^(?:with_raw_response\\.|with_streaming_response\\.)?(?:${RESOURCES})\\.\\w+(?:\\.\\w+)*$`,
);

const MODEL_CALLS = /^a?(?:invoke|batch|stream|generate|predict|batch_as_completed)$/;

const SDK = {
  retries: 2,
  timeoutS: 600,
  retriesBy: 'max_retries',
  timeoutBy: ['timeout'],
  calls: SDK_CALLS,
  kind: 'sdk',
} as const;

const OPENAI: Library = {...SDK, name: 'the OpenAI client', raises: ['openai']};
const ANTHROPIC: Library = {...SDK, name: 'the Anthropic client', raises: ['anthropic']};

const langchain = (name: string, raises: Raises, timeoutBy: readonly string[]): Library => ({
  ...SDK,
  name: `the model ${name}`,
  raises: [raises],
  // They hand on None, which switches off the timeout of the client below.
  timeoutS: undefined,
  timeoutBy,
  calls: MODEL_CALLS,
  kind: 'langchain',
});

const CHAT_OPENAI = langchain('ChatOpenAI', 'openai', ['timeout', 'request_timeout']);
const CHAT_ANTHROPIC = langchain('ChatAnthropic', 'anthropic', ['timeout', 'default_request_timeout']);
const EMBEDDINGS = {...langchain('OpenAIEmbeddings', 'openai', ['timeout', 'request_timeout']), calls: /^a?embed_\w+$/};

const ROUTER: Library = {
  name: 'the router of LiteLLM',
  raises: ['litellm', 'openai'],
  retries: 2,
  timeoutS: undefined,
  retriesBy: 'num_retries',
  timeoutBy: ['timeout'],
  calls: /^a?(?:completion|embedding|responses)$/,
  kind: 'router',
};

/** `langfuse.openai` has the classes of openai. */
const CONSTRUCTORS: readonly (readonly [RegExp, Library])[] = [
  [/^(?:langfuse\.)?openai\.(?:lib\.azure\.|_client\.)?(?:Async)?(?:Azure)?(?:OpenAI|Client)$/, OPENAI],
  [/^openai\.AsyncClient$/, OPENAI],
  [
    /^anthropic\.(?:lib\.\w+\.)?(?:Async)?(?:Anthropic(?:Bedrock|BedrockMantle|Vertex|Foundry|AWS)?|Client)$/,
    ANTHROPIC,
  ],
  [/^langchain_openai\.(?:chat_models\.)?(?:base\.)?ChatOpenAI$/, CHAT_OPENAI],
  [
    /^langchain_openai\.(?:chat_models\.)?(?:azure\.)?AzureChatOpenAI$/,
    {...CHAT_OPENAI, name: 'the model AzureChatOpenAI'},
  ],
  [/^langchain_anthropic\.(?:chat_models\.)?ChatAnthropic$/, CHAT_ANTHROPIC],
  [/^langchain_groq\.(?:chat_models\.)?ChatGroq$/, langchain('ChatGroq', 'groq', ['timeout', 'request_timeout'])],
  [/^langchain_openai\.(?:embeddings\.)?(?:base\.)?OpenAIEmbeddings$/, EMBEDDINGS],
  [/^langchain_openai\.(?:embeddings\.)?(?:azure\.)?AzureOpenAIEmbeddings$/, EMBEDDINGS],
  [/^litellm\.(?:router\.)?Router$/, ROUTER],
];

/** What a constructor makes, by its full name. */
export const libraryOf = (name: string | undefined): Library | undefined =>
  name === undefined ? undefined : CONSTRUCTORS.find(([pattern]) => pattern.test(name))?.[1];

/** The client of the module itself: `openai.chat.completions.create`. Names of classes are those of openai 0. */
export const moduleClientOf = (name: string): Library | undefined =>
  name.startsWith('openai.') && SDK_CALLS.test(name.slice('openai.'.length)) ? OPENAI : undefined;

/** The model that `init_chat_model` makes, by its name or its provider. */
export function modelBy(provider: string | undefined, model: string | undefined): Library | undefined {
  const prefix = provider ?? /^(openai|anthropic|azure_openai|groq):/.exec(model ?? '')?.[1];
  const name = prefix ?? (model === undefined || model.includes(':') ? '' : model);
  if (/^(?:openai|azure_openai)$|^gpt-|^o[134](?:-|$)/.test(name)) return {...CHAT_OPENAI, name: 'the chat model'};
  if (/^anthropic$|^claude/.test(name)) return {...CHAT_ANTHROPIC, name: 'the chat model'};
  return undefined;
}

/** The errors that are still raised after the retries of a client have failed. Those that no client retries, such as BadRequestError, pass once. */
const AFTER_RETRIES: Readonly<Record<Raises, RegExp>> = {
  openai:
    /^openai\.(?:\w+\.)*(?:OpenAIError|APIError|APIStatusError|APIConnectionError|APITimeoutError|Timeout|RateLimitError|InternalServerError|ConflictError)$/,
  anthropic:
    /^anthropic\.(?:\w+\.)*(?:AnthropicError|APIError|APIStatusError|APIConnectionError|APITimeoutError|RateLimitError|InternalServerError|ServiceUnavailableError|OverloadedError|DeadlineExceededError|ConflictError)$/,
  groq: /^groq\.(?:\w+\.)*(?:GroqError|APIError|APIStatusError|APIConnectionError|APITimeoutError|RateLimitError|InternalServerError)$/,
  litellm:
    /^litellm\.(?:\w+\.)*(?:APIError|APIConnectionError|RateLimitError|Timeout|InternalServerError|ServiceUnavailableError|BadGatewayError)$/,
  requests: /^(?:requests\.(?:\w+\.)*(?:RequestException|ConnectionError|RetryError)|OSError|IOError)$/,
};

/** Which errors a retrier catches: every one, those of these full names, or what the file alone does not say. */
export type ErrorNames = 'every' | 'unknown' | readonly string[];

/** Whether a retrier that catches these repeats a call whose own retries have failed. */
export const letsThrough = (raises: readonly Raises[], errors: ErrorNames): boolean =>
  errors !== 'unknown' &&
  (errors === 'every' || errors.some(name => raises.some(each => AFTER_RETRIES[each].test(name))));
