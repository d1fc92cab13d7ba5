/** Starts the server and gives its origin. */
import {fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

export interface Loopback {
  readonly url: string;
  close(): void;
}

export async function startLoopback(): Promise<Loopback> {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)));
  const [port] = await once(child, 'message');
  return {url: `http://127.0.0.1:${port}/items/1`, close: () => child.disconnect()};
}
