/** A path as the relative URI that code hosts expect: forward slashes, percent-encoded. */
export const uriOf = (path: string): string =>
  path
    .replace(/^(?:\.\/)+/, '')
    .split('/')
    .map(segment => encodeURIComponent(segment.toWellFormed()))
    .join('/');
