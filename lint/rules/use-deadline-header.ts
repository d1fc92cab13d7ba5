import {formatCount, formatList} from '../analysis/format.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {buildsOn} from '../analysis/presets.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missingDeadlineHeader: Rule = defineRule({
  code: 'RL316',
  name: 'use-deadline-header',
  category: 'latency',
  severity: 'info',
  confidence: 'medium',
  summary: 'Tell the server how much time a call has left',
  documentation: () => ({
    why: `
Between two layers that retry, each timeout leaves work behind: the server computes on for a caller that has left, and the retry adds the same work again.
\`deadlineHeader\` sends the milliseconds that the call has left, anew with every attempt. A server that reads it stops in time, and passes on what is left.

gRPC does this by itself. Vendors of models read no such header.
`,
    sources: [
      {
        title: 'Google SRE Book, Addressing Cascading Failures: deadline propagation',
        url: 'https://sre.google/sre-book/addressing-cascading-failures/',
      },
      {title: 'Timeouts and deadlines', url: 'docs/guides/timeouts-and-deadlines.md'},
    ],
    bad: [
      {
        name: 'a layer in the middle',
        text: '{\n  "deadlineMs": 20000,\n  "attemptTimeoutMs": 8000,\n  "maxAttempts": 2,\n  "retryingLayers": [{"name": "api gateway", "maxAttempts": 2}],\n  "deadlineHeader": null\n}\n',
        findings: [
          {
            message:
              'api gateway retries the call, too, and the server does not learn how much of the 20000 ms is left: it works on for calls that have ended. Set deadlineHeader, if the server reads one.',
            at: '6:3',
            marks: '"deadlineHeader"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'the time is passed on',
        text: '{\n  "deadlineMs": 20000,\n  "attemptTimeoutMs": 8000,\n  "maxAttempts": 2,\n  "retryingLayers": [{"name": "api gateway", "maxAttempts": 2}],\n  "deadlineHeader": "x-request-timeout-ms"\n}\n',
      },
      {
        name: 'a vendor below',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "nested": "yield",\n  "retryingLayers": [{"name": "openai sdk", "maxAttempts": 2}]\n}\n',
      },
    ],
  }),

  needs: ['retryingLayers'],
  fields: ['deadlineHeader', 'retryingLayers'],
  reads: ['deadlineMs', 'match'],

  *check(scope): Iterable<Draft> {
    const {deadlineHeader, deadlineMs, retryingLayers: layers} = scope.policy;
    if (deadlineHeader !== null || deadlineMs === null || layers.length === 0) return;
    if (isGrpcPath(scope.match?.path) || buildsOn(scope, 'steadfetch:llm') || isModelRoute(scope)) return;
    const names = formatList(layers.map(({name}) => name));
    yield {
      at: mostSpecific(scope, 'deadlineHeader', 'retryingLayers'),
      message: `${names} ${layers.length === 1 ? 'retries' : 'retry'} the call, too, and the server does not learn how much of the ${scope.dialect.words.ms(deadlineMs)} is left: it works on for calls that have ended. Set deadlineHeader, if the server reads one.`,
      related: [
        {
          at: 'retryingLayers',
          message: `${formatCount(layers.length, 'other layer')} ${layers.length === 1 ? 'is' : 'are'} listed here.`,
        },
      ],
    };
  },
});
