import {normaliseOrigin} from '../../src/policy/routes.ts';
import type {Model} from '../model/model.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const idsToEveryOrigin: Rule = defineRule({
  code: 'RL109',
  name: 'no-ids-to-every-origin',
  category: 'safety',
  severity: 'info',
  confidence: 'medium',
  summary: 'Send correlation ids only to servers that log them',
  documentation: () => ({
    why: `
A correlation id helps with servers whose logs you can read. It tells other servers which calls belong together, and, if your clients
choose the id, which client sent them. In a browser, a custom header causes a CORS preflight for each call to another origin, and a server
that does not allow the header refuses the call.

\`"all"\` sends ids to every origin in browsers too. By default ids go to every origin outside browsers, and only to the page’s own
origin in browsers. A list of origins is the narrowest choice.
`,
    sources: [
      {
        title: 'W3C Trace Context, Privacy considerations',
        url: 'https://www.w3.org/TR/trace-context/#privacy-considerations',
      },
      {
        title: 'Fetch Standard, CORS-safelisted request-header',
        url: 'https://fetch.spec.whatwg.org/#cors-safelisted-request-header',
      },
    ],
    bad: [
      {
        name: 'all origins, although the routes name two',
        text: '{\n  "correlation": {"sendTo": "all"},\n  "routes": [\n    {"match": {"origin": "https://api.example.com"}, "deadlineMs": 40000},\n    {"match": {"origin": "https://auth.example.com"}, "maxAttempts": 2}\n  ]\n}\n',
        findings: [
          {
            message:
              'correlation.sendTo is "all", so ids go to every origin, third parties included, also in browsers. List the origins that need them.',
            at: '2:19',
            marks: '"sendTo"',
          },
        ],
      },
    ],
    good: [
      {name: 'a list', text: '{\n  "correlation": {"sendTo": ["https://api.example.com"]}\n}\n'},
      {name: 'the default', text: '{\n  "correlation": {"header": "x-request-id"}\n}\n'},
    ],
  }),

  needs: ['correlation'],
  fields: ['correlation.sendTo'],
  reads: ['correlation', 'match'],

  *checkFile({scopes}: Model): Iterable<Draft & {readonly scope: Scope}> {
    for (const scope of scopes) {
      const {correlation} = scope.policy;
      if (correlation?.sendTo !== 'all' || !isSetHere(scope, 'correlation.sendTo')) continue;
      yield {
        scope,
        at: 'correlation.sendTo',
        message:
          'correlation.sendTo is "all", so ids go to every origin, third parties included, also in browsers. List the origins that need them.',
        suggestions: [...toNamed(scopes), asByDefault],
      };
    }
  },
});

/** Suggests the origins that the routes name. */
function toNamed(scopes: readonly Scope[]): FixDraft[] {
  const origins = scopes.flatMap(({match}) => (match?.origin === undefined ? [] : [match.origin]));
  const named = [...new Set(origins.flatMap(origin => normaliseOrigin(origin) ?? []))];
  if (named.length === 0) return [];
  const title = `Send ids to the origins that the routes name: ${named.join(', ')}`;
  return [{title, changes: [{do: 'set', path: 'correlation.sendTo', value: named.slice(0, MOST)}]}];
}

/** Maximum length that the schema allows. */
const MOST = 100;

const asByDefault: FixDraft = {
  title: 'Remove sendTo: in browsers only the page’s own origin gets ids',
  changes: [{do: 'remove', path: 'correlation.sendTo'}],
};
