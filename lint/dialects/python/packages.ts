/** The versions of libraries that a program may run with, for what they do differently. */

/**
 * By the name of the package, as requirements write them: `==8.2.3`, `>=1.26,<3`, and `==1.26.20 || ==2.5.0` for one of several. A package
 * that is not named may have any version.
 */
export type Packages = Readonly<Record<string, string>>;

/** @returns True if every version that may be there is older than another one, false if none is; undefined where both may be. */
export function isBefore(version: string, name: string, packages: Packages | undefined): boolean | undefined {
  const spec = packages?.[name];
  if (spec === undefined) return undefined;
  const [answer, ...others] = new Set(spec.split('||').map(each => isRangeBefore(rangeOf(each), numbersIn(version))));
  return others.length === 0 ? answer : undefined;
}

interface Range {
  least: readonly number[];
  /** The first one that is not among them. */
  end: readonly number[];
}

function isRangeBefore({least, end}: Range, version: readonly number[]): boolean | undefined {
  if (compare(least, version) >= 0) return false;
  return compare(end, version) <= 0 ? true : undefined;
}

const CLAUSE = /^\s*(===?|~=|[<>!]=|[<>^~])?\s*v?(\d+(?:\.\d+)*)(\.\*)?/;

/** Reads a range of pip or Poetry: `~=8.2`, `^8.2`, `~8.2`, `8.2`. */
function rangeOf(spec: string): Range {
  const range: Range = {least: [0], end: [Infinity]};
  for (const clause of spec.split(',')) {
    const [, sign = '==', digits, star] = CLAUSE.exec(clause) ?? [];
    if (digits === undefined || sign === '!=') continue;
    const version = numbersIn(digits);
    const isExact = sign.startsWith('==') && star === undefined;
    if (!sign.startsWith('<')) range.least = version;
    if (sign.startsWith('>')) continue;
    // A little later than a version is before the next one.
    if (isExact || sign === '<=') range.end = [...version, 0.5];
    else range.end = sign === '<' ? version : after(version.slice(0, lengthOf(sign, version)));
  }
  return range;
}

/** How many numbers of a version stay the same. */
function lengthOf(sign: string, version: readonly number[]): number {
  if (sign === '~=') return Math.max(1, version.length - 1);
  if (sign === '^') return version[0] === 0 ? 2 : 1;
  return sign === '~' ? 2 : version.length;
}

const after = (version: readonly number[]): number[] => [...version.slice(0, -1), (version.at(-1) ?? 0) + 1];

const numbersIn = (version: string): number[] => version.split('.').map(Number);

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
