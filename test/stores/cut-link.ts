/** A link to Redis, or to PostgreSQL, that breaks at a given command. */
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server} from 'node:net';

export class CutLink {
  readonly #server: Server;
  readonly #ends = new Set<() => void>();
  #pattern: RegExp | null = null;
  #replyTo: RegExp | null = null;
  #isAway = false;
  #awaited: {readonly command: RegExp; readonly met: () => void} | null = null;
  /** How often the link was cut. */
  cuts = 0;

  private constructor(port: number) {
    this.#server = createServer(client => {
      const redis = connect(port, '127.0.0.1');
      const end = (): void => {
        client.destroy();
        redis.destroy();
        this.#ends.delete(end);
      };
      this.#ends.add(end);
      if (this.#isAway) return end();
      client.on('data', chunk => {
        if (this.#pattern?.test(chunk.toString('latin1'))) {
          this.#pattern = null;
          this.cuts++;
          return end();
        }
        if (this.#replyTo?.test(chunk.toString('latin1'))) {
          this.#replyTo = null;
          this.cuts++;
          redis.prependOnceListener('data', end);
        }
        redis.write(chunk);
        if (this.#awaited?.command.test(chunk.toString('latin1'))) this.#awaited.met();
      });
      redis.on('data', chunk => void (this.#ends.has(end) && client.write(chunk)));
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

  /** Ends the connection that next sends such a command once the reply comes, which does not arrive. */
  cutReplyTo(command: RegExp): void {
    this.#replyTo = command;
  }

  /** Resolves when such a command has gone to Redis. */
  meets(command: RegExp): Promise<void> {
    return new Promise(met => {
      this.#awaited = {command, met};
    });
  }

  /** Ends every connection, and each new one at once, until `accept`. */
  refuse(): void {
    this.#isAway = true;
    for (const end of this.#ends) end();
  }

  accept(): void {
    this.#isAway = false;
  }

  close(): void {
    this.#server.close();
  }
}
