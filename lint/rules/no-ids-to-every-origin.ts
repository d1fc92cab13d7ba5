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
  summary: 'Send ids to the servers that log them',
  why: `
A correlation id is of use to servers whose logs you can read. To others it says which of their calls belong together, and with an id
that your own clients chose, whose they are. In a browser a header of one’s own makes every call to another origin ask first (a CORS
preflight), and a server that does not know the header refuses the call.

\`"all"\` says so for browsers too; left out, ids go to every origin outside browsers and to the page’s own in them. A list of origins
is the narrow answer.
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
      name: 'to all, although two origins are named',
      text: '{\n  "correlation": {"sendTo": "all"},\n  "routes": [\n    {"match": {"origin": "https://api.example.com"}, "deadlineMs": 40000},\n    {"match": {"origin": "https://auth.example.com"}, "maxAttempts": 2}\n  ]\n}\n',
      findings: [
        {
          message:
            'Ids go to every origin that is called, also to those of third parties: correlation.sendTo is "all", in browsers too.',
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
          'Ids go to every origin that is called, also to those of third parties: correlation.sendTo is "all", in browsers too.',
        suggestions: [...toNamed(scopes), asByDefault],
      };
    }
  },
});

/** The origins that the routes of the policy name. */
function toNamed(scopes: readonly Scope[]): FixDraft[] {
  const origins = scopes.flatMap(({match}) => (match?.origin === undefined ? [] : [match.origin]));
  const named = [...new Set(origins.flatMap(origin => normaliseOrigin(origin) ?? []))];
  if (named.length === 0) return [];
  const title = `Send them to the origins that the routes name: ${named.join(', ')}`;
  return [{title, changes: [{do: 'set', path: 'correlation.sendTo', value: named.slice(0, MOST)}]}];
}

/** The schema allows no longer list. */
const MOST = 100;

const asByDefault: FixDraft = {
  title: 'Take it out: in browsers the page’s own origin alone gets them',
  changes: [{do: 'remove', path: 'correlation.sendTo'}],
};
