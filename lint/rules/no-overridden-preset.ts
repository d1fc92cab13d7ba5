import type {Layer} from '../model/layer.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {setterOf} from '../model/setter.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const overriddenPreset: Rule = defineRule({
  code: 'RL416',
  name: 'no-overridden-preset',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  summary: 'Name the preset last whose time limits are meant',
  documentation: () => ({
    why: `
Presets in \`extends\` are merged from left to right, and a later one wins. A preset for callers that wait, after one for work that takes minutes, leaves a mixture: the queues and
hints of the batch may take minutes, but the deadline ends each call after seconds.
`,
    sources: [{title: 'The policy file: order of merging', url: 'docs/policy.md#order-of-merging'}],
    bad: [
      {
        name: 'a nightly load with the deadline of a user',
        text: '{\n  "extends": ["steadfetch:batch", "steadfetch:interactive"]\n}\n',
        findings: [
          {
            message:
              'steadfetch:interactive comes after steadfetch:batch and wins: calls end after 10000 ms, where steadfetch:batch has 300000 ms and waits of up to 240000 ms. Name steadfetch:batch last, or leave one out.',
            at: '2:35',
            marks: '"steadfetch:interactive"',
          },
        ],
      },
    ],
    good: [
      {name: 'the batch last', text: '{\n  "extends": ["steadfetch:interactive", "steadfetch:batch"]\n}\n'},
      {
        name: 'a deadline of its own',
        text: '{\n  "extends": ["steadfetch:batch", "steadfetch:interactive"],\n  "deadlineMs": 600000,\n  "attemptTimeoutMs": 30000\n}\n',
      },
    ],
  }),

  needs: ['extends'],
  fields: ['attemptTimeoutMs', 'deadlineMs'],

  *checkFile({scopes: [scope]}: Model): Iterable<Draft & {scope: Scope}> {
    if (scope === undefined) return;
    const setter = setterOf(scope, 'deadlineMs');
    if (setter.by !== 'layer' || setter.layer.shape !== undefined) return;
    const last = setter.layer;
    const lastMs = last.data.deadlineMs ?? Number.POSITIVE_INFINITY;
    // The layers below, from the highest to the lowest.
    const below = scope.layers.slice(scope.layers.indexOf(last) + 1);
    const first = below.find(
      layer => layer.shape === undefined && layer.entry !== last.entry && longestMs(layer) > lastMs,
    );
    if (first === undefined || last.entry === undefined) return;
    const {words} = scope.dialect;
    yield {
      scope,
      at: `extends[${last.entry}]`,
      message: `${last.name} comes after ${first.name} and wins: calls end after ${words.ms(lastMs)}, where ${first.name} has ${words.ms(first.data.deadlineMs ?? 0)} and waits of up to ${words.ms(longestMs(first))}. Name ${first.name} last, or leave one out.`,
    };
  },
});

/** The longest attempt, hint or wait for the quota that a preset allows; 0 without a deadline. */
function longestMs({data}: Layer): number {
  const {deadlineMs, attemptTimeoutMs, retryAfter, quota} = data;
  if (typeof deadlineMs !== 'number') return 0;
  return Math.max(attemptTimeoutMs ?? 0, retryAfter?.maxMs ?? 0, quota?.maxWaitMs ?? 0);
}
