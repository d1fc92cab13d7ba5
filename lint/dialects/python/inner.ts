/** Retriers inside of another one: a client that retries by itself in a function that is retried multiplies its requests. */

import type {PythonModule} from '../../source/python/module.ts';
import type {SyntaxNode} from '../../source/python/syntax.ts';
import type {Span} from '../../source/tree.ts';
import type {Retrier} from '../code/retrier.ts';
import {clientsIn} from './clients/calls.ts';
import type {ErrorNames} from './clients/table.ts';
import {endlessIn} from './endless.ts';
import {setPost} from './loop/posts.ts';
import {areAmbiguous} from './loop/types.ts';
import {wordOf} from './network-errors.ts';

/**
 * Writes the client that is used in a body as a layer that retries, and the request in it that has no timeout.
 *
 * @param at     What the finding is shown at.
 * @param errors After which errors the body is tried again: `errorNamesIn` gives them. A client multiplies only what it lets through.
 */
export function setInner(retrier: Retrier, body: SyntaxNode, module: PythonModule, at: Span, errors: ErrorNames): void {
  retrier.endless = endlessIn(body, module);
  // `client.max_retries = 0` may stand anywhere.
  if (module.says(/\.max_retries\s*=[^=]/)) return;
  const known = clientsIn(body, module, errors).flatMap(({maxAttempts, ...rest}) =>
    maxAttempts === undefined || maxAttempts < 2 ? [] : [{...rest, maxAttempts}],
  );
  // One call fails, not all of them at once: the worst is that of one client.
  const [worst] = known.toSorted((a, b) => b.maxAttempts - a.maxAttempts);
  if (worst === undefined) return;
  retrier.set('retryingLayers', [{name: worst.name, maxAttempts: worst.maxAttempts}], at);
  retrier.show('retryingLayers[0]', worst.span);
}

/** Writes the POST in what a library retries, if it is sent again although the server may have acted. */
export function setRepeated(retrier: Retrier, body: SyntaxNode, module: PythonModule, errors: ErrorNames): void {
  const names = typeof errors === 'string' ? undefined : errors.map(wordOf);
  if (errors === 'unknown' || !areAmbiguous(names, body, module)) return;
  retrier.set('retryOn', ['network', 'timeout']);
  setPost(retrier, body, module);
}

/** Both of them. */
export function setDecorated(
  retrier: Retrier,
  body: SyntaxNode,
  module: PythonModule,
  at: Span,
  errors: ErrorNames,
): void {
  setInner(retrier, body, module, at, errors);
  setRepeated(retrier, body, module, errors);
}
