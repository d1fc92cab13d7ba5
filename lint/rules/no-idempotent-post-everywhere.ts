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
  summary: 'Declare POST harmless to repeat only on the routes where it is',
  why: `
\`idempotentMethods\` is a promise: what is listed there may be sent twice although the server may have acted. A POST that asks,
an embedding or a search, keeps that promise. Listed for every path, it is also given for the POST that will be added next year,
and that one may charge a card.

So list POST in a route that names its path. An error where a route of the policy has a path that plainly acts, as RL101 judges it: charges,
orders, messages.
`,
  sources: [
    {title: 'RFC 9110, 9.2.2 Idempotent Methods', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2'},
    {
      title: 'nginx, proxy_next_upstream: non_idempotent has to be asked for since 1.9.13',
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
            'POST is declared harmless to repeat on every path, and no idempotency key covers it; what repeats safely is known of a path, not of a method.',
          at: '2:39',
          marks: '"POST"',
        },
      ],
    },
    {
      name: 'POST for all of an API',
      text: '{\n  "routes": [{"match": {"path": "/v1/**"}, "idempotentMethods": ["GET", "POST"]}]\n}\n',
      findings: [
        {
          message:
            'POST is declared harmless to repeat on /v1/**, and no idempotency key covers it; what repeats safely is known of a path, not of a method.',
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
            'POST /v1/mails is declared harmless to repeat, and no idempotency key covers it: it is retried after a timeout, when the server may have done the work.',
          at: '2:32',
          marks: '"POST"',
          severity: 'error',
        },
      ],
    },
  ],
  good: [
    {
      name: 'POST where it asks',
      text: '{\n  "routes": [{"match": {"path": "/v1/embeddings"}, "idempotentMethods": ["GET", "POST"]}]\n}\n',
    },
    {name: 'POST under a key', text: '{\n  "idempotency": {},\n  "idempotentMethods": ["GET", "POST"]\n}\n'},
  ],

  fields: [],
  reads: ['idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'retryOn'],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    const declared = scopes.flatMap(scope => declaredOf(scope).map(entry => ({scope, ...entry})));
    // Both may be about one entry; what is said first about it counts.
    for (const {scope, value, at} of declared.filter(isWrite)) {
      const message = `${callsOf(scope, String(value))} is declared harmless to repeat, and no idempotency key covers it: it is retried after a timeout, when the server may have done the work.`;
      yield {scope, at, message, severity: 'error', suggestions: [withoutMethod(value)]};
    }
    for (const {scope, value, at} of declared.filter(({scope}) => isBroad(scope.match))) {
      const message = `${value} is declared harmless to repeat on ${scope.match?.path ?? 'every path'}, and no idempotency key covers it; what repeats safely is known of a path, not of a method.`;
      yield {scope, at, message, suggestions: [withoutMethod(value)]};
    }
  },
});

/** A declared PATCH may well be a merge, which has the same effect twice. */
const isWrite = ({scope, value}: Entry & {scope: Scope}): boolean =>
  String(value).toUpperCase() === 'POST' && effectOf(scope.match).effect === 'acts';

/** What is declared without its route naming it: where the route names the method, RL101 judges the two together. */
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
  title: `Take ${method} out, and list it in the routes where it repeats safely`,
  changes: [{do: 'drop', path: 'idempotentMethods', entries: [method]} as const],
});
