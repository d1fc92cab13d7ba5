import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {callsOf, mayRetry} from '../analysis/retryability.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const hedgedPostWithoutKey: Rule = defineRule({
  code: 'RL105',
  name: 'no-hedged-post-without-key',
  category: 'safety',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Hedge only requests that may arrive twice',
  documentation: () => ({
    why: `
A hedge sends a second attempt while the first is still running. Both attempts usually arrive, and the server processes both. That is
harmless for reads, and for writes that the server deduplicates by a key.

The client does not hedge a POST without a key, unless \`idempotentMethods\` lists the method. The severity then depends on the path, as
for RL101: an error where the path writes, silent where it reads, otherwise an info, or a warning where the route covers a whole API. A
hedge for a method that is neither listed nor keyed has no effect: an error where the path writes, else a warning.
`,
    sources: [
      {title: 'J. Dean, L. Barroso, The Tail at Scale (2013)', url: 'https://doi.org/10.1145/2408776.2408794'},
      {
        title: 'gRFC A6, Client Retries: hedged calls have to be safe to execute twice',
        url: 'https://github.com/grpc/proposal/blob/master/A6-client-retries.md#hedging-policy',
      },
    ],
    bad: [
      {
        name: 'a POST route with a hedge of its own',
        text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "hedge": {"delayMs": 200}}\n  ]\n}\n',
        findings: [
          {
            message: 'POST /v1/orders is never hedged without an idempotency key. Send a key, or remove the hedge.',
            at: '3:60',
            marks: '"hedge"',
          },
        ],
        fixed: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "hedge": null}\n  ]\n}\n',
      },
      {
        name: 'a POST that is declared idempotent and inherits the hedge',
        text: '{\n  "hedge": {"quantile": 0.95},\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"]}\n  ]\n}\n',
        findings: [
          {
            message:
              'POST /v1/charges is sent a second time while the first attempt is still running, without an idempotency key: money may move twice. Remove the hedge, or send a key.',
            at: '4:16',
            marks: '"methods"',
          },
        ],
        fixed:
          '{\n  "hedge": {"quantile": 0.95},\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"], "hedge": null}\n  ]\n}\n',
      },
    ],
    good: [
      {
        name: 'reads are hedged',
        text: '{\n  "routes": [{"match": {"methods": ["GET"], "path": "/v1/items/*"}, "hedge": {"quantile": 0.95}}]\n}\n',
      },
      {
        name: 'a POST that reads',
        text: '{\n  "hedge": {"quantile": 0.95},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/search"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
      {
        name: 'a key on the POST',
        text: '{\n  "idempotency": {},\n  "hedge": {"delayMs": 200},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}}]\n}\n',
      },
    ],
  }),

  needs: ['hedge'],
  fields: ['hedge', 'idempotency', 'idempotentMethods'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    if (policy.hedge === null || !mayRetry(scope)) return;
    const [risk] = repeatRisks(scope, 'hedge');
    if (risk === undefined) return;
    const {method, severity, confidence} = risk;
    yield {
      at: mostSpecific(scope, 'hedge', scope.match?.methods === undefined ? 'match.path' : 'match.methods'),
      message: formatRisk(callsOf(scope, method), risk),
      severity,
      confidence,
      related: [{at: 'hedge', message: 'The hedge is set here.'}],
      ...remedies(scope, risk),
    };
  },
});

function formatRisk(call: string, {method, isRepeated, effect, why}: RepeatRisk): string {
  if (isRepeated) {
    const harm = effect === 'acts' && why !== undefined ? why : 'the server may process both';
    return `${call} is sent a second time while the first attempt is still running, without an idempotency key: ${harm}. Remove the hedge, or send a key.`;
  }
  return effect === 'harmless'
    ? `${call} is never hedged, because ${method} is not in idempotentMethods. List it, or remove the hedge.`
    : `${call} is never hedged without an idempotency key. Send a key, or remove the hedge.`;
}

const unhedged: FixDraft = {
  title: 'Remove the hedge here',
  changes: [{do: 'set', path: 'hedge', value: null, inScope: true}],
};

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function remedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method), unhedged]};
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: unhedged, suggestions: [withKey]} : {suggestions: [withKey, unhedged]};
}
