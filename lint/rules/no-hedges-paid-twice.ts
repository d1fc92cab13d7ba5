import {formatShare} from '../analysis/format.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {mayRepeat, mayRetry, namedMethods} from '../analysis/retryability.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const hedgesPaidTwice: Rule = defineRule({
  code: 'RL115',
  name: 'no-hedges-paid-twice',
  category: 'safety',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Do not hedge calls that are paid for',
  documentation: () => ({
    why: `
A hedge of a read costs a little load. A hedge of a call to a model is a second generation: both are billed, and one of the answers is thrown away. The slow
calls, which are hedged, are often the long and expensive ones.

Under \`paid\` each hedge counts as a paid attempt. Stream the answer instead, so that its reader sees the beginning early, or send the slow calls to a second
endpoint by \`failover\`.
`,
    sources: [
      {title: 'J. Dean, L. Barroso, The Tail at Scale (2013)', url: 'https://doi.org/10.1145/2408776.2408794'},
      {title: 'Paid calls', url: 'docs/guides/paid-calls.md'},
    ],
    bad: [
      {
        name: 'a chat whose slowest tenth is generated twice',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "hedge": {"quantile": 0.9, "maxLoadRatio": 0.1}\n}\n',
        findings: [
          {
            message:
              'A hedge of a paid call is a second call: up to 10 % of the calls are paid for twice, and one of the answers is thrown away. Remove the hedge.',
            at: '3:3',
            marks: '"hedge"',
          },
        ],
        fixed: '{\n  "extends": ["steadfetch:llm"],\n  "hedge": null\n}\n',
      },
      {
        name: 'a route to a model',
        text: '{\n  "routes": [\n    {\n      "match": {"methods": ["POST"], "path": "/v1/chat/completions"},\n      "idempotentMethods": ["POST"],\n      "hedge": {"delayMs": 3000}\n    }\n  ]\n}\n',
        findings: [
          {
            message:
              'A hedge of a paid call is a second call: up to 5 % of the calls are paid for twice, and one of the answers is thrown away. Remove the hedge.',
            at: '6:7',
            marks: '"hedge"',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {\n      "match": {"methods": ["POST"], "path": "/v1/chat/completions"},\n      "idempotentMethods": ["POST"],\n      "hedge": null\n    }\n  ]\n}\n',
      },
    ],
    good: [
      {
        name: 'hedged reads',
        text: '{\n  "routes": [{"match": {"methods": ["GET"], "path": "/v1/items/*"}, "hedge": {"delayMs": 300}}]\n}\n',
      },
      {
        name: 'one paid attempt, so no hedge is sent',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "paid": {"maxPaidAttempts": 1},\n  "hedge": {"quantile": 0.9}\n}\n',
      },
    ],
  }),

  needs: ['hedge'],
  fields: ['hedge'],
  reads: ['idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'paid'],

  *check(scope): Iterable<Draft> {
    const {hedge, paid} = scope.policy;
    if (hedge === null || hedge.maxLoadRatio === 0 || !mayRetry(scope) || !mayRepeat(scope)) return;
    if (paid === null ? !isModelRoute(scope) : paid.maxPaidAttempts < 2) return;
    if (namedMethods(scope)?.every(method => READS.includes(method))) return;
    const most = Math.min(hedge.maxLoadRatio, 1 - (hedge.quantile ?? 0));
    yield {
      at: 'hedge',
      message: `A hedge of a paid call is a second call: up to ${formatShare(most)} of the calls are paid for twice, and one of the answers is thrown away. Remove the hedge.`,
      fix: {title: 'Remove the hedge', changes: [{do: 'set', path: 'hedge', value: null}]},
    };
  },
});

/** Models generate in answer to a POST. */
const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
