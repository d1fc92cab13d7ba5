import type {RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isBroad} from '../analysis/path-effect.ts';
import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {callsOf, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {isSet, isSetHere, type Scope} from '../model/scope.ts';
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
After a timeout, a reset or a 500 the client cannot know whether the server did the work. A GET can be retried; a POST that is
retried may charge a card twice. Only a key that the server deduplicates by makes the second request harmless.

The client is careful: without a key it retries no such call, unless the method is listed in \`idempotentMethods\`. That
declaration is its author's word, and the linter holds it against the path:

- **An error** where the path plainly acts: \`/v1/charges\`, \`/channels/*/messages\`, \`/shop.Orders/CreateOrder\`.
- **Silent** where it asks, or where the service expects duplicates: words such as search, predict or embeddings, gRPC methods that
  begin with Get or List, and the documented paths of model servers (OpenAI, Anthropic, Gemini, Bedrock, SageMaker, Ollama), search
  engines and databases (Elasticsearch, Qdrant, CouchDB), reviews of Kubernetes, methods of Slack that read, Prometheus and OTLP.
- **An info** where the path says neither, and **a warning** where the route is for a whole API or service. Neither has a fix: only
  the author knows what a second request does there.

Triggers without a declaration are judged too, since they do less than they say: an error where the path acts, else a warning. A path of
gRPC (\`/package.Service/Method\`) is a POST, whether the route names the method or not.

The codes of gRPC count as the client classifies them. UNAVAILABLE is retried anyway where the call reached no server, and
RESOURCE_EXHAUSTED where the server says when, so those two are ambiguous only for a method that is declared.
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
            'POST /v1/charges is retried without an idempotency key after 503, when the server may have done the work: money may move twice.',
          at: '3:16',
          marks: '"methods"',
        },
      ],
      fixed:
        '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"], "retryOn": [429]}\n  ]\n}\n',
    },
    {
      name: 'a gRPC method that creates, by codes after which the order may exist',
      text: '{\n  "routes": [\n    {\n      "match": {"path": "/shop.Orders/CreateOrder"},\n      "idempotentMethods": ["POST"],\n      "retryOn": [429, "INTERNAL", "DEADLINE_EXCEEDED"]\n    }\n  ]\n}\n',
      findings: [
        {
          message:
            'POST /shop.Orders/CreateOrder is retried without an idempotency key after INTERNAL or DEADLINE_EXCEEDED, when the server may have done the work: two may be created.',
          at: '4:17',
          marks: '"path"',
        },
      ],
      fixed:
        '{\n  "routes": [\n    {\n      "match": {"path": "/shop.Orders/CreateOrder"},\n      "idempotentMethods": ["POST"],\n      "retryOn": [429]\n    }\n  ]\n}\n',
    },
    {
      name: 'a question that is not declared as one',
      text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/*/_search"}, "retryOn": [429, 503]}\n  ]\n}\n',
      findings: [
        {
          message:
            'POST /*/_search is written to be retried after 503, but will not be: POST is not in idempotentMethods.',
          at: '3:16',
          marks: '"methods"',
          severity: 'warning',
        },
      ],
    },
    {
      name: 'a declaration for a whole API',
      text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/**"}, "idempotentMethods": ["POST"], "retryOn": [429, 503]}\n  ]\n}\n',
      findings: [
        {
          message:
            'POST /v1/** is retried without an idempotency key after 503, when the server may have done the work.',
          at: '3:16',
          marks: '"methods"',
          severity: 'warning',
        },
      ],
    },
    {
      name: 'a declaration that the path neither shows nor contradicts',
      text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v2/recommendations"}, "idempotentMethods": ["POST"], "retryOn": [429, 503]}\n  ]\n}\n',
      findings: [
        {
          message:
            'POST /v2/recommendations is declared harmless to repeat, which its path does not show: it is retried after 503, when the server may have done the work.',
          at: '3:16',
          marks: '"methods"',
          severity: 'info',
        },
      ],
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
      name: 'a search, and a gRPC method that reads',
      text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/*/_search"}, "idempotentMethods": ["POST"]},\n    {"match": {"path": "/shop.Orders/GetOrder"}, "idempotentMethods": ["POST"], "retryOn": ["UNAVAILABLE", "INTERNAL"]}\n  ]\n}\n',
    },
    {
      name: 'a gRPC method that acts, retried where the call reached no server',
      text: '{\n  "routes": [{"match": {"path": "/shop.Orders/CreateOrder"}, "retryOn": ["UNAVAILABLE"]}]\n}\n',
    },
    {
      name: 'only after answers that say nothing was done',
      text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429, "network"]}]\n}\n',
    },
  ],

  fields: ['idempotency', 'idempotentMethods', 'retryOn'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const {policy, match} = scope;
    for (const risk of repeatRisks(scope, 'retryOn')) {
      const triggers = ambiguousTriggers(policy, risk.method, match);
      if (triggers.length === 0) continue;
      yield {
        at: match?.methods === undefined ? 'match.path' : 'match.methods',
        message: formatRisk(callsOf(scope, risk.method), triggers, risk, isBroad(match)),
        severity: risk.severity,
        confidence: risk.confidence,
        related: relatedOf(scope, risk),
        ...remedies(scope, risk),
      };
      return;
    }
  },
});

function formatRisk(call: string, triggers: readonly RetryTrigger[], risk: RepeatRisk, isEverywhere: boolean): string {
  const {method, isRepeated, isDeclared, effect, why} = risk;
  const after = `after ${formatTriggers(triggers)}`;
  const doubt = 'when the server may have done the work';
  if (!isRepeated) {
    const written = `${call} is written to be retried ${after}`;
    return effect === 'harmless'
      ? `${written}, but will not be: ${method} is not in idempotentMethods.`
      : `${written}, ${doubt}, but will be refused without an idempotency key.`;
  }
  if (effect === 'acts' || isEverywhere || !isDeclared)
    return `${call} is retried without an idempotency key ${after}, ${doubt}${effect === 'acts' ? `: ${why}` : ''}.`;
  const reason = why === undefined ? 'which its path does not show' : `but ${why}`;
  return `${call} is declared harmless to repeat, ${reason}: it is retried ${after}, ${doubt}.`;
}

function formatTriggers(triggers: readonly RetryTrigger[]): string {
  const names = triggers
    .slice(0, 3)
    .map(trigger =>
      trigger === 'network' ? 'a network failure' : trigger === 'timeout' ? 'a timeout' : String(trigger),
    );
  const rest = triggers.length - names.length;
  return rest > 0 ? `${names.join(', ')} and ${rest} more` : formatList(names, 'or');
}

function relatedOf(scope: Scope, {method, isDeclared}: RepeatRisk): {at: string; message: string}[] {
  const found = [];
  if (isSet(scope, 'retryOn')) found.push({at: 'retryOn', message: 'What is retried is listed here.'});
  if (isDeclared) found.push({at: 'idempotentMethods', message: `${method} is declared harmless to repeat here.`});
  if (isSetHere(scope, 'idempotency')) found.push({at: 'idempotency', message: 'Keys are decided here.'});
  return found;
}

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function remedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method)]};
  const narrower = withoutAmbiguous(scope) ?? once;
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: narrower, suggestions: [withKey]} : {suggestions: [withKey, narrower]};
}

/** Takes out every trigger that is ambiguous for any method of the route: one fix mends them all. Undefined where none would be left. */
function withoutAmbiguous(scope: Scope): FixDraft | undefined {
  const {policy, match} = scope;
  const entries = new Set(namedNonIdempotent(scope).flatMap(method => ambiguousTriggers(policy, method, match)));
  if (policy.retryOn.every(trigger => entries.has(trigger))) return undefined;
  return {
    title: 'Retry only after answers that say nothing was done',
    changes: [{do: 'drop', path: 'retryOn', entries: [...entries], inScope: true}],
  };
}

const once: FixDraft = {
  title: 'Send it once: set maxAttempts to 1',
  changes: [{do: 'set', path: 'maxAttempts', value: 1, inScope: true}],
};
