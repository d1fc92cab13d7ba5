import {isSetHere} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const firstContentBeyondTimeout: Rule = builtIn('RL314', {
  needs: ['stream'],
  fields: ['stream', 'stream.firstContentMs', 'stream.commit', 'attemptTimeoutMs', 'deadlineMs'],
  reads: ['paid'],

  *check(scope): Iterable<Draft> {
    const {stream, attemptTimeoutMs, deadlineMs, paid} = scope.policy;
    if (stream === null || stream.firstContentMs === null || !isSetHere(scope, 'stream.firstContentMs')) return;
    // RL405 reports a limit for a stream that is not held.
    if (stream.commit === 'headers') return;
    const {words} = scope.dialect;
    // The attempt timeout grows with the output that a request asks for.
    const grows = paid !== null && paid.attemptTimeoutPerOutputTokenMs !== null;
    const attemptMs = grows ? Number.POSITIVE_INFINITY : (attemptTimeoutMs ?? Number.POSITIVE_INFINITY);
    const callMs = deadlineMs ?? Number.POSITIVE_INFINITY;
    const limitMs = Math.min(attemptMs, callMs);
    if (stream.firstContentMs < limitMs) return;
    const path = attemptMs <= callMs ? 'attemptTimeoutMs' : 'deadlineMs';
    const name = path === 'deadlineMs' ? 'deadline' : 'attempt timeout';
    yield {
      at: 'stream.firstContentMs',
      message: `The first content may take ${words.ms(stream.firstContentMs)}, but the ${name} ends the wait after ${words.ms(limitMs)}. Raise ${path} or lower firstContentMs.`,
      related: [{at: path, message: `The ${name} is set here.`}],
      suggestions: [
        {
          title: `Set firstContentMs to null, so that only the ${name} applies`,
          changes: [{do: 'set', path: 'stream.firstContentMs', value: null}],
        },
      ],
    };
  },
});
