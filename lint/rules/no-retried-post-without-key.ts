import type {RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isBroad} from '../analysis/path-effect.ts';
import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {callsOf, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {isSet, isSetByRoute, isSetHere, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const retriedPostWithoutKey: Rule = defineRule({
  code: 'RL101',
  name: 'no-retried-post-without-key',
  category: 'safety',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Send an idempotency key with every POST and PATCH that is retried',
  documentation: () => ({
    why: `
After a timeout, a reset or a 500, the client cannot know whether the server processed the request. A GET can be retried; a retried POST
may charge a card twice. An idempotency key lets the server recognize the second request.

Without a key, the client does not retry such a call, unless \`idempotentMethods\` lists the method. The linter compares that declaration
with the path:

- **An error** where the path writes: \`/v1/charges\`, \`/channels/*/messages\`, \`/shop.Orders/CreateOrder\`.
- **Silent** where the path reads, or where the service expects duplicates: words such as search, predict or embeddings, gRPC methods
  that begin with Get or List, and the documented paths of model servers (OpenAI, Anthropic, Gemini, Bedrock, SageMaker, Ollama), search
  engines and databases (Elasticsearch, Qdrant, CouchDB), reviews of Kubernetes, methods of Slack that read, Prometheus and OTLP.
- **An info** where the path shows neither, and **a warning** where the route covers a whole API or service. Neither has a fix: only the
  author knows what a second request does.

Triggers that the route lists without a declaration are also reported, because the client does not retry on them: an error where the path writes, else a
warning. A gRPC path (\`/package.Service/Method\`) is a POST, whether the route names the method or not.

gRPC codes count as the client classifies them. The client always retries UNAVAILABLE if the call reached no server, and
RESOURCE_EXHAUSTED if the server sends a delay, so these two are ambiguous only for a declared method.
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
        name: 'a POST route without a key',
        text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429, 503]}\n  ]\n}\n',
        findings: [
          {
            message:
              'POST /v1/orders lists 503 in retryOn, but is not retried without an idempotency key, because the server may have processed it. Send a key, or remove the trigger.',
            at: '3:16',
            marks: '"methods"',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429]}\n  ]\n}\n',
      },
      {
        name: 'a POST that is declared idempotent on a path that writes',
        text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"], "retryOn": [429, 503]}\n  ]\n}\n',
        findings: [
          {
            message:
              'POST /v1/charges is retried without an idempotency key after 503, when the server may have processed it: money may move twice. Send a key, or remove the trigger.',
            at: '3:16',
            marks: '"methods"',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"], "retryOn": [429]}\n  ]\n}\n',
      },
      {
        name: 'a gRPC method that creates, with ambiguous codes',
        text: '{\n  "routes": [\n    {\n      "match": {"path": "/shop.Orders/CreateOrder"},\n      "idempotentMethods": ["POST"],\n      "retryOn": [429, "INTERNAL", "DEADLINE_EXCEEDED"]\n    }\n  ]\n}\n',
        findings: [
          {
            message:
              'POST /shop.Orders/CreateOrder is retried without an idempotency key after INTERNAL or DEADLINE_EXCEEDED, when the server may have processed it: two may be created. Send a key, or remove the triggers.',
            at: '4:17',
            marks: '"path"',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {\n      "match": {"path": "/shop.Orders/CreateOrder"},\n      "idempotentMethods": ["POST"],\n      "retryOn": [429]\n    }\n  ]\n}\n',
      },
      {
        name: 'a search that is not declared idempotent',
        text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/*/_search"}, "retryOn": [429, 503]}\n  ]\n}\n',
        findings: [
          {
            message:
              'POST /*/_search lists 503 in retryOn, but is not retried, because POST is not in idempotentMethods. List it there.',
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
              'POST /v1/** is retried without an idempotency key after 503, when the server may have processed it. Send a key, or remove the trigger.',
            at: '3:16',
            marks: '"methods"',
            severity: 'warning',
          },
        ],
      },
      {
        name: 'a declaration that the path does not confirm',
        text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v2/recommendations"}, "idempotentMethods": ["POST"], "retryOn": [429, 503]}\n  ]\n}\n',
        findings: [
          {
            message:
              'POST /v2/recommendations is declared idempotent, which its path does not show. It is retried after 503, when the server may have processed it. Check the declaration.',
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
        name: 'a prediction that is declared idempotent',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/predict/*"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
      {
        name: 'a search, and a gRPC method that reads',
        text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/*/_search"}, "idempotentMethods": ["POST"]},\n    {"match": {"path": "/shop.Orders/GetOrder"}, "idempotentMethods": ["POST"], "retryOn": ["UNAVAILABLE", "INTERNAL"]}\n  ]\n}\n',
      },
      {
        name: 'a gRPC method that writes, retried if the call reached no server',
        text: '{\n  "routes": [{"match": {"path": "/shop.Orders/CreateOrder"}, "retryOn": ["UNAVAILABLE"]}]\n}\n',
      },
      {
        name: 'only after failures where the server did not process the request',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429, "network"]}]\n}\n',
      },
    ],
  }),

  fields: ['idempotency', 'idempotentMethods', 'retryOn'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const {policy, match} = scope;
    for (const risk of repeatRisks(scope, 'retryOn')) {
      if (!risk.isRepeated && !isMeantForRetries(scope, risk)) continue;
      const triggers = ambiguousTriggers(policy, risk.method, match);
      if (triggers.length === 0) continue;
      yield {
        at: match?.methods === undefined ? 'match.path' : 'match.methods',
        message: formatRisk(scope, triggers, risk),
        severity: risk.severity,
        confidence: risk.confidence,
        related: relatedOf(scope, risk),
        ...remedies(scope, risk),
      };
      return;
    }
  },
});

/**
 * Whether the author expects retries that the client does not make. Triggers of the whole policy are no mistake in a route that writes: there the
 * client is safe by itself.
 */
const isMeantForRetries = (scope: Scope, {effect}: RepeatRisk): boolean =>
  effect === 'harmless' ? isSetHere(scope, 'retryOn') : isSetByRoute(scope, 'retryOn');

function formatRisk(scope: Scope, triggers: readonly RetryTrigger[], risk: RepeatRisk): string {
  const {method, isRepeated, isDeclared, effect, why} = risk;
  const call = callsOf(scope, method);
  const named = formatTriggers(triggers);
  const after = `after ${named}, when the server may have processed it`;
  const advice = `Send a key, or remove the ${triggers.length === 1 ? 'trigger' : 'triggers'}.`;
  if (!isRepeated) {
    const listed = `${call} lists ${named.replace(/ or (?=[^ ]*$)/, ' and ')} in retryOn, but is not retried`;
    return effect === 'harmless'
      ? `${listed}, because ${method} is not in idempotentMethods. List it there.`
      : `${listed} without an idempotency key, because the server may have processed it. ${advice}`;
  }
  if (effect === 'acts' || isBroad(scope.match) || !isDeclared)
    return `${call} is retried without an idempotency key ${after}${effect === 'acts' ? `: ${why}` : ''}. ${advice}`;
  const reason = why === undefined ? 'which its path does not show' : `but ${why}`;
  const keyed = scope.policy.idempotency?.methods ?? [];
  const check =
    keyed.length === 0
      ? 'Check the declaration.'
      : `Only ${formatList(keyed)} ${keyed.length === 1 ? 'sends' : 'send'} a key: list ${method} in idempotency.methods, or check the declaration.`;
  return `${call} is declared idempotent, ${reason}. It is retried ${after}. ${check}`;
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
  if (isSet(scope, 'retryOn')) found.push({at: 'retryOn', message: 'The triggers are listed here.'});
  if (isDeclared) found.push({at: 'idempotentMethods', message: `${method} is declared idempotent here.`});
  if (isSetHere(scope, 'idempotency')) found.push({at: 'idempotency', message: 'Idempotency keys are set here.'});
  return found;
}

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function remedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method)]};
  const narrower = withoutAmbiguous(scope) ?? once;
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: narrower, suggestions: [withKey]} : {suggestions: [withKey, narrower]};
}

/** Removes all triggers that are ambiguous for a method of the route. Undefined if no trigger would be left. */
function withoutAmbiguous(scope: Scope): FixDraft | undefined {
  const {policy, match} = scope;
  const entries = new Set(namedNonIdempotent(scope).flatMap(method => ambiguousTriggers(policy, method, match)));
  if (policy.retryOn.every(trigger => entries.has(trigger))) return undefined;
  return {
    title: 'Retry only after failures where the server did not process the request',
    changes: [{do: 'drop', path: 'retryOn', entries: [...entries], inScope: true}],
  };
}

const once: FixDraft = {
  title: 'Set maxAttempts to 1',
  changes: [{do: 'set', path: 'maxAttempts', value: 1, inScope: true}],
};
