/**
 * Clients that retry by themselves although nothing in a file says so. Defaults as read in the packages: openai 6.49.0 and @anthropic-ai/sdk 1.14.0 2 retries
 * and 10 minutes for each attempt; ai 6.0.326 2 retries of a call; @langchain/core 1.4.0 6; got 14.6.6 and ky 1.14.3 2, and never a POST.
 */

import type {JsModule} from '../../source/javascript/module.ts';
import {bare, isFunction, type JsNode, keyOf, nodeIn, spanOf, within} from '../../source/javascript/syntax.ts';
import type {Span} from '../../source/tree.ts';
import {argumentsOf, calleeOf, hasSpread} from './make.ts';
import {Options} from './options.ts';

export interface ClientLibrary {
  /** `the OpenAI client`. */
  readonly name: string;
  /** What it does when nothing is written. */
  readonly retries: number;
  /** The timeout of each attempt, in seconds; undefined for none. */
  readonly timeoutS: number | undefined;
  /** The calls that send a request, by the path from the client. */
  readonly calls: RegExp;
  readonly kind: 'sdk' | 'langchain';
}

const SDK = {
  retries: 2,
  timeoutS: 600,
  calls:
    /^(?:beta\.)?(?:audio|batches|chat|completions|conversations|embeddings|evals|files|fineTuning|images|messages|models|moderations|responses|uploads|vectorStores|videos)\.\w+(?:\.\w+)*$/,
  kind: 'sdk',
} as const;

const CONSTRUCTORS: readonly (readonly [RegExp, ClientLibrary])[] = [
  [/^openai(?:\.(?:OpenAI|AzureOpenAI))?$/, {...SDK, name: 'the OpenAI client'}],
  [
    /^@anthropic-ai\/(?:sdk|bedrock-sdk|vertex-sdk|foundry-sdk)(?:\.Anthropic\w*)?$/,
    {...SDK, name: 'the Anthropic client'},
  ],
  [
    /^@langchain\/(?:openai|anthropic|groq|mistralai|google-\w+|aws|cohere|ollama|deepseek|xai|azure-openai)\.(?:Azure)?Chat\w+$/,
    {
      name: 'the model',
      retries: 6,
      timeoutS: undefined,
      calls: /^(?:invoke|stream|batch|generate)$/,
      kind: 'langchain',
    },
  ],
];

/** The library whose client a `new` makes. */
export function libraryOf(node: JsNode, module: JsModule): ClientLibrary | undefined {
  if (node.type !== 'NewExpression') return undefined;
  const name = module.nameOf(nodeIn(node, 'callee'));
  const found = name === undefined ? undefined : CONSTRUCTORS.find(([pattern]) => pattern.test(name))?.[1];
  return found?.kind === 'langchain' ? {...found, name: `the model ${name?.replace(/^.*\./, '')}`} : found;
}

export interface Client {
  readonly name: string;
  /** The attempts of one call; undefined where they are not known. */
  readonly maxAttempts: number | undefined;
  readonly calls: RegExp;
  readonly kind: 'sdk' | 'langchain';
  /** The place where the client is made. */
  readonly span: Span;
}

const MOST_HOPS = 12;

/** The client that an expression is. Only one that is made in the file is known. */
export function clientOf(node: JsNode | undefined, module: JsModule, hops = 0): Client | undefined {
  const value = module.valueOf(node);
  if (value === undefined || hops > MOST_HOPS) return undefined;
  const library = libraryOf(value, module);
  if (library !== undefined) {
    const options = new Options(argumentsOf(value)[0], module);
    const retries = hasSpread(value) ? undefined : options.number('maxRetries', library.retries);
    const {name, calls, kind} = library;
    return {
      name,
      calls,
      kind,
      maxAttempts: retries === undefined ? undefined : retries + 1,
      span: spanOf(calleeOf(value)),
    };
  }
  if (value.type !== 'CallExpression') return undefined;
  const callee = calleeOf(value);
  const definition = module.functionOf(callee);
  if (definition !== undefined) return clientOf(returnedBy(definition), module, hops + 1);
  const method = keyOf(callee, 'property');
  const base = callee.type === 'MemberExpression' ? clientOf(nodeIn(callee, 'object'), module, hops + 1) : undefined;
  return base && ofMethod(base, method ?? '', value, module);
}

/** A client that a method of another one makes. */
function ofMethod(base: Client, method: string, call: JsNode, module: JsModule): Client | undefined {
  if (base.kind === 'sdk') {
    if (method !== 'withOptions') return undefined;
    const options = new Options(argumentsOf(call)[0], module);
    const retries = options.number('maxRetries', (base.maxAttempts ?? Number.NaN) - 1);
    return {...base, maxAttempts: retries === undefined || Number.isNaN(retries) ? undefined : retries + 1};
  }
  if (/^(?:withStructuredOutput|bindTools|bind|withConfig|pipe)$/.test(method)) return base;
  if (method !== 'withRetry') return undefined;
  const attempts = new Options(argumentsOf(call)[0], module).number('stopAfterAttempt', 3);
  const product = attempts === undefined || base.maxAttempts === undefined ? undefined : attempts * base.maxAttempts;
  return {...base, maxAttempts: product, name: `${base.name} and its withRetry`};
}

/** What a function returns, where it returns in one place only. */
function returnedBy(definition: JsNode): JsNode | undefined {
  const body = nodeIn(definition, 'body');
  if (body?.type !== 'BlockStatement') return body;
  const returned = within(body, isFunction).filter(({type}) => type === 'ReturnStatement');
  return returned.length === 1 ? nodeIn(returned[0], 'argument') : undefined;
}

/** The functions of the AI SDK that call a model, and retry. */
export const AI_CALLS: RegExp =
  /^ai\.(?:generateText|streamText|generateObject|streamObject|embed|embedMany|rerank|generateImage|experimental_generateImage|experimental_transcribe|experimental_generateSpeech)$/;

export interface Request {
  readonly name: string;
  readonly maxAttempts: number | undefined;
  readonly span: Span;
}

/** The request that a call is, of a client that retries it by itself. */
export function requestOf(call: JsNode, module: JsModule): Request | undefined {
  if (call.type !== 'CallExpression') return undefined;
  const callee = calleeOf(call);
  const name = module.nameOf(callee);
  if (name !== undefined && AI_CALLS.test(name)) {
    const options = new Options(argumentsOf(call)[0], module);
    const retries = options.number('maxRetries', 2);
    return {name: 'the AI SDK', maxAttempts: retries === undefined ? undefined : retries + 1, span: spanOf(callee)};
  }
  if (name !== undefined && /^(?:got|ky)(?:\.(?:get|head|put|delete))?$/.test(name))
    return ofHttpClient(call, name, module);
  const path: string[] = [];
  for (let at: JsNode | undefined = callee; at?.type === 'MemberExpression'; at = bare(nodeIn(at, 'object'))) {
    const key = keyOf(at, 'property');
    if (key === undefined) return undefined;
    path.unshift(key);
    const client = clientOf(nodeIn(at, 'object'), module);
    if (client === undefined) continue;
    if (!client.calls.test(path.join('.'))) return undefined;
    const own = new Options(argumentsOf(call)[1], module);
    const retries =
      client.kind === 'sdk' ? own.number('maxRetries', (client.maxAttempts ?? Number.NaN) - 1) : undefined;
    const isOwn = client.kind === 'sdk' && retries !== undefined && !Number.isNaN(retries);
    return {
      name: client.name,
      span: client.span,
      maxAttempts: isOwn ? retries + 1 : client.kind === 'sdk' ? undefined : client.maxAttempts,
    };
  }
  return undefined;
}

function ofHttpClient(call: JsNode, name: string, module: JsModule): Request | undefined {
  const options = new Options(argumentsOf(call)[1], module);
  if (options.isUnknown('method') || options.isUnknown('retry') || hasSpread(call)) return undefined;
  const method = options.get('method');
  const known = method === undefined ? 'GET' : module.constantOf(method)?.value;
  if (typeof known !== 'string' || !/^(?:get|head|put|delete)$/i.test(known)) return undefined;
  const retry = options.get('retry');
  const limit = retry === undefined ? 2 : (module.numberOf(retry) ?? new Options(retry, module).number('limit', 2));
  const library = name.replace(/\..*$/, '');
  return {name: library, maxAttempts: limit === undefined ? undefined : limit + 1, span: spanOf(calleeOf(call))};
}

/** What runs later, or elsewhere, than what is around it. */
const isLater = (node: JsNode, body: JsNode): boolean => isFunction(node) && node !== body;

/** The requests of such clients in what is retried, and in the functions of the same file that it calls. */
export function requestsIn(body: JsNode, module: JsModule): Request[] {
  const found: Request[] = [];
  const calls = callsIn(body);
  for (const call of calls) {
    if (isSwallowed(call, body, module)) continue;
    const own = requestOf(call, module);
    if (own !== undefined) found.push(own);
    // One function further, and no more.
    const definition = own === undefined ? module.functionOf(nodeIn(call, 'callee')) : undefined;
    if (definition === undefined || definition === body) continue;
    for (const inner of callsIn(definition)) {
      const request = isSwallowed(inner, definition, module) ? undefined : requestOf(inner, module);
      if (request !== undefined) found.push(request);
    }
  }
  return found;
}

export const callsIn = (body: JsNode): JsNode[] =>
  within(body, node => isLater(node, body)).filter(({type}) => type === 'CallExpression');

/** Whether a `try` inside of what is retried keeps an error from the retrier. In a loop the outermost one is the retrier. */
function isSwallowed(call: JsNode, body: JsNode, module: JsModule): boolean {
  const tries: JsNode[] = [];
  let inner = call;
  for (let at = module.parentOf(call); at !== undefined && inner !== body; at = module.parentOf(at)) {
    if (at.type === 'TryStatement' && nodeIn(at, 'block') === inner && nodeIn(at, 'handler') !== undefined)
      tries.push(at);
    inner = at;
  }
  if (!isFunction(body)) tries.pop();
  return tries.some(each => {
    const handler = nodeIn(each, 'handler');
    return handler !== undefined && !within(handler, isFunction).some(({type}) => type === 'ThrowStatement');
  });
}
