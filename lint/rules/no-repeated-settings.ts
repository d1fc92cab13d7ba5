import {formatList} from '../analysis/format.ts';
import {canonical} from '../canonical.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const repeatedRoutes: Rule = defineRule({
  code: 'RL601',
  name: 'no-repeated-settings',
  category: 'hygiene',
  severity: 'info',
  confidence: 'high',
  summary: 'Write shared settings once',
  documentation: () => ({
    why: `
Repeated settings drift apart: an edit changes three of four routes. One public repository has 149 routes with equal retry settings, all
with the same mistake. Write the settings of most routes at the top of the file, and only the differences in routes. In YAML, an anchor
and \`<<\` also work.

Reports blocks of at least three values that more than three routes repeat. \`match\` and \`name\` do not count.
`,
    sources: [{title: 'YAML, Merge Key Language-Independent Type', url: 'https://yaml.org/type/merge.html'}],
    bad: [
      {
        name: 'four routes with one block',
        text: [
          '{',
          '  "routes": [',
          '    {"match": {"path": "/v1/users"}, "maxAttempts": 2, "attemptTimeoutMs": 500, "deadlineMs": 2000},',
          '    {"match": {"path": "/v1/items"}, "maxAttempts": 2, "attemptTimeoutMs": 500, "deadlineMs": 2000},',
          '    {"match": {"path": "/v1/carts"}, "maxAttempts": 2, "attemptTimeoutMs": 500, "deadlineMs": 2000},',
          '    {"match": {"path": "/v1/prices"}, "maxAttempts": 2, "attemptTimeoutMs": 500, "deadlineMs": 2000}',
          '  ]',
          '}',
          '',
        ].join('\n'),
        findings: [
          {
            message:
              '4 routes set maxAttempts, attemptTimeoutMs and deadlineMs to the same values. Set them once at the top of the file.',
            at: '3:5',
            marks: '{',
          },
        ],
      },
    ],
    good: [
      {
        name: 'four routes that share one setting',
        text: [
          '{',
          '  "routes": [',
          '    {"match": {"path": "/v1/search"}, "idempotentMethods": ["POST"]},',
          '    {"match": {"path": "/v1/rank"}, "idempotentMethods": ["POST"]},',
          '    {"match": {"path": "/v1/classify"}, "idempotentMethods": ["POST"]},',
          '    {"match": {"path": "/v1/embeddings"}, "idempotentMethods": ["POST"]}',
          '  ]',
          '}',
          '',
        ].join('\n'),
      },
    ],
  }),

  fields: [],
  reads: ['', 'match'],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    const groups = new Map<string, Scope[]>();
    for (const scope of scopes) {
      if (scope.match === undefined || scope.own.entry !== undefined) continue;
      const settings = settingsOf(scope);
      if (leaves(settings) < LEAST_VALUES) continue;
      const key = canonical(settings);
      groups.set(key, [...(groups.get(key) ?? []), scope]);
    }
    for (const [first, ...others] of groups.values()) {
      if (first === undefined || others.length < MOST_ROUTES) continue;
      const fields = formatList(Object.keys(settingsOf(first)));
      const message = `${others.length + 1} routes set ${fields} to the same values. Set them once at the top of the file.`;
      yield {scope: first, at: '', message};
    }
  },
});

const LEAST_VALUES = 3;
const MOST_ROUTES = 3;

function settingsOf({own}: Scope): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(own.data).filter(([field]) => field !== 'match' && field !== 'name' && !field.startsWith('x-')),
  );
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + leaves(item), 0);
}
