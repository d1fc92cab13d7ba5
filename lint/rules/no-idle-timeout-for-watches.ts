import {isGrpcPath} from '../analysis/grpc-path.ts';
import {callsOf} from '../analysis/retryability.ts';
import {settingHere} from '../analysis/setting.ts';
import {isSetByRoute} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const idleWatches: Rule = builtIn('RL315', {
  needs: ['routes'],
  fields: ['idleTimeoutMs'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy, match, dialect} = scope;
    const {idleTimeoutMs, maxAttempts} = policy;
    const path = match?.path;
    if (idleTimeoutMs === null || maxAttempts === null || isSetByRoute(scope, 'idleTimeoutMs')) return;
    if (path === undefined || !isGrpcPath(path) || !WATCH.test(path)) return;
    yield {
      at: 'idleTimeoutMs',
      message: `The stream of ${callsOf(scope, 'POST')} ends after ${dialect.words.ms(idleTimeoutMs)} without a message, and its client opens another. Set idleTimeoutMs to null for this route.`,
      fix: settingHere(scope, 'idleTimeoutMs', null),
    };
  },
});

/** The last segment begins with the verb. */
const WATCH = /\/(?:Watch|Subscribe|Listen|Tail|Follow|Observe)(?![a-z])\w*$/;
