/** Fixes that change one field. */

import {isNative} from '../dialects/native.ts';
import type {Scope} from '../model/scope.ts';
import type {Change, FixDraft} from '../rule.ts';
import {formatList} from './format.ts';

/** Sets a field, under a title of its own. */
export const assign = (title: string, path: string, value: unknown): FixDraft => ({
  title,
  changes: [{do: 'set', path, value}],
});

/** The same in the scope itself, so that a fix of a route does not change other routes. */
export const assignHere = (title: string, path: string, value: unknown): FixDraft => ({
  title,
  changes: [{do: 'set', path, value, inScope: true}],
});

/** `Set jitter to "full"`, in the terms of the file. */
export const setting = (scope: Scope, path: string, value: unknown): FixDraft =>
  assign(formatChange(scope, path, value), path, value);

/** `Set attemptTimeoutMs to 10000 and deadlineMs to 30000`. */
export const settingAll = (
  {words}: Scope,
  durations: readonly {readonly path: string; readonly ms: number}[],
): FixDraft => ({
  title: `Set ${formatList(durations.map(({path, ms}) => `${words.key(path)} to ${words.value(path, ms)}`))}`,
  changes: durations.map(({path, ms}) => ({do: 'set', path, value: ms})),
});

/** Sets jitter where a policy switches it off: equal waits would be the next finding. A program may have no way to write it. */
export const fullJitter = ({dialect, policy}: Scope): Extract<Change, {do: 'set'}>[] =>
  isNative(dialect) && policy.backoff.jitter === 'none' ? [{do: 'set', path: 'backoff.jitter', value: 'full'}] : [];

/** `Set delayMs to 1000, Set jitter to "full"`. */
export const settingEach = (scope: Scope, changes: readonly Extract<Change, {do: 'set'}>[]): FixDraft => ({
  title: changes.map(({path, value}) => formatChange(scope, path, value)).join(', '),
  changes,
});

export const settingHere = (scope: Scope, path: string, value: unknown): FixDraft =>
  assignHere(formatChange(scope, path, value), path, value);

/** Removes a value that the file sets. */
export const removing = (title: string, path: string): FixDraft => ({title, changes: [{do: 'remove', path}]});

export const formatChange = ({words}: Scope, path: string, value: unknown): string =>
  `Set ${words.key(path)} to ${words.value(path, value)}`;
