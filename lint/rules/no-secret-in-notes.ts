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
  documentation: () => ({
    why: `
Many people and tools read a policy: it is in a repository, other policies extend it, tools print it. The client ignores fields that begin
with \`x-\`; they hold notes and settings of other tools. Everyone who can read the file can use a credential in such a field, and it stays in
the history after it is removed. Remove the credential and revoke it.

The rule knows the key formats of common issuers. With less confidence it reports a name such as \`x-api-token\` with a value that looks
random. References such as \`\${TOKEN}\` and \`vault:…\` are not reported. Only files that are linted themselves are searched.
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
              'x-gateway.headers.authorization contains credentials of an Authorization header, which every reader of the policy can use. Revoke them, and read new ones from the environment.',
            at: '3:29',
            marks: '"authorization"',
          },
        ],
      },
      {
        name: 'a random value under the name of a secret',
        text: '{\n  "routes": [\n    {"match": {"path": "/v1/search"}, "x-api-token": "q7Zk20fLm4Rt9xWb", "maxAttempts": 2}\n  ]\n}\n',
        findings: [
          {
            message:
              'x-api-token contains what looks like a secret, which every reader of the policy can use. Revoke it, and read a new one from the environment.',
            at: '3:39',
            marks: '"x-api-token"',
            severity: 'warning',
          },
        ],
      },
    ],
    good: [
      {name: 'a reference', text: '{\n  "x-gateway": {"authorization": "env:GATEWAY_AUTHORIZATION"}\n}\n'},
      {name: 'a note', text: '{\n  "x-why": "Ledgers are slow; see ticket 4711 of the payments team."\n}\n'},
    ],
  }),

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
        message: `${note.name} contains ${formatSecret(secret)}`,
        ...(secret.isCertain ? {} : {severity: 'warning', confidence: 'medium'}),
      };
    }
  },
});

/** A string under a key that begins with x-. */
interface Note {
  readonly text: string;
  /** The nearest key. */
  readonly key: string;
  /** `x-gateway.headers.authorization` */
  readonly name: string;
  /** '' or `routes[0]`. */
  readonly base: string;
}

/** Suppressions, whose reasons are free text. */
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
  return `${found}, which every reader of the policy can use. Revoke ${isMany ? 'them' : 'it'}, and read ${isMany ? 'new ones' : 'a new one'} from the environment.`;
};
