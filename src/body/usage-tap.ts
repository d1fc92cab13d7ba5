/** Reads beside the caller, from what the caller reads, how many tokens the answer took. */
import type {AskedTokens} from '../decide/asked-tokens.ts';
import {asText} from '../decide/stream-end.ts';

/** As much of a chunk is looked at again with the next one: a name and its number may come in two chunks. */
const OVERLAP = 128;

export class UsageTap {
  readonly #usageIn: (text: string) => AskedTokens;
  readonly #settle: (usage: AskedTokens) => void;
  #tail = '';
  #usage: {inputTokens?: number; outputTokens?: number} = {};

  /** OpenAI's last event has come, with which its SDK leaves the stream. */
  #isDone = false;

  /** @param settle Called once, if the body was read to its end, or to the last event of a stream, and has a `usage`. */
  constructor(usageIn: (text: string) => AskedTokens, settle: (usage: AskedTokens) => void) {
    this.#usageIn = usageIn;
    this.#settle = settle;
  }

  /** A chunk of a stream. */
  chunk(bytes: Uint8Array): void {
    const text = this.#tail + asText(bytes);
    this.#tail = text.slice(-OVERLAP);
    this.#look(text);
  }

  /** Takes the result of a body method. */
  value(value: unknown): void {
    this.#look(typeof value === 'string' ? value : JSON.stringify(value));
  }

  end(isWhole: boolean): void {
    if ((isWhole || this.#isDone) && Object.keys(this.#usage).length > 0) this.#settle(this.#usage);
  }

  #look(text: string): void {
    this.#isDone ||= text.includes('data: [DONE]');
    const usage = this.#usage;
    for (const [name, count] of Object.entries(this.#usageIn(text)) as [keyof AskedTokens, number][])
      usage[name] = Math.max(usage[name] ?? 0, count);
  }
}
