/** Says once that Redis is lost, and once that it is back. The driver reports each attempt to connect. */

export class RedisTrouble {
  readonly #stream: Pick<NodeJS.WritableStream, 'write'>;
  readonly #command: string;
  #last = '';

  /** @param command The name before each line. */
  constructor(stream: Pick<NodeJS.WritableStream, 'write'>, command: string) {
    this.#stream = stream;
    this.#command = command;
  }

  readonly lost = ({message}: Error): void => {
    const isKnown = this.#last !== '';
    this.#last = message;
    if (!isKnown) this.#stream.write(`${this.#command}: Redis: ${message}; waiting for it\n`);
  };

  readonly found = (): void => {
    if (this.#last !== '') this.#stream.write(`${this.#command}: Redis is back\n`);
    this.#last = '';
  };
}
