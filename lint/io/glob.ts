/**
 * Matches paths against the globs of a configuration, which comes with a repository and is read in editors, too. picomatch makes an expression of
 * a glob, which takes minutes for many stars and a long name; so such a glob is matched here, in a time that grows with the lengths of both.
 */

import {CliError} from './cli-error.ts';

/** Takes a path with slashes, relative to where the glob begins. */
type MatchesPath = (path: string) => boolean;

/** Wildcards match names that begin with a dot, too. */
export async function globOf(glob: string): Promise<MatchesPath> {
  const repetitions = glob.match(/\*+|[+?!@]\(|\{/g)?.length ?? 0;
  const linear = repetitions > FEW ? linearGlob(glob) : undefined;
  if (repetitions > MOST_REPETITIONS && linear === undefined)
    throw new CliError(
      `The glob ${glob.length > 60 ? `${glob.slice(0, 60)}…` : glob} would take too long: with more than ${MOST_REPETITIONS} stars and braces, a glob may have names, *, **, ?, [ab] and up to ${MOST_ALTERNATIVES} alternatives in braces.`,
    );
  const {default: picomatch} = await import('picomatch');
  const matches = picomatch(glob, {dot: true});
  return path => (linear === undefined || path.length ** repetitions < MOST_STEPS ? matches(path) : linear(path));
}

/** An expression tries each place of the path for each of these. */
const FEW = 2;
const MOST_REPETITIONS = 4;
/** A path of 100 characters with three stars, or of 31 with four. */
const MOST_STEPS = 1_000_000;

/** @returns Undefined for a glob that has more than names, `*`, `**`, `?`, `[ab]` and `{a,b}`. */
export function linearGlob(glob: string): MatchesPath | undefined {
  const alternatives = isPlain(glob) ? alternativesOf(glob) : undefined;
  const patterns = alternatives?.map(each => each.split('/').map(segmentOf));
  if (patterns === undefined) return undefined;
  return path => {
    const names = path.split('/');
    return patterns.some(pattern => matchesPath(pattern, names));
  };
}

/** Whether the glob has nothing but names, `*`, `?`, `[ab]` and `{a,b}`, and `**` only as a whole name. */
const isPlain = (glob: string): boolean =>
  /^(?:[\p{L}\p{N} _.,/@#%&=:;~*?{}-]|\[\^?[\p{L}\p{N}_.]+(?:-[\p{L}\p{N}])?\])+$/u.test(glob) &&
  !/\.\.|(?:^|[/{,])\.(?:\/|$)|\/\/|^\/|\/$|[^/{,]\*\*|\*\*[^/},]|\*\*\*/.test(glob);

/** More are hardly what a person writes. */
const MOST_ALTERNATIVES = 1000;

/** Each glob that the braces stand for; undefined where they are not closed, have no comma, or stand for too many. */
function alternativesOf(glob: string): string[] | undefined {
  let found = [''];
  const open: {readonly before: string[]; readonly done: string[]; commas: number}[] = [];
  for (const part of glob.match(/\[[^\]]*\]|[{},]|[^[{},]+/g) ?? []) {
    const top = open.at(-1);
    if (part === '{') {
      open.push({before: found, done: [], commas: 0});
      found = [''];
    } else if (top !== undefined && part === ',') {
      top.done.push(...found);
      top.commas++;
      found = [''];
    } else if (part === '}') {
      if (top === undefined || top.commas === 0) return undefined;
      open.pop();
      const inner = [...top.done, ...found];
      if (top.before.length * inner.length > MOST_ALTERNATIVES) return undefined;
      if (isStarred(top.before, inner)) return undefined;
      found = top.before.flatMap(before => inner.map(each => before + each));
    } else {
      if (isStarred(found, [part])) return undefined;
      found = found.map(each => each + part);
    }
    if (found.length + (open.at(-1)?.done.length ?? 0) > MOST_ALTERNATIVES) return undefined;
  }
  return open.length > 0 || found.some(each => !isPlain(each)) ? undefined : found;
}

/** Whether two stars meet: written together they stand for any number of names, and these for one. */
const isStarred = (before: readonly string[], after: readonly string[]): boolean =>
  before.some(each => each.endsWith('*')) && after.some(each => each.startsWith('*'));

/** A name of a path, or `**`, which stands for any number of them. */
type Segment = {readonly matches: (name: string) => boolean; readonly any?: true};

function segmentOf(segment: string): Segment {
  const isSeen = (name: string): boolean => name !== '' && name !== '.' && name !== '..';
  if (segment === '**') return {matches: isSeen, any: true};
  const tokens = segment.match(/\[[^\]]*\]|[\s\S]/gu) ?? [];
  const chars = tokens.map(charOf);
  if (!chars.includes(undefined) && !tokens.some(token => token === '?' || token.length > 1))
    return {matches: name => name === segment};
  return {matches: name => isSeen(name) && matchesName(chars, [...name])};
}

/** What matches one character; undefined for a star. */
function charOf(token: string): ((char: string) => boolean) | undefined {
  if (token === '*') return undefined;
  if (token === '?') return () => true;
  if (token.length === 1 || !token.startsWith('[')) return char => char === token;
  const expression = new RegExp(`^${token}$`, 'u');
  return char => expression.test(char);
}

/** Only the last star is tried again: what stands before it has matched as early as it can. */
function matchesName(chars: readonly (((char: string) => boolean) | undefined)[], name: readonly string[]): boolean {
  return matchesAll(
    chars.length,
    name.length,
    at => chars[at] === undefined,
    (at, index) => chars[at]!(name[index]!),
    () => true,
  );
}

function matchesPath(pattern: readonly Segment[], names: readonly string[]): boolean {
  return matchesAll(
    pattern.length,
    names.length,
    at => pattern[at]!.any === true,
    (at, index) => pattern[at]!.matches(names[index]!),
    index => pattern.find(({any}) => any)!.matches(names[index]!),
  );
}

function matchesAll(
  tokens: number,
  items: number,
  isStar: (token: number) => boolean,
  matches: (token: number, item: number) => boolean,
  mayPass: (item: number) => boolean,
): boolean {
  let [token, item, star, from] = [0, 0, -1, 0];
  while (item < items) {
    if (token < tokens && isStar(token)) {
      star = token++;
      from = item;
    } else if (token < tokens && matches(token, item)) {
      token++;
      item++;
    } else {
      if (star === -1 || !mayPass(from)) return false;
      token = star + 1;
      item = ++from;
    }
  }
  while (token < tokens && isStar(token)) token++;
  return token === tokens;
}
