import {worstAmplification} from '../../src/math/amplification.ts';
import {formatNumber} from '../analysis/format.ts';
import {singleAttempt} from '../analysis/lost-effects.ts';
import {relatedTo} from '../analysis/related.ts';
import {isIdle, mayRetry} from '../analysis/retryability.ts';
import {assignHere} from '../analysis/setting.ts';
import {mostSpecific} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const amplifiedRetries: Rule = builtIn('RL209', {
  worse: 'higher',
  needs: ['retryingLayers'],
  fields: ['maxAttempts', 'retryingLayers'],
  reads: ['nested', 'retryOn'],

  *check(scope, scopes): Iterable<Draft> {
    const {maxAttempts, nested, retryingLayers: layers} = scope.policy;
    if (typeof maxAttempts !== 'number' || layers.length === 0 || !mayRetry(scope) || isIdle(scope)) return;
    const counts = [maxAttempts, ...layers.map(layer => layer.maxAttempts)];
    const product = worstAmplification(counts);
    const {code} = scope.file.shape ?? {};
    const most = code === undefined || scope.dialect.capabilities.kind === 'workflow' ? MOST : MOST_IN_CODE;
    if (product <= most) return;
    const names = layers.map(({name, maxAttempts: count}) => `${formatNumber(count)} of ${name}`);
    const at = mostSpecific(scope, 'retryingLayers', 'maxAttempts');
    const isRead = scope.file.shape?.places.has('retryingLayers[0]') === true;
    yield {
      at: scope.dialect.expresses(at) ? at : 'maxAttempts',
      // Layers above that announce their retries are left to retry alone.
      ...(nested === 'yield' ? {severity: 'info'} : product <= MOST && {severity: 'warning'}),
      message: `${[`${maxAttempts} attempts here`, ...names].join(' × ')} make ${formatNumber(product)} requests per call when every attempt fails; the limit is ${most}. Retry in one layer.`,
      related: [
        ...relatedTo(scope, 'maxAttempts', 'retryingLayers'),
        ...(code !== undefined && isRead ? [{at: 'retryingLayers[0]', message: 'This retries by itself.'}] : []),
      ],
      suggestions: code !== undefined ? [] : [singleAttempt(scope, scopes, LEAVE_TO_OTHERS)],
    };
  },
});

const LEAVE_TO_OTHERS = assignHere('Set maxAttempts to 1, and leave retries to the other layers', 'maxAttempts', 1);

const MOST = 9;
/** Both layers are in one function, whose author can take one of them out. A queue may try again what a client has given up. */
const MOST_IN_CODE = 3;
