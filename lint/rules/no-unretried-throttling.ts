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
  documentation: () => ({
    why: `
A list in \`retryOn\` replaces the default, so 429 must be listed again. A 429 is the safest response to retry: the server did not process
the request, and often sends \`Retry-After\`. A client that retries a 500 should also retry a 429. If the call fails at once, its caller may
repeat it without the delay that the server asked for.

The finding is an info in general, and a warning with \`steadfetch:llm\` and \`steadfetch:batch\`, whose servers throttle more often than
they fail.
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
        name: 'server errors only',
        text: '{\n  "retryOn": [502, 503, 504, "network"]\n}\n',
        findings: [
          {
            message:
              'retryOn lists 503 but not 429, so a throttled call fails at once, without the delay that the server asks for. Add 429.',
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
              'retryOn lists 5xx but not 429, so a throttled call fails at once, without the delay that the server asks for. Add 429.',
            at: '3:3',
            marks: '"retryOn"',
            severity: 'warning',
          },
        ],
        fixed: '{\n  "extends": ["steadfetch:llm"],\n  "retryOn": [429, "5xx", "network", "timeout"]\n}\n',
      },
    ],
    good: [
      {name: '429 and server errors', text: '{\n  "retryOn": [429, 502, 503, 504, "network"]\n}\n'},
      {name: 'failures without a response only', text: '{\n  "retryOn": ["network", "timeout"]\n}\n'},
      {name: 'gRPC codes', text: '{\n  "retryOn": ["UNAVAILABLE"]\n}\n'},
    ],
  }),

  needs: ['retryOn'],
  fields: ['maxAttempts'],
  reads: ['match', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryOn} = scope.policy;
    if (!scope.dialect.capabilities.honoursHint) return;
    // gRPC calls end with codes, not with statuses.
    if (isGrpcPath(scope.match?.path)) return;
    if (!mayRetry(scope) || !isSetHere(scope, 'retryOn')) return;
    if (THROTTLED.some(trigger => retryOn.includes(trigger))) return;
    const shown = OVERLOADED.find(trigger => retryOn.includes(trigger)) ?? retryOn.find(isServerError);
    if (shown === undefined) return;
    yield {
      at: 'retryOn',
      message: `${scope.dialect.words.name('retryOn')} lists ${shown} but not 429, so a throttled call fails at once, without the delay that the server asks for. Add 429.`,
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
