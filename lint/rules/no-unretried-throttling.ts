import type {RetryTrigger} from '../../src/policy/types.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {buildsOn} from '../analysis/presets.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unretriedThrottling: Rule = builtIn('RL412', {
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
