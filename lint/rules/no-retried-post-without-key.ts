import type {RetryTrigger} from '../../src/policy/types.ts';
import {ambiguousTriggers, isKeyed, isReadLike, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {isSet, isSetHere, isSure, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const retriedPostWithoutKey: Rule = defineRule({
  code: 'RL101',
  name: 'no-retried-post-without-key',
  category: 'safety',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Put an idempotency key on every POST and PATCH that is retried',
  why: `
After a timeout, a reset or a 500 nobody knows whether the server did the work. A GET can be sent again; a POST that is sent
again may charge a card twice. Only a key that the server deduplicates by makes the second send harmless.

The client is careful: without a key it refuses to send such a call again, unless the method is listed in
\`idempotentMethods\`. Either way the policy says something else than its author meant, so the linter speaks.

Silent where the method is listed in \`idempotentMethods\` and the path asks rather than does: predict, search, embeddings.
`,
  sources: [
    {title: 'RFC 9110, 9.2.2 Idempotent Methods', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2'},
    {
      title: 'draft-ietf-httpapi-idempotency-key-header',
      url: 'https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/',
    },
  ],
  bad: [
    {
      name: 'a POST route that no key covers',
      text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429, 503]}\n  ]\n}\n',
      findings: [
        {
          message:
            'POST /v1/orders is written to be retried after 503, when the server may have done the work, but will be refused without an idempotency key.',
          at: '3:16',
          marks: '"methods"',
        },
      ],
      fixed: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429]}\n  ]\n}\n',
    },
    {
      name: 'a POST that is declared harmless on a path that is not',
      text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"], "retryOn": [429, 503]}\n  ]\n}\n',
      findings: [
        {
          message:
            'POST /v1/charges will be sent again without an idempotency key after 503, when the server may have done the work.',
          at: '3:16',
          marks: '"methods"',
        },
      ],
      fixed:
        '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"], "retryOn": [429]}\n  ]\n}\n',
    },
  ],
  good: [
    {
      name: 'a key on every POST',
      text: '{\n  "idempotency": {},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}}]\n}\n',
    },
    {
      name: 'a question, declared as one',
      text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/predict/*"}, "idempotentMethods": ["POST"]}]\n}\n',
    },
    {
      name: 'only after answers that say nothing was done',
      text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429, "network"]}]\n}\n',
    },
  ],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope) || !isSure(scope, 'idempotency')) return;
    const {policy, match} = scope;
    for (const method of namedNonIdempotent(scope)) {
      if (isKeyed(policy, method)) continue;
      const triggers = ambiguousTriggers(policy, method);
      if (triggers.length === 0) continue;
      const isDeclared = policy.idempotentMethods.includes(method);
      if (isDeclared && isReadLike(match?.path)) continue;
      yield {
        at: 'match.methods',
        message: sayRisk(`${method} ${match?.path ?? match?.origin ?? 'on every path'}`, triggers, isDeclared),
        related: relatedOf(scope, method, isDeclared),
        fix: withoutAmbiguous(scope),
        suggestions: [withKey(scope, method)],
      };
      return;
    }
  },
});

function sayRisk(call: string, triggers: readonly RetryTrigger[], isDeclared: boolean): string {
  const after = `after ${sayTriggers(triggers)}, when the server may have done the work`;
  return isDeclared
    ? `${call} will be sent again without an idempotency key ${after}.`
    : `${call} is written to be retried ${after}, but will be refused without an idempotency key.`;
}

function sayTriggers(triggers: readonly RetryTrigger[]): string {
  const names = triggers
    .slice(0, 3)
    .map(trigger =>
      trigger === 'network' ? 'a network failure' : trigger === 'timeout' ? 'a timeout' : String(trigger),
    );
  const rest = triggers.length - names.length;
  if (rest > 0) return `${names.join(', ')} and ${rest} more`;
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function relatedOf(scope: Scope, method: string, isDeclared: boolean): {at: string; message: string}[] {
  const found = [];
  if (isSet(scope, 'retryOn')) found.push({at: 'retryOn', message: 'What is retried is listed here.'});
  if (isDeclared) found.push({at: 'idempotentMethods', message: `${method} is declared harmless to repeat here.`});
  if (isSetHere(scope, 'idempotency')) found.push({at: 'idempotency', message: 'Keys are decided here.'});
  return found;
}

/** Takes out every trigger that is ambiguous for any method of the route: one fix mends them all. */
function withoutAmbiguous(scope: Scope): FixDraft {
  const entries = [...new Set(namedNonIdempotent(scope).flatMap(method => ambiguousTriggers(scope.policy, method)))];
  return {
    title: 'Retry only after answers that say nothing was done',
    changes: [{do: 'drop', path: 'retryOn', entries, inScope: true}],
  };
}

function withKey(scope: Scope, method: string): FixDraft {
  const methods = [...new Set([...(scope.policy.idempotency?.methods ?? []), method])];
  return {
    title: `Send an Idempotency-Key with ${method}, if this server deduplicates by it`,
    changes: [{do: 'set', path: 'idempotency', value: {header: 'Idempotency-Key', methods}, inScope: true}],
  };
}
