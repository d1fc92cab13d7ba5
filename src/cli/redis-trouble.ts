/** Says once that Redis is lost, and once that it is back: the driver reports each attempt to connect. Says any other trouble once. */

export class RedisTrouble {
  readonly #stream: Pick<NodeJS.WritableStream, 'write'>;
  readonly #command: string;
  readonly #noted = new Set<string>();
  #last = '';

  /** @param command The name before each line. */
  constructor(stream: Pick<NodeJS.WritableStream, 'write'>, command: string) {
    this.#stream = stream;
    this.#command = command;
  }

  /** A connection failed. */
  readonly lost = ({message}: Error): void => {
    const isKnown = this.#last !== '';
    this.#last = message;
    if (!isKnown) this.#stream.write(`${this.#command}: Redis: ${message}; waiting for it\n`);
  };

  /** BullMQ reports lost connections too. */
  readonly noted = ({message}: Error): void => {
    if (this.#last !== '' || this.#noted.has(message)) return;
    this.#noted.add(message);
    this.#stream.write(`${this.#command}: ${message}\n`);
  };

  readonly found = (): void => {
    if (this.#last !== '') this.#stream.write(`${this.#command}: Redis is back\n`);
    this.#last = '';
  };
}
