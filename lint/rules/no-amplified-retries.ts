import {worstAmplification} from '../../src/math/amplification.ts';
import {formatNumber} from '../analysis/format.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const amplifiedRetries: Rule = defineRule({
  code: 'RL209',
  name: 'no-amplified-retries',
  category: 'load',
  severity: 'error',
  confidence: 'high',
  worse: 'higher',
  summary: 'Retry in one layer',
  documentation: () => ({
    why: `
Attempts of layers multiply. If a client, its gateway and the database driver each make three attempts, one call causes up to 27
requests, and no layer sees more than its own three. While few attempts fail, the effect is small (1.1 requests per call at 10 %
failures), so look at the number for a full outage.

Retry in one layer: the one nearest to the caller that knows whether the call may be repeated. Let the other layers return the
failure.
`,
    sources: [
      {
        title: 'Google SRE Book, Addressing Cascading Failures: 64 attempts from three layers',
        url: 'https://sre.google/sre-book/addressing-cascading-failures/',
      },
      {
        title: 'M. Brooker, Timeouts, retries, and backoff with jitter: 243 times the load from five layers',
        url: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
      },
    ],
    bad: [
      {
        name: 'a client, a mesh and a driver',
        text: '{\n  "retryingLayers": [\n    {"name": "service mesh", "maxAttempts": 3},\n    {"name": "database driver", "maxAttempts": 2}\n  ]\n}\n',
        findings: [
          {
            message:
              '3 attempts here × 3 of service mesh × 2 of database driver make 18 requests per call when every attempt fails; the limit is 9. Retry in one layer.',
            at: '2:3',
            marks: '"retryingLayers"',
          },
        ],
      },
      {
        name: 'a route with more attempts',
        text: '{\n  "retryingLayers": [{"name": "gateway", "maxAttempts": 3}],\n  "routes": [\n    {"match": {"path": "/v1/search"}, "maxAttempts": 4}\n  ]\n}\n',
        findings: [
          {
            message:
              '4 attempts here × 3 of gateway make 12 requests per call when every attempt fails; the limit is 9. Retry in one layer.',
            at: '4:39',
            marks: '"maxAttempts"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a gateway with two attempts',
        text: '{\n  "retryingLayers": [{"name": "gateway", "maxAttempts": 2}]\n}\n',
      },
      {
        name: 'the mesh retries, so this client does not',
        text: '{\n  "maxAttempts": 1,\n  "retryingLayers": [{"name": "service mesh", "maxAttempts": 3}, {"name": "driver", "maxAttempts": 4}]\n}\n',
      },
    ],
  }),

  needs: ['retryingLayers'],
  fields: ['maxAttempts', 'retryingLayers'],
  reads: ['nested'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts, nested, retryingLayers: layers} = scope.policy;
    if (typeof maxAttempts !== 'number' || layers.length === 0 || !mayRetry(scope)) return;
    const counts = [maxAttempts, ...layers.map(layer => layer.maxAttempts)];
    const product = worstAmplification(counts);
    if (product <= MOST) return;
    const names = layers.map(({name, maxAttempts: count}) => `${formatNumber(count)} of ${name}`);
    yield {
      at: mostSpecific(scope, 'retryingLayers', 'maxAttempts'),
      // Layers above that announce their retries are left to retry alone.
      ...(nested === 'yield' && {severity: 'info'}),
      message: `${[`${maxAttempts} attempts here`, ...names].join(' × ')} make ${formatNumber(product)} requests per call when every attempt fails; the limit is ${MOST}. Retry in one layer.`,
      related: [
        {at: 'maxAttempts', message: 'The attempts of this policy are set here.'},
        {at: 'retryingLayers', message: 'The other layers are listed here.'},
      ],
      suggestions: [
        {
          title: 'Set maxAttempts to 1, and leave retries to the other layers',
          changes: [{do: 'set', path: 'maxAttempts', value: 1, inScope: true}],
        },
      ],
    };
  },
});

const MOST = 9;
