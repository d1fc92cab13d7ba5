import {formatCount} from '../analysis/format.ts';
import {isModelRoute, missingPreset} from '../analysis/model-route.ts';
import {callsOf, mayRetry} from '../analysis/retryability.ts';
import {assign, setting} from '../analysis/setting.ts';
import {isDefault, mostSpecific} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const unreadBodies: Check = {
  needs: ['refusals', 'routes', 'endpoints'],
  fields: ['refusals', 'retryOn'],
  reads: ['endpoints', 'extends', 'match', 'maxAttempts', 'paid'],

  *check(scope): Iterable<Draft> {
    const {refusals, retryOn} = scope.policy;
    if (refusals !== null && refusals.readBytes < LEAST_BYTES && mayRetry(scope))
      yield {
        at: 'refusals.readBytes',
        message: `An error body of more than ${formatCount(refusals.readBytes, 'byte')} is not read, and those of model endpoints have several hundred, so waits and refusals in them are missed. Raise readBytes to at least ${LEAST_BYTES}.`,
        severity: 'warning',
        fix: setting(scope, 'refusals.readBytes', 16_384),
      };
    const hint = scope.dialect.expresses('extends') ? missingPreset(scope) : undefined;
    if (hint !== undefined) yield hint;
    if (hint !== undefined || !isDefault(scope, 'refusals') || !isModelRoute(scope) || !mayRetry(scope)) return;
    if (!retryOn.includes(429) && !retryOn.includes('4xx')) return;
    yield {
      at: 'refusals',
      message: `A 429 of ${callsOf(scope, 'POST')} is retried, although only its body says whether the account has credit left. Set refusals.`,
      fix: assign('Read error bodies, with the default limit', 'refusals', {}),
    };
  },
};

/** The error of a vendor with its details, such as RetryInfo, has up to a kilobyte. */
const LEAST_BYTES = 1024;

const streamCommittedByHeaders: FormerCheck = {
  formerly: 'RL414',
  severity: 'warning',
  confidence: 'high',
  needs: ['stream'],
  fields: ['stream', 'stream.commit'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (scope.policy.stream?.commit !== 'headers' || !isModelRoute(scope) || !mayRetry(scope)) return;
    yield {
      at: mostSpecific(scope, 'stream.commit'),
      message: `stream.commit is "headers", so an overload inside the stream of ${callsOf(scope, 'POST')} reaches the caller and is not retried. Set it to "content".`,
      fix: setting(scope, 'stream.commit', 'content'),
    };
  },
};

export const unreadErrors: Rule = builtIn('RL222', unreadBodies, streamCommittedByHeaders);
