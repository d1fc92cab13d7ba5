/** Stands for `node:url` in a worker of a browser. */

/** @throws URIError, TypeError */
export function fileURLToPath(url: string): string {
  const {pathname, host} = new URL(url);
  if (host !== '' || /%2f/i.test(pathname)) throw new TypeError(`Not a file of this machine: ${url}`);
  return decodeURIComponent(pathname);
}

/** Encodes what would end the path, or would be taken for an encoded character. */
export function pathToFileURL(path: string): URL {
  return new URL(`file://${path.replace(/[%?#\\]/g, encodeURIComponent)}`);
}
