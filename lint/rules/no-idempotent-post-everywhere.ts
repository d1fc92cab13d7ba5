import {effectOf, isBroad} from '../analysis/path-effect.ts';
import {callsOf, isKeyed, mayRetry, namedMethods} from '../analysis/retryability.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {type Entry, entriesOf} from '../model/entries.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const idempotentPostEverywhere: Rule = defineRule({
  code: 'RL104',
  name: 'no-idempotent-post-everywhere',
  category: 'safety',
  severity: 'warning',
  confidence: 'medium',
  summary: 'List POST in idempotentMethods only on routes where it is idempotent',
  documentation: () => ({
    why: `
A method in \`idempotentMethods\` is retried although the server may have processed the request. That is correct for a POST that reads,
such as an embedding or a search. Listed for every path, POST is also retried on an endpoint that is added next year and charges a card.

List POST in a route that names its path. The finding is an error where a route of the policy has a path that writes, as RL101 decides:
charges, orders, messages.
`,
    sources: [
      {title: 'RFC 9110, 9.2.2 Idempotent Methods', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2'},
      {
        title: 'nginx, proxy_next_upstream: non_idempotent must be set since 1.9.13',
        url: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream',
      },
    ],
    bad: [
      {
        name: 'POST for every path',
        text: '{\n  "idempotentMethods": ["GET", "PUT", "POST"]\n}\n',
        findings: [
          {
            message:
              'POST is declared idempotent on every path, and no idempotency key covers it. List POST only in routes whose path is idempotent.',
            at: '2:39',
            marks: '"POST"',
          },
        ],
      },
      {
        name: 'POST for a whole API',
        text: '{\n  "routes": [{"match": {"path": "/v1/**"}, "idempotentMethods": ["GET", "POST"]}]\n}\n',
        findings: [
          {
            message:
              'POST is declared idempotent on /v1/**, and no idempotency key covers it. List POST only in routes whose path is idempotent.',
            at: '2:73',
            marks: '"POST"',
          },
        ],
      },
      {
        name: 'POST for every path, and one of them sends mail',
        text: '{\n  "idempotentMethods": ["GET", "POST"],\n  "routes": [{"match": {"path": "/v1/mails"}, "deadlineMs": 60000}]\n}\n',
        findings: [
          {
            message:
              'POST /v1/mails is declared idempotent, and no idempotency key covers it: it is retried after a timeout, when the server may have processed it. Remove POST from idempotentMethods.',
            at: '2:32',
            marks: '"POST"',
            severity: 'error',
          },
        ],
      },
    ],
    good: [
      {
        name: 'POST where it reads',
        text: '{\n  "routes": [{"match": {"path": "/v1/embeddings"}, "idempotentMethods": ["GET", "POST"]}]\n}\n',
      },
      {name: 'POST under a key', text: '{\n  "idempotency": {},\n  "idempotentMethods": ["GET", "POST"]\n}\n'},
    ],
  }),

  needs: ['idempotentMethods'],
  fields: [],
  reads: ['idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'retryOn'],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    const declared = scopes.flatMap(scope => declaredOf(scope).map(entry => ({scope, ...entry})));
    // Both loops may report one entry; only the first finding is kept.
    for (const {scope, value, at} of declared.filter(isWrite)) {
      const message = `${callsOf(scope, String(value))} is declared idempotent, and no idempotency key covers it: it is retried after a timeout, when the server may have processed it. Remove POST from idempotentMethods.`;
      yield {scope, at, message, severity: 'error', suggestions: [withoutMethod(value)]};
    }
    for (const {scope, value, at} of declared.filter(({scope}) => isBroad(scope.match))) {
      const message = `${value} is declared idempotent on ${scope.match?.path ?? 'every path'}, and no idempotency key covers it. List ${value} only in routes whose path is idempotent.`;
      yield {scope, at, message, suggestions: [withoutMethod(value)]};
    }
  },
});

/** A declared PATCH may be a merge, which is idempotent. */
const isWrite = ({scope, value}: Entry & {scope: Scope}): boolean =>
  String(value).toUpperCase() === 'POST' && effectOf(scope.match).effect === 'acts';

/** Methods that are declared in a scope that does not name them. If the route names the method, RL101 checks both. */
function declaredOf(scope: Scope): Entry[] {
  const {policy, match} = scope;
  if (!mayRetry(scope) || namedMethods(scope) !== undefined) return [];
  return entriesOf(scope, 'idempotentMethods').filter(({value}) => {
    const method = String(value).toUpperCase();
    const isRisky = (method === 'POST' || method === 'PATCH') && !isKeyed(policy, method);
    return isRisky && ambiguousTriggers(policy, method, match).length > 0;
  });
}

const withoutMethod = (method: unknown) => ({
  title: `Remove ${method}, and list it in the routes where it is idempotent`,
  changes: [{do: 'drop', path: 'idempotentMethods', entries: [method]} as const],
});
