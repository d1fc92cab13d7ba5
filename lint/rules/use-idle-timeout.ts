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
  summary: 'Bound the silence of a stream',
  why: `
A model’s answer is read as a stream for minutes, so the attempt timeout and the deadline end at its headers. What bounds the rest is
\`idleTimeoutMs\`, the longest wait for the next chunk. Without it a stream that stops, because a connection was cut or a server was
replaced, keeps its reader waiting: in Node for the five minutes that undici allows, elsewhere until the operating system gives the connection up,
which may be never.

Speaks of policies that build on \`${MODEL_PRESET}\`, whose deadline counts on this bound.
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
      name: 'a model’s streams without a bound',
      text: '{\n  "extends": ["steadfetch:llm"],\n  "idleTimeoutMs": null\n}\n',
      findings: [
        {
          message:
            'Nothing ends a stream that falls silent: idleTimeoutMs is null, and the attempt timeout and the deadline end at the headers.',
          at: '3:3',
          marks: '"idleTimeoutMs"',
        },
      ],
      fixed: '{\n  "extends": ["steadfetch:llm"],\n  "idleTimeoutMs": 60000\n}\n',
    },
  ],
  good: [
    {name: 'the bound of the preset', text: '{\n  "extends": ["steadfetch:llm"]\n}\n'},
    {name: 'a longer one', text: '{\n  "extends": ["steadfetch:llm"],\n  "idleTimeoutMs": 180000\n}\n'},
    {name: 'a policy that only observes', text: '{\n  "extends": ["steadfetch:llm", "steadfetch:neutral"]\n}\n'},
  ],

  fields: ['idleTimeoutMs', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {idleTimeoutMs, maxAttempts} = scope.policy;
    if (idleTimeoutMs !== null || maxAttempts === null) return;
    if (!buildsOn(scope, MODEL_PRESET)) return;
    yield {
      at: 'idleTimeoutMs',
      message:
        'Nothing ends a stream that falls silent: idleTimeoutMs is null, and the attempt timeout and the deadline end at the headers.',
      fix: asPreset(),
    };
  },
});

function asPreset(): FixDraft {
  const value = presets[MODEL_PRESET]?.idleTimeoutMs;
  const title = `Set idleTimeoutMs to ${value}, as the preset has it`;
  return {title, changes: [{do: 'set', path: 'idleTimeoutMs', value}]};
}
