/** How messages write paths and values: as JavaScript would, short, and without giving secrets away. */

const longest = 40;

/** `routes[0].backoff.baseMs`; a key that is no identifier is quoted. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[$A-Za-z_][\w$]*$/.test(key) || key.length > longest) return `${path}[${quote(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** The clause after "got". */
export function formatValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return looksSecret(value) ? `${quote(value.slice(0, 4))}… (${value.length} characters)` : quote(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 entry' : `a list of ${value.length} entries`;
      return Object.keys(value).length === 0 ? 'an empty object' : 'an object';
    case 'number':
      return Object.is(value, -0) ? '0' : String(value);
    default:
      return String(value);
  }
}

function quote(text: string): string {
  // Cut before quoting: JSON writes a control character with six, and a text may be megabytes long.
  return text.length <= longest ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, longest - 1))}…`;
}

/** A value in the wrong field may be a token. Known prefixes, the user of a URL, and long runs of letters mixed with digits. */
function looksSecret(text: string): boolean {
  return (
    /(?:^|[\s:="'])(?:bearer |basic |sk[-_]|pk[-_]|rk[-_]|gh[opsu]_|github_pat|glpat-|xox|eyj|akia|aiza|whsec_)/i.test(
      text,
    ) ||
    /\/\/[^/]*@/.test(text) ||
    (/^[A-Za-z0-9+/=_-]{20,}$/.test(text) && isMixed(text)) ||
    (text.match(/[A-Za-z0-9+=_-]{20,}/g)?.some(isMixed) ?? false)
  );
}

const isMixed = (text: string): boolean => /[A-Za-z]/.test(text) && /[0-9]/.test(text);
