import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';
import {likenessOf} from '../shape/likeness.ts';
import {suggestedField} from '../shape/suggested-field.ts';

export const brokenExtends: Rule = defineRule({
  code: 'RL406',
  name: 'no-broken-extends',
  category: 'correctness',
  severity: 'error',
  confidence: 'high',
  fix: 'safe',
  summary: 'Extend presets and files that exist',
  documentation: () => ({
    why: `
A policy includes what it extends. If a file is missing, cannot be read, or extends itself, the client refuses the policy. The rules
check the rest of the policy without that file.
`,
    sources: [{title: 'The policy file', url: 'docs/policy.md'}],
    bad: [
      {
        name: 'a preset that does not exist',
        text: '{\n  "extends": ["steadfetch:paymnets"]\n}\n',
        findings: [
          {
            message: 'extends[0] is "steadfetch:paymnets", which is not a preset; did you mean "steadfetch:payments"?',
            at: '2:15',
            marks: '"steadfetch:paymnets"',
          },
        ],
        fixed: '{\n  "extends": ["steadfetch:payments"]\n}\n',
      },
      {
        name: 'a file that does not exist',
        text: '{\n  "extends": ["./base.json"]\n}\n',
        findings: [
          {message: 'extends[0] is the file base.json, which cannot be read.', at: '2:15', marks: '"./base.json"'},
        ],
      },
      {
        name: 'a circle',
        path: 'a.json',
        text: '{\n  "extends": ["./b.json"]\n}\n',
        files: {'b.json': '{"extends": ["./a.json"]}'},
        findings: [
          {
            message: 'extends[0] is the file b.json, where "./a.json" extends itself: a.json → b.json → a.json.',
            at: '2:15',
            marks: '"./b.json"',
          },
        ],
      },
    ],
    good: [
      {name: 'a preset', text: '{\n  "extends": ["steadfetch:llm"]\n}\n'},
      {name: 'a file', text: '{\n  "extends": ["./base.json"]\n}\n', files: {'base.json': '{"maxAttempts": 2}'}},
    ],
  }),

  needs: ['extends'],
  *checkFile({scopes: [scope], broken}) {
    if (scope === undefined) return;
    for (const {entry, message} of broken) {
      const at = `extends[${entry}]`;
      yield {scope, at, message: `${at} ${message.replace(/[.?]?$/, end => end || '.')}`, ...remedy(at, message)};
    }
  },
});

/** Two presets are different policies, so only a name with one slip has a fix. */
function remedy(at: string, message: string): Pick<Draft, 'fix' | 'suggestions'> {
  const preset = suggestedField(message);
  if (preset === undefined) return {};
  const named = /^is "([^"]*)"/.exec(message)?.[1] ?? '';
  const change: FixDraft = {title: `Extend ${preset}`, changes: [{do: 'set', path: at, value: preset}]};
  const isSure =
    named.startsWith(PREFIX) && likenessOf(named.slice(PREFIX.length), preset.slice(PREFIX.length)) === 'same';
  return isSure ? {fix: change} : {suggestions: [change]};
}

const PREFIX = 'steadfetch:';
