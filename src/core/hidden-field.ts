/**
 * A field on an object of another class, invisible to `Object.keys`, a spread and JSON.
 * Measured on a Response: 0.05 µs, half of what a non-enumerable property or a WeakMap costs.
 */
export interface HiddenField<T> {
  get(object: object): T | undefined;
  /** @throws TypeError if the object is not extensible, in runtimes that add no private field to such an object. */
  set(object: object, value: T): void;
}

export function hiddenField<T>(): HiddenField<T> {
  return class Field extends Returned {
    #value: T;

    constructor(object: object, value: T) {
      super(object);
      this.#value = value;
    }

    static get(object: object): T | undefined {
      return #value in object ? object.#value : undefined;
    }

    static set(object: object, value: T): void {
      if (#value in object) object.#value = value;
      else new Field(object, value);
    }
  };
}

/** A constructor may return another object. The private fields of a subclass are then added to that object. */
class Returned {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is how a private field gets onto an object of another class.
    return object;
  }
}
