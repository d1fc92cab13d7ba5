import {formatCount, formatList} from '../analysis/format.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {buildsOn} from '../analysis/presets.ts';
import {mostSpecific} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const missingDeadlineHeader: Rule = builtIn('RL316', {
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
      message: `${names} ${layers.length === 1 ? 'retries' : 'retry'} the call, too, and the server does not learn how much of the ${scope.words.ms(deadlineMs)} is left: it works on for calls that have ended. Set deadlineHeader, if the server reads one.`,
      related: [
        {
          at: 'retryingLayers',
          message: `${formatCount(layers.length, 'other layer')} ${layers.length === 1 ? 'is' : 'are'} listed here.`,
        },
      ],
    };
  },
});
