import {noteOf} from '../analysis/notes.ts';
import {type Secret, secretIn} from '../analysis/secrets.ts';
import type {Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const secretInNotes: Rule = builtIn('RL110', {
  *checkFile({shape, scopes}) {
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

const formatSecret = ({what, isCertain}: Secret): string => {
  const isMany = what.startsWith('credentials');
  const found = isCertain ? what : `what looks like ${what}`;
  return `${found}, which every reader of the policy can use. Revoke ${isMany ? 'them' : 'it'}, and read ${isMany ? 'new ones' : 'a new one'} from the environment.`;
};
