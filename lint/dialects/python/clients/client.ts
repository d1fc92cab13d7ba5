/** The client that an expression is. */

import type {Call, PythonModule} from '../../../source/python/module.ts';
import {argumentsIn, childrenOf, type SyntaxNode, spanOf} from '../../../source/python/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import {argumentOf, constructionOf} from './construction.ts';
import {functionOf, returnedBy} from './functions.ts';
import {type SessionRetries, sessionRetriesOf} from './session.ts';
import type {Raises} from './table.ts';

export interface Client {
  /** `the OpenAI client`. */
  readonly name: string;
  readonly raises: readonly Raises[];
  /** The attempts of one call; undefined where they are not known. */
  readonly maxAttempts: number | undefined;
  /** What is below `with_retry`, which does not repeat a stream. */
  readonly bare?: Client;
  /** Calls that send a request, by the path from the client. */
  readonly calls: RegExp;
  readonly isLangchain: boolean;
  readonly isAsync: boolean;
  /** The place where the client is made. */
  readonly span: Span;
}

/** Names, functions and chains may be deep, and may go in a circle. */
const maxDepth = 24;

const KNOWN = new WeakMap<PythonModule, Map<string, Client | undefined>>();

/** @returns Undefined for what is no client that is known to retry. */
export function clientOf(node: SyntaxNode, module: PythonModule, depth = 0): Client | undefined {
  if (depth > maxDepth) return undefined;
  const known = KNOWN.get(module) ?? new Map<string, Client | undefined>();
  KNOWN.set(module, known);
  // Functions that call each other lead to one node by many ways.
  const key = `${node.name} ${node.from} ${node.to}`;
  if (known.has(key)) return known.get(key);
  known.set(key, undefined);
  const client = read(node, module, depth);
  known.set(key, client);
  return client;
}

function read(node: SyntaxNode, module: PythonModule, depth: number): Client | undefined {
  const inner = (child: SyntaxNode | undefined): Client | undefined =>
    child === undefined ? undefined : clientOf(child, module, depth + 1);
  switch (node.name) {
    case 'AwaitExpression':
    case 'ParenthesizedExpression':
      return inner(childrenOf(node).find(({name}) => !['await', '(', ')', 'Comment'].includes(name)));
    case 'VariableName':
    case 'MemberExpression':
      return worstOf(module.names.valuesOf(node) ?? [], inner) ?? imported(node, module, depth);
    case 'BinaryExpression': {
      // A chain of LangChain: `prompt | model | parser`.
      const [left, sign, right] = childrenOf(node);
      if (sign === undefined || module.textOf(sign) !== '|') return undefined;
      const found = [inner(left), inner(right)].find(client => client?.isLangchain);
      return found && {...found, calls: CHAIN_CALLS};
    }
    case 'CallExpression':
      return clientOfCall(node, module, inner);
    default:
      return undefined;
  }
}

/** A client that another module makes is shown where it is used. */
function imported(node: SyntaxNode, module: PythonModule, depth: number): Client | undefined {
  const far = module.farOf(node);
  const client = far && clientOf(far.value, far.module, depth + 1);
  return client && {...client, span: spanOf(node)};
}

const CHAIN_CALLS = /^a?(?:invoke|batch|stream|batch_as_completed)$/;

/** A name that is set so often is seldom a client. */
const MOST_VALUES = 20;

/** All that a name may be bound to have to be clients. The one with the fewest attempts counts, so that nothing is said too much. */
function worstOf(
  values: readonly SyntaxNode[],
  clientIn: (node: SyntaxNode) => Client | undefined,
): Client | undefined {
  if (values.length > MOST_VALUES) return undefined;
  const clients = values.map(clientIn);
  const known = clients.filter(client => client !== undefined);
  const [first] = known;
  if (first === undefined || known.length < clients.length) return undefined;
  return known.reduce(
    (least, client) => ((client.maxAttempts ?? 0) < (least.maxAttempts ?? 0) ? client : least),
    first,
  );
}

function clientOfCall(
  node: SyntaxNode,
  module: PythonModule,
  inner: (child: SyntaxNode | undefined) => Client | undefined,
): Client | undefined {
  const call = module.callOf(node);
  const construction = call && constructionOf(call, module);
  if (construction !== undefined) {
    const {library, retries} = construction;
    const maxAttempts = retries === undefined ? undefined : retries + 1;
    return {
      name: library.name,
      raises: library.raises,
      maxAttempts,
      calls: library.calls,
      isLangchain: library.kind === 'langchain',
      isAsync: /Async/.test(construction.call.name),
      span: construction.call.callee,
    };
  }
  const session = call && sessionRetriesOf(call, module);
  if (session !== undefined) return clientOfSession(session, call!);
  const callee = node.firstChild;
  if (callee === null) return undefined;
  const definition = functionOf(callee, module);
  if (definition !== undefined) return inner(returnedBy(definition));
  if (callee.name !== 'MemberExpression') return undefined;
  const [object] = childrenOf(callee);
  const base = inner(object);
  const method = callee.lastChild;
  return base && method ? clientOfMethod(base, module.textOf(method), node, module) : undefined;
}

/** A client that a method of another one makes. */
function clientOfMethod(base: Client, method: string, node: SyntaxNode, module: PythonModule): Client | undefined {
  const list = node.getChild('ArgList');
  if (list === null) return undefined;
  const {list: args, isOpen} = argumentsIn(list, module.text);
  if (!base.isLangchain) {
    if (method !== 'with_options' && method !== 'copy') return undefined;
    const given = args.find(({name}) => name === 'max_retries');
    if (given === undefined) return isOpen ? {...base, maxAttempts: undefined} : base;
    const value = module.constantOf(given.value)?.value;
    const maxAttempts = typeof value === 'number' && value >= 0 ? value + 1 : undefined;
    return {...base, maxAttempts, span: spanOf(node.firstChild!.lastChild!)};
  }
  if (/^(?:with_structured_output|bind_tools|bind|with_config|with_types|with_listeners|pipe)$/.test(method))
    return {...base, calls: CHAIN_CALLS};
  if (method !== 'with_retry') return undefined;
  const attempts = attemptsOfRunnable({args, isOpen}, module);
  const product = attempts === undefined || base.maxAttempts === undefined ? undefined : attempts * base.maxAttempts;
  return {...base, calls: CHAIN_CALLS, maxAttempts: product, name: `${base.name} and its with_retry`, bare: base};
}

type Given = Pick<Call, 'args' | 'isOpen'>;

/** The attempts of `with_retry(stop_after_attempt=3)`; undefined where they are not known. */
export function attemptsOfRunnable(call: Given, module: PythonModule): number | undefined {
  const given = argumentOf(call, 'stop_after_attempt');
  if (given === undefined) return call.isOpen ? undefined : 3;
  const value = module.constantOf(given.value)?.value;
  return typeof value === 'number' && value >= 1 ? value : undefined;
}

const clientOfSession = ({maxAttempts, methods}: SessionRetries, call: Call): Client => ({
  name: 'the session of requests',
  raises: ['requests'],
  maxAttempts,
  calls: methods,
  isLangchain: false,
  isAsync: false,
  span: call.callee,
});
