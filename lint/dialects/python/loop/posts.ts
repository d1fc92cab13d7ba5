/** A POST that a loop, or a decorated function, may send twice. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode, spanOf} from '../../../source/python/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import type {Retrier} from '../../code/retrier.ts';
import {functionOf} from '../clients/functions.ts';
import {within} from './blocks.ts';
import {verbOf} from './calls.ts';
import type {Failures} from './failures.ts';
import type {Head} from './head.ts';
import {argumentsOf} from './sleeps.ts';
import {areAmbiguous} from './types.ts';

const KEY = /idempotency[-_]?key|x-request-id|dedup|Stripe-Idempotency|client_?token/i;

/** A second request of these does no harm on any server; a GraphQL query cannot be told from a mutation by its path. */
const READS =
  /(?:^|[/:_-])(?:graphql|rpc|jsonrpc|token|login|auth|authenticate|search|query|queries|embed\w*|completions?|(?:de)?tokenize|rerank|translate|predict\w*|infer\w*|classify|generate\w*|chat|invoke|analyze|detect|extract|ocr|transcri\w+|parse|convert|render|validate|verify|check|count|lookup|list|find|filter|aggregate|sql|ask|status|progress|device)$/i;

/** Writes after which failures a loop makes its call again, and which call that is. */
export function readPost(
  retrier: Retrier,
  failures: Failures,
  tested: ReadonlySet<SyntaxNode>,
  head: Head,
  module: PythonModule,
): void {
  const isCaught = failures.caught.some(
    ({classes, handler}) => areAmbiguous(classes, head.body, module) && !tested.has(handler.body),
  );
  const isAnswered = failures.refused.some(each => each.isAmbiguous);
  // Which answers a handler retries is seldom known: those that are tested are.
  const retryOn = [...(isCaught || !isAnswered ? ['network', 'timeout'] : []), ...(isAnswered ? ['5xx'] : [])];
  retrier.set('retryOn', retryOn);
  if (isCaught || isAnswered) setPost(retrier, head.body, module);
}

/** Writes which call is repeated, where the file shows its method and its path, and no key. */
export function setPost(retrier: Retrier, body: SyntaxNode, module: PythonModule): void {
  const post = module.says(KEY) ? undefined : postIn(body, module);
  if (post === undefined) return;
  retrier.set('match.methods', [post.method], post.at);
  if (post.origin !== undefined) retrier.set('match.origin', post.origin);
  retrier.set('match.path', post.path, post.pathAt);
}

interface Post {
  readonly method: string;
  readonly at: Span;
  readonly origin: string | undefined;
  readonly path: string;
  readonly pathAt: Span;
}

/** The first request that may act twice, also of a function of the file that is called. */
export function postIn(body: SyntaxNode, module: PythonModule, isHelper = false): Post | undefined {
  for (const call of within(body)) {
    if (call.name !== 'CallExpression' || call.firstChild === null) continue;
    const helper = isHelper ? undefined : functionOf(call.firstChild, module);
    const post = helper === undefined ? postOf(call, module) : postIn(helper, module, true);
    if (post !== undefined && !READS.test(post.path.replace(/(?:\/\*)+$/, ''))) return post;
  }
  return undefined;
}

function postOf(call: SyntaxNode, module: PythonModule): Post | undefined {
  const word = verbOf(call, module);
  const callee = call.firstChild;
  if (callee === null || word === undefined) return undefined;
  // `urlopen(Request(url, data))`
  const first = argumentsOf(call, module).list[0]?.value;
  const request = word === 'urlopen' && first ? module.callOf(first) : undefined;
  const list = request?.args ?? argumentsOf(call, module).list;
  const positional = list.filter(({name}) => name === undefined);
  const given = (name: string, at: number): SyntaxNode | undefined =>
    (list.find(each => each.name === name) ?? positional[at])?.value;
  const isRequest = word === 'request' || word === 'stream';
  const methodNode = given('method', isRequest ? 0 : 9);
  const known = methodNode && module.constantOf(methodNode)?.value;
  const verb = word === 'urlopen' && given('data', 1) !== undefined ? 'post' : word;
  const method = (methodNode === undefined && !isRequest ? verb : String(known)).toUpperCase();
  const url = given('url', isRequest ? 1 : 0);
  if ((method !== 'POST' && method !== 'PATCH') || url === undefined) return undefined;
  const text = urlOf(url, module);
  const place = text === undefined ? undefined : split(text);
  return (
    place && {
      method,
      at: spanOf(methodNode ?? callee.lastChild ?? callee),
      ...place,
      pathAt: spanOf(url),
    }
  );
}

/** The text of a URL, with `*` for what is put in. */
function urlOf(node: SyntaxNode, module: PythonModule, hops = 0): string | undefined {
  const known = module.constantOf(node)?.value;
  if (typeof known === 'string') return known;
  if (node.name === 'FormatString') {
    let text = '';
    let from = node.from + (/^[a-zA-Z]*(?:"""|'''|"|')/.exec(module.textOf(node))?.[0].length ?? 1);
    for (const part of childrenOf(node).filter(({name}) => name === 'FormatReplacement')) {
      const value = childrenOf(part)[1];
      const inner = value === undefined || hops > 4 ? undefined : urlOf(value, module, hops + 1);
      text += module.text.slice(from, part.from) + (inner ?? '*');
      from = part.to;
    }
    return text + module.text.slice(from, node.to).replace(/(?:"""|'''|"|')$/, '');
  }
  if (node.name === 'BinaryExpression') {
    const [left, sign, right] = childrenOf(node);
    if (left === undefined || right === undefined || sign === undefined || module.textOf(sign) !== '+')
      return undefined;
    return (urlOf(left, module, hops + 1) ?? '*') + (urlOf(right, module, hops + 1) ?? '*');
  }
  const bound = hops < 6 ? module.names.boundTo(node) : undefined;
  return bound && urlOf(bound, module, hops + 1);
}

/** Undefined where nothing of the path is known. */
function split(url: string): {origin: string | undefined; path: string} | undefined {
  const [, scheme, host, rest = ''] = /^(?:(https?):\/\/([^/?#*]+)|\*(?=\/)|(?=\/))?([^?#]*)/.exec(url) ?? [];
  const origin = scheme === undefined ? undefined : URL.parse(`${scheme}://${host}`)?.origin;
  const path = `/${rest.replace(/^\/+/, '').replaceAll(/[^/]*\*[^/]*/g, '*')}`;
  if (!/[a-z]/i.test(path)) return undefined;
  return {origin, path};
}
