import {nearest} from '../../src/policy/suggestions.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import type {Reference} from '../shape/targets.ts';
import {builtIn} from './built-in.ts';

export const missingTarget: Rule = builtIn('RL422', {
  fields: [],

  *check({base, file}): Iterable<Draft> {
    const targets = file.shape?.targets;
    if (targets === undefined || base !== '') return;
    const {kind, names, references} = targets;
    for (const reference of references) {
      const {to, place, lost} = reference;
      if (lost === undefined) continue;
      const near = nearest(to, names);
      yield {
        at: '',
        place,
        message: `The file has no ${kind} ${to}, so ${lost}. ${near === undefined ? 'Correct the name.' : `Did you mean ${near}?`}`,
        suggestions: near === undefined ? [] : [renaming(reference, near)],
      };
    }
  },
});

/** A name is a key, or a value of its own. */
const renaming = ({to, place: {node, path}}: Reference, near: string): FixDraft => ({
  title: `Write ${near} instead of ${to}`,
  changes: [node.kind === 'scalar' ? {do: 'set', path, value: near} : {do: 'rename', path, to: near}],
});
