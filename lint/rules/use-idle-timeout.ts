import {presets} from '../../src/policy/presets.ts';
import {buildsOn} from '../analysis/presets.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const MODEL_PRESET = 'steadfetch:llm';

export const missingIdleTimeout: Rule = builtIn('RL312', {
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
});

function asPreset(): FixDraft {
  const value = presets[MODEL_PRESET]?.idleTimeoutMs;
  const title = `Set idleTimeoutMs to ${value}, as in the preset`;
  return {title, changes: [{do: 'set', path: 'idleTimeoutMs', value}]};
}
