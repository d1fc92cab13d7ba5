/**
 * What a comment says to the linter: `retry-lint-disable-next-line RL203 -- reason until 2027-01-01`.
 *
 * The syntax is strict on purpose: a comment that only begins with the linter's name is a comment.
 */

import {nearest} from '../../src/policy/suggestions.ts';

export interface Directive {
  readonly kind: 'line' | 'next-line' | 'file';
  /** Codes or names, as written. */
  readonly rules: readonly string[];
  readonly reason: string | undefined;
  /** The last day it holds, `2027-01-01`, as written. */
  readonly until: string | undefined;
}

const KINDS = {
  'retry-lint-disable': 'file',
  'retry-lint-disable-line': 'line',
  'retry-lint-disable-next-line': 'next-line',
} as const;

/** What a comment in Python may begin with, too: see from-python.ts. */
export const ignoreWord = 'retry-lint-ignore';

/** Undefined for a comment without a directive. */
export function readDirective(comment: string): Directive | undefined {
  const [head = '', ...rest] = comment.split(/\s--(?:\s|$)/);
  const [word = '', ...names] = head.trim().split(/[\s,]+/);
  if (!Object.hasOwn(KINDS, word)) return undefined;
  const rules = names.filter(name => name !== '');
  return {kind: KINDS[word as keyof typeof KINDS], rules, ...readReason(rest.join(' -- '))};
}

/** What a comment begins with that may be meant for the linter: `retry-lint-ignore`, `retry-lint: disable`. */
const ATTEMPT = /^(?:retry[-_]?lint(?:\s*:\s*|\s+)(?:disable|enable|ignore|suppress)[^\s,]*|retry[^\s,]*)/i;
const VERB = /^retry-?lint-(?:disable|enable|ignore|suppress)/;

/**
 * Reads a comment that was meant as a directive and is not one.
 *
 * @returns Its words as written, and the directive that is nearest, if one is near.
 */
export function misspeltDirective(
  comment: string,
): {readonly written: string; readonly near: string | undefined} | undefined {
  const written = ATTEMPT.exec(comment.trim())?.[0] ?? '';
  if (Object.hasOwn(KINDS, written)) return undefined;
  const word = written.toLowerCase().replace(/[\s:_]+/g, '-');
  // Letter by letter "enable" is near to "disable", and "-file" to "-line".
  const near = word.includes('enable') ? undefined : nearest(word.replace(/-file$/, ''), Object.keys(KINDS));
  return near === undefined && !VERB.test(word) ? undefined : {written, near};
}

const UNTIL = /\b(?:until|till?(?=[\s:]+\d))(?:\s*:\s*|\s+)/gi;

/**
 * `reason until 2027-01-01`, either half of it, or nothing. The last date after an `until` ends the suppression wherever it stands,
 * as in `until 2027-01-01 (TEAM-7)`; the reason is then the whole sentence. `Until: 2027-01-01` and `till 2027-01-01` are read, too.
 */
export function readReason(written: string): Pick<Directive, 'reason' | 'until'> {
  const text = written.replaceAll(UNTIL, 'until ');
  const [, before = '', until] = /^(.*?)(?:\buntil\s+(\S+))?$/s.exec(text.trim()) ?? [];
  const day = /^.*\buntil\s+(\d{4}-\d\d-\d\d)/s.exec(text)?.[1];
  return {reason: before.trim() || undefined, until: day ?? until};
}
