/** Fixes that set one field, with titles in the terms of the file. */

import type {Scope} from '../model/scope.ts';
import type {FixDraft} from '../rule.ts';

/** `Set jitter to "full"`. */
export const setting = (scope: Scope, path: string, value: unknown): FixDraft => ({
  title: formatChange(scope, path, value),
  changes: [{do: 'set', path, value}],
});

/** The same in the scope itself, so that a fix of a route does not change other routes. */
export const settingHere = (scope: Scope, path: string, value: unknown): FixDraft => ({
  title: formatChange(scope, path, value),
  changes: [{do: 'set', path, value, inScope: true}],
});

export const formatChange = ({dialect: {words}}: Scope, path: string, value: unknown): string =>
  `Set ${words.key(path)} to ${words.value(path, value)}`;
