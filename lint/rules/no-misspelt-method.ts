import {nearest} from '../../src/policy/hints.ts';
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
  summary: 'Spell methods as HTTP does',
  why: `
Any word is a method to HTTP, so a misspelt one is no error: it just never matches. A route for "PSOT" takes no call, and a list of
idempotent methods with "GTE" in it retries no GET after a timeout. Case does not matter here; the client compares in upper case.

Methods that are registered with IANA, and words that are not close to any, are left alone. Fields that do not exist are RL004.
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
          message: '"PSOT" is no method that anyone sends, so it matches no call; "POST" is close.',
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
          message: '"GTE" is no method that anyone sends, so it lets no call be sent again; "GET" is close.',
          at: '2:25',
          marks: '"GTE"',
        },
        {
          message: '"DELET" is no method that anyone sends, so it lets no call be sent again; "DELETE" is close.',
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
          message: '"PACTH" is no method that anyone sends, so it puts a key on no call; "PATCH" is close.',
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

  fields: [],
  reads: ['match.methods', 'idempotentMethods', 'idempotency.methods'],

  *check(scope): Iterable<Draft> {
    for (const path of ['match.methods', 'idempotentMethods', 'idempotency.methods']) {
      for (const {value, at} of entriesOf(scope, path)) {
        const meant = typeof value === 'string' ? meantBy(value) : undefined;
        if (meant === undefined) continue;
        yield {
          at,
          message: `"${value}" is no method that anyone sends, so ${NEVER[path]}; "${meant}" is close.`,
          ...(isSetHere(scope, path)
            ? {fix: {title: `Set it to "${meant}"`, changes: [{do: 'set', path: at, value: meant}]}}
            : {}),
        };
      }
    }
  },
});

const NEVER: Readonly<Record<string, string>> = {
  'match.methods': 'it matches no call',
  idempotentMethods: 'it lets no call be sent again',
  'idempotency.methods': 'it puts a key on no call',
};

/** What people call, and what a slip is a slip of. */
const COMMON = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT QUERY'.split(' ');

/** Not registered, but sent: by caches, and by Vault. */
const CUSTOMARY: ReadonlySet<string> = new Set(['PURGE', 'BAN', 'REFRESH', 'LIST']);

function meantBy(word: string): string | undefined {
  const method = word.toUpperCase();
  return isRegistered(method) || CUSTOMARY.has(method) ? undefined : nearest(word, COMMON);
}
