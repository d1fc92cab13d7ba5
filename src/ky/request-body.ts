/** The body of a call, as far as ky's options show it. */
import type {Plan} from '../client/plan.ts';
import {byteLength, checkBody, isDetached, snapshotBody} from '../decide/body.ts';
import type {KyOptions} from './ky-call.ts';

export class RequestBody {
  /** The text ky writes into the Request, caught on its way: then the Request need not be cloned to be sent again. */
  text: string | undefined;
  readonly isStream: boolean;
  readonly #body: KyOptions['body'];
  /** When ky was called: afterwards its bytes may be transferred. */
  readonly #wasDetached: boolean;

  constructor(options: KyOptions) {
    this.#body = options.body;
    this.#wasDetached = isDetached(options.body);
    // A stream, also one of Node, or a generator.
    this.isStream = this.#body instanceof ReadableStream || Symbol.asyncIterator in Object(this.#body);
    if (typeof options.body === 'string') this.text = options.body;
    if (options.json === undefined) return;
    const {stringifyJson} = options;
    options.stringifyJson = value => {
      this.text = stringifyJson === undefined ? JSON.stringify(value) : stringifyJson(value);
      return this.text;
    };
  }

  /** @throws TypeError */
  check(): void {
    if (this.#wasDetached) checkBody(this.#body);
  }

  /** Whether the Request is read before the call: its body is in memory, and its first attempt may go elsewhere. */
  isReadFirst({policy}: Plan): boolean {
    return policy.endpoints !== null && this.text === undefined && !this.isStream && Boolean(this.#body);
  }

  /** A hook replaced the Request, so its body is not known. */
  forget(): void {
    this.text = undefined;
  }

  /** Whether it may be sent again, where its size is known without reading: forms are not measured. Undefined: it is inside a Request. */
  fits(limitBytes: number): boolean | undefined {
    if (this.text !== undefined) return byteLength(this.text, limitBytes) <= limitBytes;
    if (this.#body === undefined || this.#body === null) return undefined;
    if (this.#body instanceof FormData) return true;
    return snapshotBody(this.#body, limitBytes).replayable;
  }
}
