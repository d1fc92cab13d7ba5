/** The listeners of a handler for `drain`, wherever middleware around puts them. */
import type {ServerResponse} from 'node:http';
import {replaceMethod} from './response-methods.ts';

type Listener = ((...values: unknown[]) => unknown) & {readonly listener?: Listener};

/** Compression moves these listeners to a stream of its own, which does not drain where it gets no more of what the handler writes. */
export class DrainListeners {
  readonly #response: ServerResponse;
  readonly #moved = new Set<Listener>();

  constructor(response: ServerResponse) {
    this.#response = response;
    const {on, removeListener} = response;
    const add = (name: string, listener: Listener): ServerResponse => {
      Reflect.apply(on, response, [name, listener]);
      if (name === 'drain' && !response.rawListeners(name).includes(listener)) this.#moved.add(listener);
      return response;
    };
    const remove = (name: string, listener: Listener): ServerResponse => {
      Reflect.apply(removeListener, response, [name, listener]);
      if (name === 'drain')
        for (const each of this.#moved) if (each === listener || each.listener === listener) this.#moved.delete(each); // `once` wraps its listener.
      return response;
    };
    replaceMethod(response, 'on', add);
    replaceMethod(response, 'removeListener', remove);
    replaceMethod(response, 'off', remove);
  }

  /** The handler may wait for room. */
  drain(): void {
    const told = new Set<unknown>(this.#response.rawListeners('drain'));
    this.#response.emit('drain');
    for (const listener of [...this.#moved]) if (!told.has(listener)) Reflect.apply(listener, this.#response, []);
  }
}
