/** Calls of clients that retry by themselves, inside of what is retried again. */

import type {PythonModule} from '../../../source/python/module.ts';
import {around, childrenOf, type SyntaxNode, spanOf} from '../../../source/python/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import {type Client, clientOf} from './client.ts';
import {functionOf, isAsync, isGenerator, LATER, nodesIn} from './functions.ts';
import {liteLlmCallOf} from './litellm.ts';
import {isSwallowed} from './swallowed.ts';
import {type ErrorNames, letsThrough, moduleClientOf, type Raises} from './table.ts';

export interface ClientCall {
  /** `the OpenAI client`. */
  readonly name: string;
  /** Undefined where it is not known. */
  readonly maxAttempts: number | undefined;
  /** The place where the client is made, or of the call, where no client is. */
  readonly span: Span;
}

/**
 * The calls of such clients in what is retried, and in the functions of the same file that it calls.
 *
 * @param body   A function, or the statements of a loop.
 * @param errors After which errors the body is tried again. A client whose errors are not among them is not repeated.
 */
export function clientsIn(body: SyntaxNode, module: PythonModule, errors: ErrorNames): ClientCall[] {
  if (errors === 'unknown' || !runsWhenCalled(body)) return [];
  const followed = new Set<number>();
  return nodesIn(body, ['CallExpression'], LATER).flatMap(node => {
    const own = requestOf(node, module);
    if (own !== undefined) return reaches(own, node, body, module, errors) ? [own] : [];
    // One function further, and no more.
    const callee = node.firstChild;
    const definition = callee === null ? undefined : functionOf(callee, module);
    if (definition === undefined || definition.from === body.from || followed.has(definition.from)) return [];
    const requests = requestsIn(definition, module);
    if (requests.length === 0 || !runsWhenCalled(definition)) return [];
    if (isRetried(definition, module) && errors !== 'every') return [];
    const reached = requests.flatMap(([each, found]) => {
      if (isSwallowed(node, body, module, errors, found.raises)) return [];
      return reaches(found, each, definition, module, errors) ? [found] : [];
    });
    if (reached.length > 0) followed.add(definition.from);
    return reached;
  });
}

type Requests = readonly (readonly [node: SyntaxNode, request: Request])[];

const KNOWN = new WeakMap<PythonModule, Map<number, Requests>>();
/** The worst of them counts, and a person writes no more. */
const MOST_REQUESTS = 100;

/** The requests in a function, which many retriers may call. */
function requestsIn(definition: SyntaxNode, module: PythonModule): Requests {
  const known = KNOWN.get(module) ?? new Map<number, Requests>();
  KNOWN.set(module, known);
  const before = known.get(definition.from);
  if (before !== undefined) return before;
  const found = nodesIn(definition, ['CallExpression'], LATER).flatMap(node => {
    const request = requestOf(node, module);
    return request === undefined ? [] : [[node, request] as const];
  });
  known.set(definition.from, found.slice(0, MOST_REQUESTS));
  return known.get(definition.from)!;
}

interface Request extends ClientCall {
  readonly raises: readonly Raises[];
  readonly isAsync: boolean;
}

/** Whether the errors of a request come to the retrier. */
function reaches(
  {raises, isAsync: isCoroutine}: Request,
  node: SyntaxNode,
  body: SyntaxNode,
  module: PythonModule,
  errors: ErrorNames,
): boolean {
  // A plain function returns a coroutine, and its caller awaits it.
  const own = around(node, ['FunctionDefinition']);
  if (isCoroutine && own !== undefined && !isAsync(own)) return false;
  return letsThrough(raises, errors) && !isSwallowed(node, body, module, errors, raises);
}

/** A generator runs after the retrier has returned. */
const runsWhenCalled = (body: SyntaxNode): boolean => body.name !== 'FunctionDefinition' || !isGenerator(body);

/** A decorator may retry, and raise errors of its own. */
const isRetried = (definition: SyntaxNode, module: PythonModule): boolean =>
  module.calls.some(({decorates}) => decorates?.from === definition.from);

/** The request of a client that a call is. */
function requestOf(node: SyntaxNode, module: PythonModule): Request | undefined {
  const callee = node.firstChild;
  if (callee === null) return undefined;
  const name = module.names.nameOf(callee);
  const call = module.callOf(node);
  const lite = call && liteLlmCallOf(call, module);
  if (lite !== undefined) return lite;
  const ofModule = name === undefined ? undefined : moduleClientOf(name);
  if (ofModule !== undefined) {
    const isSet = module.says(/\bopenai\.max_retries\s*=/);
    const {name: title, raises, retries} = ofModule;
    return {name: title, raises, maxAttempts: isSet ? undefined : retries + 1, span: spanOf(callee), isAsync: false};
  }
  const path: string[] = [];
  for (let at: SyntaxNode | undefined = callee; at?.name === 'MemberExpression'; [at] = childrenOf(at)) {
    const client = path.length === 0 ? undefined : clientOf(at, module);
    if (client !== undefined) return ofClient(client, path);
    const property = at.lastChild;
    if (property?.name !== 'PropertyName') return undefined;
    path.unshift(module.textOf(property));
    const [object] = childrenOf(at);
    const made = object === undefined || object.name === 'MemberExpression' ? undefined : clientOf(object, module);
    if (made !== undefined) return ofClient(made, path);
  }
  return undefined;
}

function ofClient(client: Client, path: readonly string[]): Request | undefined {
  const words = path.join('.');
  if (!client.calls.test(words)) return undefined;
  const isStream = /^a?stream$/.test(words);
  const {name, raises, maxAttempts, span, isAsync, isLangchain} = (isStream && client.bare) || client;
  return {name, raises, maxAttempts, span, isAsync: isAsync || (isLangchain && words.startsWith('a'))};
}
