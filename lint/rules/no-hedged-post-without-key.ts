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
  summary: 'Hedge only what may arrive twice',
  why: `
A hedge sends a second attempt while the first is still running. Where a retry is sent twice after a failure, a hedge is sent twice
although nothing failed: both arrive, and both are worked on. That is harmless for reads, and for writes that the server
deduplicates by a key.

The client hedges no POST without a key, unless the method is listed in \`idempotentMethods\`. That is its author's word, and the path
decides how it is judged, as by RL101: an error where the path plainly acts, silent where it asks, otherwise an info, or a warning where
the route is for a whole API. A hedge without a declaration does nothing: an error where the path acts, else a warning.
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
          message: 'POST /v1/orders is written to be hedged, but will never be without an idempotency key.',
          at: '3:60',
          marks: '"hedge"',
        },
      ],
      fixed: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "hedge": null}\n  ]\n}\n',
    },
    {
      name: 'a POST that is declared harmless, and inherits the hedge',
      text: '{\n  "hedge": {"quantile": 0.95},\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotentMethods": ["POST"]}\n  ]\n}\n',
      findings: [
        {
          message:
            'POST /v1/charges is sent a second time while the first is still running, without an idempotency key: money may move twice.',
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
      name: 'a POST that asks',
      text: '{\n  "hedge": {"quantile": 0.95},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/search"}, "idempotentMethods": ["POST"]}]\n}\n',
    },
    {
      name: 'a key on the POST',
      text: '{\n  "idempotency": {},\n  "hedge": {"delayMs": 200},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}}]\n}\n',
    },
  ],

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
    const harm = effect === 'acts' && why !== undefined ? why : 'both may be acted on';
    return `${call} is sent a second time while the first is still running, without an idempotency key: ${harm}.`;
  }
  return effect === 'harmless'
    ? `${call} is written to be hedged, but will never be: ${method} is not in idempotentMethods.`
    : `${call} is written to be hedged, but will never be without an idempotency key.`;
}

const unhedged: FixDraft = {
  title: 'Do not hedge here',
  changes: [{do: 'set', path: 'hedge', value: null, inScope: true}],
};

/** Only where the path acts is the remedy known: elsewhere the author says whether a second request does harm. */
function remedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method), unhedged]};
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: unhedged, suggestions: [withKey]} : {suggestions: [withKey, unhedged]};
}
