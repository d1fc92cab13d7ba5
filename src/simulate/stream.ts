/** The event stream behind a simulated response: the engine reads its beginning, and the caller waits for its end. */
import type {ReadAhead} from '../body/response-bodies.ts';
import type {BeginningEnd, StreamBeginning} from '../body/stream-beginning.ts';
import type {StreamEvent} from './service/service.ts';

const encoder = new TextEncoder();

/** The bytes of the events, which the engine reads as it reads those of a real stream. */
const PING: Uint8Array = encoder.encode('event: ping\ndata: {"type":"ping"}\n\n');
const CONTENT: Uint8Array = encoder.encode('data: {"choices":[{"delta":{"content":"a"}}]}\n\n');
const errorBytes = (status: number): Uint8Array => encoder.encode(errorEvent(status));

/** @param status What the error stands for. */
export const errorEvent = (status: number): string =>
  `event: error\ndata: {"error":{"code":${status},"message":"simulated"}}\n\n`;

export class SimulatedStream {
  readonly #errorStatus: number;
  /** Events that no reader has taken yet. */
  readonly #unread: StreamEvent[] = [];
  #beginning: StreamBeginning | null = null;
  #begun: ((end: BeginningEnd) => void) | null = null;
  /** null: the stream goes on. */
  #isComplete: boolean | null = null;
  #onEnd: ((isComplete: boolean) => void) | null = null;

  /** @param errorStatus What an error in the stream stands for. */
  constructor(errorStatus: number) {
    this.#errorStatus = errorStatus;
  }

  push(event: StreamEvent): void {
    if (event === 'end' || event === 'error') this.#isComplete = event === 'end';
    this.#unread.push(event);
    this.#readOn();
    if (this.#isComplete !== null) this.#onEnd?.(this.#isComplete);
  }

  /** Reads up to the first content. */
  readAhead(beginning: StreamBeginning): ReadAhead {
    return {
      read: () =>
        new Promise(resolve => {
          this.#beginning = beginning;
          this.#begun = resolve;
          this.#readOn();
        }),
      release: () => {
        this.#begun = null;
      },
      cancel: () => {
        this.#begun = null;
      },
    };
  }

  /** Notifies of the end, with false where an error came in its place; at once where the stream has ended. */
  onEnd(listener: (isComplete: boolean) => void): void {
    if (this.#isComplete === null) this.#onEnd = listener;
    else listener(this.#isComplete);
  }

  #readOn(): void {
    while (this.#begun !== null && this.#unread.length > 0) {
      const end = this.#readEvent(this.#unread.shift()!);
      if (end !== null) this.#begun(end);
    }
  }

  #readEvent(event: StreamEvent): BeginningEnd | null {
    const beginning = this.#beginning!;
    switch (event) {
      case 'ping':
        return beginning.read(PING);
      case 'content':
        return beginning.read(CONTENT);
      case 'error':
        return beginning.read(errorBytes(this.#errorStatus));
      case 'end':
        return beginning.end();
    }
  }
}
