import {
  type Config,
  defineRule,
  dependencies,
  type Finding,
  fixText,
  lintText,
  type Report,
  type Rule,
  RuleTester,
  rules,
} from 'retry-lint';

const named: Rule = defineRule({
  code: 'ACME101',
  name: 'use-a-name',
  category: 'hygiene',
  severity: 'warning',
  confidence: 'high',
  summary: 'Name every policy',
  documentation: () => ({
    why: 'Without a name it cannot be found in a trace.',
    sources: [{title: 'Our handbook', url: 'https://acme.example/handbook'}],
    bad: [
      {
        name: 'no name',
        text: '{}',
        findings: [{message: 'The policy has no name.', at: '1:1', marks: '{'}],
      },
    ],
    good: [{name: 'a name', text: '{"name": "shop"}'}],
  }),
  *check(scope) {
    if (scope.policy.name === 'default') yield {at: 'name', message: 'The policy has no name.'};
  },
});

const config: Config = {preset: 'strict', rules: {RL203: 'error', 'use-a-name': 'off'}, extraRules: [named]};

export async function check(path: string, text: string): Promise<readonly Finding[]> {
  const files: Record<string, string> = {[path]: text};
  for (const other of await dependencies(text, path)) files[other] = '{}';
  const {findings}: Report = await lintText({path, files, config});
  const {text: mended} = await fixText({path, files, config});
  return mended === text ? findings : findings.filter(({fix}) => fix === undefined);
}

new RuleTester({describe: (_, define) => define(), it: () => undefined}).run(named);

export const codes: readonly string[] = rules.map(({code}) => code);

// @ts-expect-error A severity is one of three words.
export const wrong: Config = {rules: {RL203: 'warn'}};
