/** A link to Redis that breaks at a given command. */
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server} from 'node:net';

export class CutLink {
  readonly #server: Server;
  #pattern: RegExp | null = null;
  /** How often the link was cut. */
  cuts = 0;

  private constructor(port: number) {
    this.#server = createServer(client => {
      const redis = connect(port, '127.0.0.1');
      const end = (): void => {
        client.destroy();
        redis.destroy();
      };
      client.on('data', chunk => {
        if (this.#pattern?.test(chunk.toString('latin1'))) {
          this.#pattern = null;
          this.cuts++;
          return end();
        }
        redis.write(chunk);
      });
      redis.on('data', chunk => client.write(chunk));
      for (const socket of [client, redis]) socket.on('close', end).on('error', end);
    });
  }

  static async to(port: number): Promise<CutLink> {
    const link = new CutLink(port);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends the connection that next sends such a command, which does not arrive. */
  cutAt(command: RegExp): void {
    this.#pattern = command;
  }

  close(): void {
    this.#server.close();
  }
}
