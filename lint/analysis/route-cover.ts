/** Compares the calls that two routes match. */

import {compilePath, normaliseOrigin} from '../../src/policy/routes.ts';
import type {Match} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';

/** Whether a route certainly matches every call that another matches. False if the patterns are hard to compare. */
export const covers = (wide: Match, narrow: Match): boolean =>
  coversPath(wide.path, narrow.path) && coversOrigin(wide, narrow) && coversMethods(wide.methods, narrow.methods);

/** Whether a call may match both routes. False only if that is certain. */
export const mayMeet = (a: Match, b: Match): boolean => {
  const [methods, others] = [upperCase(a.methods), upperCase(b.methods)];
  if (methods !== undefined && others !== undefined && !methods.some(method => others.includes(method))) return false;
  if (a.origin !== undefined && b.origin !== undefined && originOf(a) !== originOf(b)) return false;
  if (a.path === undefined || b.path === undefined) return true;
  if (!a.path.includes('*')) return compilePath(b.path)(a.path);
  if (!b.path.includes('*')) return compilePath(a.path)(b.path);
  return true;
};

function coversMethods(wide: Match['methods'], narrow: Match['methods']): boolean {
  const methods = upperCase(wide);
  return methods === undefined || upperCase(narrow)?.every(method => methods.includes(method)) === true;
}

const coversOrigin = (wide: Match, narrow: Match): boolean =>
  wide.origin === undefined || (narrow.origin !== undefined && originOf(wide) === originOf(narrow));

function coversPath(wide: string | undefined, narrow: string | undefined): boolean {
  if (wide === undefined || wide === narrow || wide === '/**') return true;
  if (narrow === undefined) return false;
  if (!narrow.includes('*')) return compilePath(wide)(narrow);
  // `/v1/**` matches every pattern that begins with /v1/, and `/**/chat` every one that ends with /chat.
  const [, folder, end] = /^(?:([^*]*\/)\*\*|\/\*\*(\/[^*]+))$/.exec(wide) ?? [];
  return (folder !== undefined && narrow.startsWith(folder)) || (end !== undefined && narrow.endsWith(end));
}

/** What is left of a match without methods and path. */
export const originOnly = (match: Match | undefined): Match =>
  match?.origin === undefined ? {} : {origin: match.origin};

/** Whether a call to the origin may come to the scope: routes are tried in order, and the policy itself has what they leave. */
export function isReached(scope: Scope, origin: Match, scopes: readonly Scope[]): boolean {
  const earlier = scope.match === undefined ? scopes : scopes.slice(0, scopes.indexOf(scope));
  return !earlier.some(({match}) => match !== undefined && covers(match, {...scope.match, ...origin}));
}

/** Whether the route, with another method, would get no call, or leave a later one of the file none. */
export function wouldHide(scope: Scope, scopes: readonly Scope[], method: unknown, other: string): boolean {
  const match = {...scope.match, methods: scope.match?.methods?.map(each => (each === method ? other : each)) ?? []};
  const index = scopes.indexOf(scope);
  return scopes.some(
    (each, at) =>
      each.match !== undefined &&
      (at < index
        ? covers(each.match, match)
        : at > index && each.own.entry === undefined && covers(match, each.match)),
  );
}

const originOf = ({origin = ''}: Match): string => normaliseOrigin(origin) ?? origin;

const upperCase = (methods: Match['methods']): string[] | undefined => methods?.map(method => method.toUpperCase());
