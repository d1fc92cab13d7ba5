import {type Secret, secretIn} from '../analysis/secrets.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';
import type {Place} from '../source/places.ts';

export const secretInNotes: Rule = defineRule({
  code: 'RL110',
  name: 'no-secret-in-notes',
  category: 'safety',
  severity: 'error',
  confidence: 'high',
  summary: 'Keep credentials out of policies',
  why: `
A policy is read by many: it is in a repository, is extended by other policies, printed by tools and shown in reviews. Fields that begin
with \`x-\` are ignored by the client and free for notes and other tools. A credential in one of them is known to all who can read the file,
and stays in its history after it is taken out. So taking it out is half of the remedy: revoke it as well.

Found by the formats in which known issuers write their keys, and, with less confidence, by a name such as \`x-api-token\` beside a value
that looks random. References such as \`\${TOKEN}\` and \`vault:…\` are left alone. Only files that are linted themselves are searched.
`,
  sources: [
    {title: 'CWE-798, Use of Hard-coded Credentials', url: 'https://cwe.mitre.org/data/definitions/798.html'},
    {
      title: 'OWASP, Secrets Management Cheat Sheet',
      url: 'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html',
    },
  ],
  bad: [
    {
      name: 'a header for another tool',
      text: '{\n  "name": "predict",\n  "x-gateway": {"headers": {"authorization": "Bearer 0f1e2d3c4b5a69788796a5b4"}}\n}\n',
      findings: [
        {
          message:
            'x-gateway.headers.authorization holds credentials of an Authorization header, which all who can read the policy can use. Take them from the environment, and revoke these.',
          at: '3:29',
          marks: '"authorization"',
        },
      ],
    },
    {
      name: 'a value that only its name gives away',
      text: '{\n  "routes": [\n    {"match": {"path": "/v1/search"}, "x-api-token": "q7Zk20fLm4Rt9xWb", "maxAttempts": 2}\n  ]\n}\n',
      findings: [
        {
          message:
            'x-api-token holds what looks like a secret, which all who can read the policy can use. Take it from the environment, and revoke this one.',
          at: '3:39',
          marks: '"x-api-token"',
          severity: 'warning',
        },
      ],
    },
  ],
  good: [
    {name: 'where it comes from', text: '{\n  "x-gateway": {"authorization": "env:GATEWAY_AUTHORIZATION"}\n}\n'},
    {name: 'a note', text: '{\n  "x-why": "Ledgers are slow; see ticket 4711 of the payments team."\n}\n'},
  ],

  *checkFile({shape, scopes}: Model): Iterable<Draft & {readonly scope: Scope}> {
    for (const place of shape.places.values()) {
      const note = noteOf(place);
      if (note === undefined) continue;
      const secret = secretIn(note.key, note.text);
      const scope = scopes.find(({base, own}) => own.entry === undefined && base === note.base);
      if (secret === undefined || scope === undefined) continue;
      yield {
        scope,
        at: place.path.slice(note.base.length).replace(/^\./, ''),
        message: `${note.name} holds ${formatSecret(secret)}`,
        ...(secret.isCertain ? {} : {severity: 'warning', confidence: 'medium'}),
      };
    }
  },
});

/** A text under a key that begins with x-. */
interface Note {
  readonly text: string;
  /** The nearest key. */
  readonly key: string;
  /** `x-gateway.headers.authorization` */
  readonly name: string;
  /** '' or `routes[0]`. */
  readonly base: string;
}

/** Suppressions, whose reasons are prose. */
const OURS = 'x-retry-lint';

function noteOf({segments, node}: Place): Note | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const start = segments.findIndex(segment => typeof segment === 'string' && segment.startsWith('x-'));
  if (start < 0 || segments[start] === OURS) return undefined;
  const names = segments.slice(start);
  const key = String(names.findLast(segment => typeof segment === 'string'));
  const [part, index] = segments;
  return {
    text: node.value,
    key,
    name: names.join('.'),
    base: part === 'routes' && typeof index === 'number' ? `routes[${index}]` : '',
  };
}

const formatSecret = ({what, isCertain}: Secret): string => {
  const isMany = what.startsWith('credentials');
  const found = isCertain ? what : `what looks like ${what}`;
  return `${found}, which all who can read the policy can use. Take ${isMany ? 'them' : 'it'} from the environment, and revoke ${isMany ? 'these' : 'this one'}.`;
};
