/** `node:path` in a worker that has none, as far as the linter uses it: paths of POSIX. test/vscode/path.test.ts compares it with Node's. */

export const sep = '/';

export const isAbsolute = (path: string): boolean => path.startsWith('/');

/** The parts of a path, without `.`, and without `..` where it leads back to a part. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute(path)) parts.push(part);
  }
  return parts;
}

export function normalize(path: string): string {
  const joined = partsOf(path).join('/');
  const whole = isAbsolute(path) ? `/${joined}` : joined || '.';
  return path.endsWith('/') && path !== '' && !whole.endsWith('/') ? `${whole}/` : whole;
}

export const join = (...paths: readonly string[]): string => normalize(paths.filter(path => path !== '').join('/'));

export function resolve(...paths: readonly string[]): string {
  let whole = '';
  for (const path of [process.cwd(), ...paths]) whole = isAbsolute(path) ? path : `${whole}/${path}`;
  return `/${partsOf(whole).join('/')}`;
}

export function relative(from: string, to: string): string {
  const [start, end] = [partsOf(resolve(from)), partsOf(resolve(to))];
  let same = 0;
  while (same < start.length && start[same] === end[same]) same++;
  return [...start.slice(same).map(() => '..'), ...end.slice(same)].join('/');
}

export function dirname(path: string): string {
  const trimmed = path.replace(/(?<=.)\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  if (slash < 0) return '.';
  return trimmed.slice(0, slash).replace(/(?<=.)\/+$/, '') || '/';
}

export const basename = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1)!;

export function extname(path: string): string {
  const name = basename(path);
  return name === '..' ? '' : (/.(\.[^.]*)$/.exec(name)?.[1] ?? '');
}
