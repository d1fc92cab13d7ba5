import {presets} from '../../src/policy/presets.ts';
import {buildsOn} from '../analysis/presets.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

const MODEL_PRESET = 'steadfetch:llm';

export const missingIdleTimeout: Rule = defineRule({
  code: 'RL312',
  name: 'use-idle-timeout',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Set an idle timeout for streams',
  documentation: () => ({
    why: `
A model streams its response for minutes, so the attempt timeout and the deadline apply only until the headers. \`idleTimeoutMs\` limits the
wait for each chunk after them. Without it, the reader of a stream whose connection was cut waits in Node for the five minutes of undici,
and elsewhere until the operating system closes the connection, which may be never.

Reports policies that extend \`${MODEL_PRESET}\`, whose deadline relies on the idle timeout.
`,
    sources: [
      {
        title: 'Envoy, HTTP protocol options and routes: stream and per-try idle timeouts',
        url: 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts',
      },
      {
        title: 'undici, Client options: bodyTimeout',
        url: 'https://github.com/nodejs/undici/blob/main/docs/docs/api/Client.md#parameter-clientoptions',
      },
    ],
    bad: [
      {
        name: 'streams without an idle timeout',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "idleTimeoutMs": null\n}\n',
        findings: [
          {
            message:
              'A stream that sends no more data never ends: idleTimeoutMs is null, and the other timeouts apply only until the headers. Set idleTimeoutMs.',
            at: '3:3',
            marks: '"idleTimeoutMs"',
          },
        ],
        fixed: '{\n  "extends": ["steadfetch:llm"],\n  "idleTimeoutMs": 60000\n}\n',
      },
    ],
    good: [
      {name: 'the idle timeout of the preset', text: '{\n  "extends": ["steadfetch:llm"]\n}\n'},
      {name: 'a longer one', text: '{\n  "extends": ["steadfetch:llm"],\n  "idleTimeoutMs": 180000\n}\n'},
      {name: 'a policy that only observes', text: '{\n  "extends": ["steadfetch:llm", "steadfetch:neutral"]\n}\n'},
    ],
  }),

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
