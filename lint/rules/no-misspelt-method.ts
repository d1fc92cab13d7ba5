import {nearest} from '../../src/policy/suggestions.ts';
import {isRegistered} from '../analysis/methods.ts';
import {entriesOf} from '../model/entries.ts';
import {isSetHere} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const misspeltMethod: Rule = defineRule({
  code: 'RL403',
  name: 'no-misspelt-method',
  category: 'correctness',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Spell HTTP methods correctly',
  documentation: () => ({
    why: `
HTTP accepts any word as a method, so a misspelt method causes no error: it never matches. A route for "PSOT" applies to no call, and
with "GTE" in \`idempotentMethods\`, a GET is not retried after a timeout. Case does not matter; the client compares in upper case.

Methods registered with IANA, and words that resemble none of them, are not reported. RL004 reports unknown fields.
`,
    sources: [
      {
        title: 'IANA, Hypertext Transfer Protocol (HTTP) Method Registry',
        url: 'https://www.iana.org/assignments/http-methods/http-methods.xhtml',
      },
    ],
    bad: [
      {
        name: 'in a route',
        text: '{\n  "routes": [\n    {"match": {"methods": ["PSOT"], "path": "/v1/search"}, "idempotentMethods": ["POST"]}\n  ]\n}\n',
        findings: [
          {
            message: '"PSOT" is not an HTTP method, so it matches no call; did you mean "POST"?',
            at: '3:28',
            marks: '"PSOT"',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/search"}, "idempotentMethods": ["POST"]}\n  ]\n}\n',
      },
      {
        name: 'among the idempotent ones',
        text: '{\n  "idempotentMethods": ["GTE", "HEAD", "put", "DELET"]\n}\n',
        findings: [
          {
            message: '"GTE" is not an HTTP method, so it allows no retry; did you mean "GET"?',
            at: '2:25',
            marks: '"GTE"',
          },
          {
            message: '"DELET" is not an HTTP method, so it allows no retry; did you mean "DELETE"?',
            at: '2:47',
            marks: '"DELET"',
          },
        ],
        fixed: '{\n  "idempotentMethods": ["GET", "HEAD", "put", "DELETE"]\n}\n',
      },
      {
        name: 'among those that get a key',
        text: '{\n  "idempotency": {"methods": ["POST", "PACTH"]}\n}\n',
        findings: [
          {
            message: '"PACTH" is not an HTTP method, so no call gets a key; did you mean "PATCH"?',
            at: '2:39',
            marks: '"PACTH"',
          },
        ],
        fixed: '{\n  "idempotency": {"methods": ["POST", "PATCH"]}\n}\n',
      },
    ],
    good: [
      {
        name: 'methods of WebDAV and of caches',
        text: '{\n  "idempotentMethods": ["GET", "PROPFIND", "REPORT", "PURGE", "query"]\n}\n',
      },
    ],
  }),

  fields: [],
  reads: ['match.methods', 'idempotentMethods', 'idempotency.methods'],

  *check(scope): Iterable<Draft> {
    for (const path of ['match.methods', 'idempotentMethods', 'idempotency.methods']) {
      for (const {value, at} of entriesOf(scope, path)) {
        const meant = typeof value === 'string' ? meantBy(value) : undefined;
        if (meant === undefined) continue;
        yield {
          at,
          message: `"${value}" is not an HTTP method, so ${EFFECTS[path]}; did you mean "${meant}"?`,
          ...(isSetHere(scope, path)
            ? {fix: {title: `Set it to "${meant}"`, changes: [{do: 'set', path: at, value: meant}]}}
            : {}),
        };
      }
    }
  },
});

const EFFECTS: Readonly<Record<string, string>> = {
  'match.methods': 'it matches no call',
  idempotentMethods: 'it allows no retry',
  'idempotency.methods': 'no call gets a key',
};

/** Methods that a misspelt word is compared with. */
const COMMON = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT QUERY'.split(' ');

/** Not registered, but used by caches and by Vault. */
const CUSTOMARY: ReadonlySet<string> = new Set(['PURGE', 'BAN', 'REFRESH', 'LIST']);

function meantBy(word: string): string | undefined {
  const method = word.toUpperCase();
  return isRegistered(method) || CUSTOMARY.has(method) ? undefined : nearest(word, COMMON);
}
