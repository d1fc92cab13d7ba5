/**
 * Compiles the `match` of a route into a predicate. It runs on every call, so literal parts are compared before anything is cut
 * into segments; and it is not a regular expression, so no pattern and no path can make it slow.
 */

import type {Match} from './types.ts';

/** Whether a call belongs to a route: its method in upper case, its origin as `URL.origin` writes it, its path as `URL.pathname`. */
export type Matches = (method: string, origin: string, pathname: string) => boolean;

/**
 * Makes the predicate of a route.
 *
 * @param match As the policy has it.
 */
export function compileMatch({methods, origin, path}: Match): Matches {
  const wantedMethods = methods === undefined ? undefined : new Set(methods.map(method => method.toUpperCase()));
  const wantedOrigin = origin === undefined ? undefined : (normaliseOrigin(origin) ?? origin);
  const matchesPath = path === undefined ? undefined : orWithSlash(compilePath(path));
  return (method, calledOrigin, pathname) =>
    (wantedMethods === undefined || wantedMethods.has(method)) &&
    (wantedOrigin === undefined || wantedOrigin === calledOrigin) &&
    (matchesPath === undefined || matchesPath(pathname));
}

/** Servers serve `/v1/chat/` as `/v1/chat`. */
const orWithSlash =
  (matches: (pathname: string) => boolean) =>
  (pathname: string): boolean =>
    matches(pathname) || (pathname.length > 1 && pathname.endsWith('/') && matches(pathname.slice(0, -1)));

/** An origin as `URL.origin` writes it: lower case, without the default port. Undefined if it is none. */
export function normaliseOrigin(origin: string): string | undefined {
  return URL.parse(origin)?.origin;
}

/** `*` stands for one segment, or for any run of characters inside one; `**` for any number of segments, also none. */
export function compilePath(pattern: string): (pathname: string) => boolean {
  const encoded = asInUrls(pattern);
  if (!encoded.includes('*')) return pathname => pathname === encoded;
  const prefix = encoded.slice(0, encoded.indexOf('*'));
  // `/v1/**` takes `/v1` too, so the slash before the wildcard is not demanded here.
  const required = prefix.slice(0, prefix.lastIndexOf('/'));
  const tests = encoded.slice(1).split('/').map(compileSegment);
  return pathname => pathname.startsWith(required) && matchSegments(tests, pathname.slice(1).split('/'));
}

type SegmentTest = ((segment: string) => boolean) | typeof anySegments;
const anySegments = Symbol('any number of segments');

function compileSegment(pattern: string): SegmentTest {
  if (pattern === '**') return anySegments;
  if (pattern === '*') return segment => segment !== '';
  const [first = '', ...others] = pattern.split(/\*+/);
  const last = others.pop();
  if (last === undefined) return segment => segment === first;
  return segment => {
    if (segment.length < first.length + last.length || !segment.startsWith(first) || !segment.endsWith(last))
      return false;
    const end = segment.length - last.length;
    let position = first.length;
    for (const part of others) {
      const found = segment.indexOf(part, position);
      if (found === -1 || found + part.length > end) return false;
      position = found + part.length;
    }
    return true;
  };
}

/** The leftmost match of the segments between two `**` leaves the most to the rest, so backtracking to the last `**` is enough. */
function matchSegments(tests: readonly SegmentTest[], segments: readonly string[]): boolean {
  let test = 0;
  let segment = 0;
  let retryTest = -1;
  let retrySegment = 0;
  while (segment < segments.length) {
    const current = tests[test];
    if (current === anySegments) {
      retryTest = ++test;
      retrySegment = segment;
    } else if (current?.(segments[segment] as string)) {
      test++;
      segment++;
    } else if (retryTest !== -1) {
      test = retryTest;
      segment = ++retrySegment;
    } else {
      return false;
    }
  }
  while (tests[test] === anySegments) test++;
  return test === tests.length;
}

/** Letters outside ASCII and spaces are percent-encoded in every URL, so they are in a pattern. */
export function asInUrls(pattern: string): string {
  return pattern.replace(/[^!-~]+/gu, encodeURIComponent);
}
