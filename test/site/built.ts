/** The site as `npm run docs` built it, and a server for it. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {extname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const dist: string = fileURLToPath(new URL('../../tools/site/dist/', import.meta.url));

if (!existsSync(join(dist, 'playground/index.html')))
  throw new Error('There is no site in tools/site/dist: run npm run docs.');

/** Every file of the site, with slashes. */
export const files: readonly string[] = readdirSync(dist, {recursive: true, withFileTypes: true})
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath, entry.name).slice(dist.length).replaceAll('\\', '/'));

export const read = (file: string): string => readFileSync(join(dist, file), 'utf8');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** A server of files, as plain as hosts of static sites are. */
export class SiteServer {
  readonly #server: Server = createServer((request, response) => {
    const {pathname} = new URL(request.url!, 'http://localhost');
    const file = decodeURI(pathname.replace(/\/$/, '/index.html')).slice(1);
    if (!files.includes(file)) {
      response.writeHead(404, {'content-type': TYPES['.html']});
      return void response.end(read('404.html'));
    }
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(join(dist, file)));
  });

  /** @returns The origin. */
  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
