import {presets} from '../../src/policy/presets.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {buildsOn} from '../analysis/presets.ts';
import {callsOf} from '../analysis/retryability.ts';
import {assign, settingHere} from '../analysis/setting.ts';
import {isSetByRoute, isSetHere, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const MODEL_PRESET = 'steadfetch:llm';

const missing: Check = {
  needs: ['idleTimeoutMs'],
  fields: ['idleTimeoutMs', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {idleTimeoutMs, maxAttempts} = scope.policy;
    if (idleTimeoutMs !== null || maxAttempts === null) return;
    if (!buildsOn(scope, MODEL_PRESET)) return;
    yield {
      at: 'idleTimeoutMs',
      message:
        'A stream that sends no more data never ends: idleTimeoutMs is null, and the other timeouts apply only until the headers. Set idleTimeoutMs.',
      fix: asPreset(),
    };
  },
};

function asPreset(): FixDraft {
  const value = presets[MODEL_PRESET]?.idleTimeoutMs;
  const title = `Set idleTimeoutMs to ${value}, as in the preset`;
  return assign(title, 'idleTimeoutMs', value);
}

const idleWatches: FormerCheck = {
  formerly: 'RL315',
  confidence: 'medium',
  needs: ['routes', 'stream'],
  fields: ['idleTimeoutMs', 'stream'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy, match, words} = scope;
    const {idleTimeoutMs, maxAttempts} = policy;
    const path = match?.path;
    yield* shortPauses(scope);
    if (idleTimeoutMs === null || maxAttempts === null || isSetByRoute(scope, 'idleTimeoutMs')) return;
    if (path === undefined || !isGrpcPath(path) || !WATCH.test(path)) return;
    yield {
      at: 'idleTimeoutMs',
      message: `The stream of ${callsOf(scope, 'POST')} ends after ${words.ms(idleTimeoutMs)} without a message, and its client opens another. Set idleTimeoutMs to null for this route.`,
      fix: settingHere(scope, 'idleTimeoutMs', null),
    };
  },
};

/** The last segment begins with the verb. */
const WATCH = /\/(?:Watch|Subscribe|Listen|Tail|Follow|Observe)(?![a-z])\w*$/;

/** RL602 reports less than 100 ms. */
const [SLIP_MS, PAUSE_MS] = [100, 5000];

/** Comments and pings do not count, and nothing is retried after the first content. */
function* shortPauses(scope: Scope): Iterable<Draft> {
  const {idleTimeoutMs, stream} = scope.policy;
  if (idleTimeoutMs === null || stream?.commit !== 'content' || !isSetHere(scope, 'idleTimeoutMs')) return;
  if (idleTimeoutMs >= PAUSE_MS || idleTimeoutMs < SLIP_MS) return;
  yield {
    at: 'idleTimeoutMs',
    message: `A pause of ${idleTimeoutMs} ms ends a stream, and a model that calls a tool pauses longer; pings do not count. Raise idleTimeoutMs, unless yours does not.`,
    ...(idleTimeoutMs >= 1000 || !buildsOn(scope, MODEL_PRESET) ? {severity: 'info'} : {}),
  };
}

export const idleTimeout: Rule = builtIn('RL312', missing, idleWatches);
