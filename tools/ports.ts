/** Ports of the loopback interface that are free, and servers that have just been started on them. */
import {once} from 'node:events';
import {createServer} from 'node:net';

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({length: count}, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map(server => (server.address() as {port: number}).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

/** Polls for up to 30 s until a server responds. */
export async function isReady(url: string, isDead: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 150 && !isDead(); tries++) {
    const isUp = await fetch(url, {signal: AbortSignal.timeout(1000)}).then(
      response => response.ok,
      () => false,
    );
    if (isUp) return true;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return false;
}
