/** Which calls go over the network, as far as one file shows it. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';
import {functionOf} from '../clients/functions.ts';
import {functionAround, within} from './blocks.ts';
import {parametersOf} from './functions.ts';
import {calleeText, isQuiet, isSleep} from './sleeps.ts';

export interface Tried {
  readonly node: SyntaxNode;
  /** `function`: whatever a decorator or a helper is given. `likely`: its name says so. */
  readonly kind: 'certain' | 'likely' | 'function';
}

const LIBRARIES =
  /^(?:requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|openai|anthropic|litellm|groq|cohere|mistralai|ollama|together|replicate|google\.(?:generativeai|genai|cloud)|vertexai|boto3|botocore|huggingface_hub|langchain(?:_\w+)?|llama_index|stripe|twilio|slack_sdk|tweepy|praw|github|pinecone|voyageai|zhipuai|dashscope|elevenlabs|tavily|firecrawl)\b/;
/** The functions of those libraries that make no request. */
const LOCAL =
  /\.(?:(?:Client)?Session|(?:Client)?Timeout|(?:Async)?(?:Client|OpenAI|Anthropic)|HTTPAdapter|PoolManager|TCPConnector|client|resource|raise_for_status|json|text|read|mount|close|Limits|Retry|configure|quote|urlencode|Request|from_\w+|add_header|\w*(?:Error|Exception|Template|Message|Parser|Prompt|Config|Splitter|Document))$/;

const CHAINS =
  /\.(?:chat\.completions\.parse|responses\.parse|(?:messages|embeddings|responses|completions)\.create|images\.generate|generate_content(?:_async)?|ChatCompletion\.a?create|urlopen)$/;
const VERBS = /^(?:get|post|put|patch|delete|head|options|request|send|stream|fetch|get_json|urlopen)$/;
const REQUESTS = /^(?:requests|httpx|aiohttp|urllib\.request)\b/;
const HTTP_OBJECTS = /(?:session|client|http|requests?|api|conn(?:ection)?|sess|^s)$/i;
const CALLS =
  /^(?:a?invoke|a?generate|a?create|a?complete|completions?|a?chat|predict|embed\w*|send\w*|query|search|request\w*|post|put|patch|get|call|run|ask)$/;
const CALL_OBJECTS =
  /(?:client|llm|model|chain|agent|api|session|http|provider|engine|completion|service|remote|bedrock|openai|claude|gemini)\w*$/i;
const FUNCTIONS =
  /(?:^|_)(?:api|llm|https?|requests?|fetch|download|upload|completions?|chat|embed(?:dings?)?|generate|invoke|predict|scrape|crawl|call|post|gpt|openai|claude|gemini|send)(?:_|$)/i;

/** Files, processes, locks and data bases: no request of a client that others share. */
const ELSEWHERE =
  /(?:subprocess|cursor|cur|db_\w+|conn(?:ection)?|db|database|engine|lock|file|redis|driver|page|browser|queue|socket|sock|ser(?:ial)?)$/i;

const DATABASE =
  /^(?:commit|execute\w*|flush|rollback|refresh|scalars?|fetch(?:one|all|row|val|many)|begin|acquire|ping)$/;

export const KINDS: readonly Tried['kind'][] = ['certain', 'function', 'likely'];

/** The call of a part of a program that may fail over the network: the most certain one. */
export function triedIn(body: SyntaxNode, module: PythonModule): Tried | undefined {
  const found = within(body).flatMap((node): Tried[] => {
    if (node.name !== 'CallExpression' || isSleep(node, module)) return [];
    const kind = kindOf(node, module);
    return kind === undefined ? [] : [{node, kind}];
  });
  if (found.length === 0 || startsProgram(body, module)) return undefined;
  return KINDS.flatMap(kind => found.find(each => each.kind === kind) ?? [])[0];
}

const PROGRAMS = /(?:^|\.)(?:create_subprocess_\w+|Popen)$|^subprocess\.\w+$/;

/** What is called besides is then that program. */
const startsProgram = (body: SyntaxNode, module: PythonModule): boolean =>
  within(body).some(
    node =>
      node.name === 'CallExpression' &&
      node.firstChild !== null &&
      PROGRAMS.test(module.names.nameOf(node.firstChild) ?? calleeText(node, module)),
  );

function kindOf(call: SyntaxNode, module: PythonModule, depth = 0): Tried['kind'] | undefined {
  const {firstChild: callee} = call;
  if (callee === null) return undefined;
  const text = calleeText(call, module);
  const [, object = '', word = text] = /^([\s\S]*)\.(\w+)$/.exec(text) ?? [];
  const name = module.names.nameOf(callee);
  if (verbOf(call, module) !== undefined) return 'certain';
  if (name !== undefined && LIBRARIES.test(name) && !LOCAL.test(name)) return 'certain';
  if (CHAINS.test(text) || text === 'urlopen') return 'certain';
  if (isParameter(callee, module)) return 'function';
  const definition = depth < 1 ? functionOf(callee, module) : undefined;
  if (definition !== undefined) {
    const inner = within(definition).filter(node => node.name === 'CallExpression');
    if (inner.some(node => kindOf(node, module, depth + 1) === 'certain')) return 'certain';
  }
  const last = object.replace(/\(.*\)$/s, '').replace(/^.*\./s, '');
  if (object !== '' && (ELSEWHERE.test(last) || DATABASE.test(word))) return undefined;
  if (object !== '' && CALLS.test(word) && CALL_OBJECTS.test(last)) return 'likely';
  if (isQuiet(call, module)) return undefined;
  if (
    call.parent?.name === 'AwaitExpression' &&
    !/^asyncio\.(?!to_thread|wait_for|gather|get_event_loop)/.test(name ?? text)
  )
    return 'likely';
  return FUNCTIONS.test(word) && !/^(?:log|print)/.test(word) ? 'likely' : undefined;
}

/** The verb of a request of requests, httpx, aiohttp or urllib, whatever the file calls it. Its object may be made elsewhere: a parameter. */
export function verbOf(call: SyntaxNode, module: PythonModule): string | undefined {
  const {firstChild: callee} = call;
  const name = callee ? module.names.nameOf(callee) : undefined;
  const text = calleeText(call, module);
  const [, object = '', word = ''] =
    /^(?:([\s\S]*)\.)?(\w+)$/.exec(name !== undefined && REQUESTS.test(name) ? name : text) ?? [];
  if (callee === null || !VERBS.test(word)) return undefined;
  if (name !== undefined && LIBRARIES.test(name)) return REQUESTS.test(name) ? word : undefined;
  const last = object.replace(/^.*\./s, '');
  if (last === '' || !module.names.modules.some(each => /^(?:requests|httpx|aiohttp)\b/.test(each))) return undefined;
  const type = typeOf(callee, module);
  const isClient =
    type === ''
      ? HTTP_OBJECTS.test(last) && !ELSEWHERE.test(last.replace(/^conn$/, ''))
      : /ClientSession|AsyncClient|httpx|requests|\bClient\b|Session/.test(type);
  return isClient ? word : undefined;
}

/** The annotation of the parameter that a method is called on. */
function typeOf(callee: SyntaxNode, module: PythonModule): string {
  const object = callee.firstChild;
  if (object?.name !== 'VariableName') return '';
  const owner = functionAround(callee);
  const word = module.textOf(object);
  return owner === undefined ? '' : (parametersOf(owner, module).find(({name}) => name === word)?.type ?? '');
}

/** `func(*args)`, where `func` is a parameter of a function around. */
function isParameter(callee: SyntaxNode, module: PythonModule): boolean {
  if (callee.name !== 'VariableName') return false;
  const word = module.textOf(callee);
  for (let owner = functionAround(callee); owner !== undefined; owner = functionAround(owner))
    if (parametersOf(owner, module).some(({name}) => name === word)) return true;
  return false;
}
