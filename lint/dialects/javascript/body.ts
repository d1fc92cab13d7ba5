/** What a retrier in JavaScript repeats: clients that retry by themselves, requests that never end, and a POST without a key. */

import type {CodeFacts} from '../../shape/code.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {type JsNode, spanOf} from '../../source/javascript/syntax.ts';
import type {Span} from '../../source/tree.ts';
import type {Retrier} from '../code/retrier.ts';
import {callsIn, requestsIn} from './clients.ts';
import {argumentsOf, calleeOf, hasSpread} from './make.ts';
import {Options} from './options.ts';
import {postOf} from './posts.ts';

/**
 * @param body   A function, or a loop.
 * @param at     What a finding about the whole is shown at.
 * @param errors A client multiplies only what the retrier repeats.
 */
export function setBody(retrier: Retrier, body: JsNode, module: JsModule, at: Span, errors: CodeFacts['errors']): void {
  retrier.endless = endlessIn(body, module);
  if (errors !== 'every') return;
  setPost(retrier, body, module);
  const known = requestsIn(body, module).flatMap(({maxAttempts, ...rest}) =>
    maxAttempts === undefined || maxAttempts < 2 ? [] : [{...rest, maxAttempts}],
  );
  // One call fails, not all of them at once: the worst is that of one client.
  const [worst] = known.toSorted((a, b) => b.maxAttempts - a.maxAttempts);
  if (worst === undefined) return;
  retrier.set('retryingLayers', [{name: worst.name, maxAttempts: worst.maxAttempts}], at);
  retrier.show('retryingLayers[0]', worst.span);
}

/** Writes which call is repeated, where the file shows its method and its path, and no key. */
export function setPost(retrier: Retrier, body: JsNode, module: JsModule): void {
  if (module.says(KEY)) return;
  for (const call of callsIn(body)) {
    const post = postOf(call, module);
    if (post === undefined || READS.test(post.path.replace(/(?:\/\*)+$/, ''))) continue;
    retrier.set('match.methods', [post.method], post.at);
    if (post.origin !== undefined) retrier.set('match.origin', post.origin);
    retrier.set('match.path', post.path, post.pathAt);
    return;
  }
}

const KEY = /idempot\w*[-_]?key|x-request-id|dedup|client_?token/i;

/** A second request of these does no harm on any server; a GraphQL query cannot be told from a mutation by its path. */
const READS =
  /(?:^|[/:_-])(?:graphql|rpc|jsonrpc|token|login|auth|authenticate|search|query|queries|embed\w*|completions?|(?:de)?tokenize|rerank|translate|predict\w*|infer\w*|classify|generate\w*|chat|invoke|analyze|detect|extract|ocr|transcri\w+|parse|convert|render|validate|verify|check|count|lookup|list|find|filter|aggregate|sql|ask)$/i;

/** axios waits for an answer as long as it takes, where no timeout is set (1.21.1: `timeout: 0`). */
function endlessIn(body: JsNode, module: JsModule): Span | undefined {
  if (!module.says(/\baxios\b/) || module.says(/\.defaults\.timeout|AbortSignal|AbortController|CancelToken/))
    return undefined;
  return callsIn(body)
    .filter(call => isEndless(call, module))
    .map(call => spanOf(calleeOf(call)))[0];
}

function isEndless(call: JsNode, module: JsModule): boolean {
  const name = module.nameOf(calleeOf(call)) ?? '';
  const found = /^axios(?:\.(get|delete|head|options|post|put|patch|request))?$/.exec(name);
  if (found === null || hasSpread(call)) return false;
  const given = argumentsOf(call);
  const index = /^(?:post|put|patch)$/.test(found[1] ?? '')
    ? 2
    : found[1] === 'request'
      ? 0
      : found[1] === undefined
        ? given.length - 1
        : 1;
  const options = new Options(given[index], module);
  const isUrl = options.object === undefined && index === 0 && typeof module.constantOf(given[0])?.value === 'string';
  if (!isUrl && (options.isUnknown('timeout') || options.has('timeout') || options.has('signal'))) return false;
  return true;
}
