import {assign} from '../analysis/setting.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {likenessOf} from '../shape/likeness.ts';
import {suggestedField} from '../shape/suggested-field.ts';
import {builtIn} from './built-in.ts';

export const brokenExtends: Rule = builtIn('RL406', {
  needs: ['extends'],
  *checkFile({scopes: [scope], broken}) {
    if (scope === undefined) return;
    for (const {entry, message} of broken) {
      const at = `extends[${entry}]`;
      yield {scope, at, message: `${at} ${message.replace(/[.?]?$/, end => end || '.')}`, ...remedy(at, message)};
    }
  },
});

/** Two presets are different policies, so only a name with one slip has a fix. */
function remedy(at: string, message: string): Pick<Draft, 'fix' | 'suggestions'> {
  const named = /^is "([^"]*)"/.exec(message)?.[1];
  const preset = suggestedField(message);
  // In the message about an extended file, what is suggested is meant for that file.
  if (named === undefined || preset === undefined) return {};
  const change: FixDraft = assign(`Extend ${preset}`, at, preset);
  const isSure =
    named.startsWith(PREFIX) && likenessOf(named.slice(PREFIX.length), preset.slice(PREFIX.length)) === 'same';
  return isSure ? {fix: change} : {suggestions: [change]};
}

const PREFIX = 'steadfetch:';
