/** A link to Redis on which each command and each reply takes its time. */
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';

export class SlowLink {
  readonly #server: Server;

  private constructor(port: number, oneWayMs: number) {
    const carry = (from: Socket, to: Socket): void => {
      from.on('data', chunk => setTimeout(() => to.writable && to.write(chunk), oneWayMs));
      from.on('error', () => {}).on('close', () => to.destroy());
    };
    this.#server = createServer(client => {
      const redis = connect(port, '127.0.0.1');
      carry(client, redis);
      carry(redis, client);
    });
  }

  static async to(port: number, roundTripMs: number): Promise<SlowLink> {
    const link = new SlowLink(port, roundTripMs / 2);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}
