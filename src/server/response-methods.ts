/** Stands in for the methods and fields of a response of Node's HTTP server, and keeps those that were there before. */
import type {ServerResponse} from 'node:http';

type Method = (...values: unknown[]) => unknown;
type Field = 'headersSent' | 'writableEnded' | 'writableNeedDrain';

export class ResponseMethods {
  readonly #response: ServerResponse;
  /** The methods as they were before, which may be wrappers of other middleware. */
  readonly #before = new Map<string, Method>();

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** @param instead What the method does while it must not pass on to what was there before. */
  replace(name: string, instead: Method, passes: () => boolean): void {
    const before: unknown = Reflect.get(this.#response, name);
    if (typeof before !== 'function') return; // HTTP/2 has not all of them, and only compression has `flush`.
    this.#before.set(name, before as Method);
    replaceMethod(this.#response, name, (...values) => (passes() ? this.call(name, ...values) : instead(...values)));
  }

  /** Calls the method that was there before. */
  call(name: string, ...values: unknown[]): unknown {
    return Reflect.apply(this.#before.get(name)!, this.#response, values);
  }

  describe(name: Field, get: () => boolean): void {
    Object.defineProperty(this.#response, name, {get, configurable: true, enumerable: false});
  }

  /** The field as Node has it. */
  real(name: Field): boolean {
    return Reflect.get(Object.getPrototypeOf(this.#response), name, this.#response) as boolean;
  }

  /** From now on, changes of the status are ignored. */
  fixStatus(): void {
    for (const name of ['statusCode', 'statusMessage'] as const) {
      const value = this.#response[name];
      Object.defineProperty(this.#response, name, {
        get: () => value,
        set: () => {},
        configurable: true,
        enumerable: true,
      });
    }
  }

  freeStatus(): void {
    const {statusCode, statusMessage} = this.#response;
    Reflect.deleteProperty(this.#response, 'statusCode');
    Reflect.deleteProperty(this.#response, 'statusMessage');
    Object.assign(this.#response, {statusCode, statusMessage});
  }
}

export function replaceMethod(target: object, name: string, value: (...values: never[]) => unknown): void {
  Object.defineProperty(target, name, {value, configurable: true, writable: true, enumerable: false});
}
