import {type Secret, secretIn} from '../analysis/secrets.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import type {Place} from '../source/places.ts';
import {builtIn} from './built-in.ts';

export const secretInNotes: Rule = builtIn('RL110', {
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
