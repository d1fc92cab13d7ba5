import type {RetryTrigger} from '../../src/policy/types.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {buildsOn} from '../analysis/presets.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unretriedThrottling: Rule = defineRule({
  code: 'RL412',
  name: 'no-unretried-throttling',
  category: 'correctness',
  severity: 'info',
  confidence: 'medium',
  fix: 'unsafe',
  summary: 'Retry 429 where server errors are retried',
  why: `
A list in \`retryOn\` replaces the default, so 429 is gone unless it is written again. It is the safest answer to retry: the server has
not acted, it says so, and often says when to come back. A client that retries a 500, after
which the server may have acted, should retry a 429 all the more. If it fails at once, its caller may repeat the call without the delay
that the server named.

A note where the list is the author’s own choice. A warning under \`steadfetch:llm\` and \`steadfetch:batch\`, which hold all calls
to an origin that throttles and are made for servers that throttle more than they fail.
`,
  sources: [
    {title: 'RFC 6585, 4. 429 Too Many Requests', url: 'https://www.rfc-editor.org/rfc/rfc6585#section-4'},
    {
      title: 'AWS SDKs, Retry behavior: throttling errors are retried',
      url: 'https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html',
    },
    {
      title: 'Google Cloud Storage, Retry strategy: 408, 429 and 5xx',
      url: 'https://cloud.google.com/storage/docs/retry-strategy',
    },
  ],
  bad: [
    {
      name: 'server errors alone',
      text: '{\n  "retryOn": [502, 503, 504, "network"]\n}\n',
      findings: [
        {
          message:
            'A call that is answered with 429 fails at once, although 503 is retried: retryOn does not list 429, so the delay that the server asks for is not waited for.',
          at: '2:3',
          marks: '"retryOn"',
        },
      ],
      fixed: '{\n  "retryOn": [429, 502, 503, 504, "network"]\n}\n',
    },
    {
      name: 'a model endpoint',
      text: '{\n  "extends": ["steadfetch:llm"],\n  "retryOn": ["5xx", "network", "timeout"]\n}\n',
      findings: [
        {
          message:
            'A call that is answered with 429 fails at once, although 5xx is retried: retryOn does not list 429, so the delay that the server asks for is not waited for.',
          at: '3:3',
          marks: '"retryOn"',
          severity: 'warning',
        },
      ],
      fixed: '{\n  "extends": ["steadfetch:llm"],\n  "retryOn": [429, "5xx", "network", "timeout"]\n}\n',
    },
  ],
  good: [
    {name: '429 among them', text: '{\n  "retryOn": [429, 502, 503, 504, "network"]\n}\n'},
    {name: 'failures without an answer alone', text: '{\n  "retryOn": ["network", "timeout"]\n}\n'},
    {name: 'gRPC codes', text: '{\n  "retryOn": ["UNAVAILABLE"]\n}\n'},
  ],

  fields: ['maxAttempts'],
  reads: ['match', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryOn} = scope.policy;
    if (!scope.dialect.capabilities.honoursHint) return;
    // Calls of gRPC are answered with codes.
    if (isGrpcPath(scope.match?.path)) return;
    if (!mayRetry(scope) || !isSetHere(scope, 'retryOn')) return;
    if (THROTTLED.some(trigger => retryOn.includes(trigger))) return;
    const shown = OVERLOADED.find(trigger => retryOn.includes(trigger)) ?? retryOn.find(isServerError);
    if (shown === undefined) return;
    yield {
      at: 'retryOn',
      message: `A call that is answered with 429 fails at once, although ${shown} is retried: ${scope.dialect.words.name('retryOn')} does not list 429, so the delay that the server asks for is not waited for.`,
      ...(isThrottledByDesign(scope) ? {severity: 'warning'} : {}),
      fix: {title: 'Retry 429 too', changes: [{do: 'set', path: 'retryOn', value: [429, ...retryOn]}]},
    };
  },
});

const THROTTLED: readonly RetryTrigger[] = [429, '4xx', 'RESOURCE_EXHAUSTED'];
const OVERLOADED: readonly RetryTrigger[] = [503, '5xx', 529];

const isServerError = (trigger: RetryTrigger): boolean => typeof trigger === 'number' && trigger >= 500;

const isThrottledByDesign = (scope: Scope): boolean =>
  ['steadfetch:llm', 'steadfetch:batch'].some(preset => buildsOn(scope, preset));
