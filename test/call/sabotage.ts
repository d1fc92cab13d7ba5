/** Throws once, at a chosen use of what it watches: a port, a getter, a method of one of the engine's classes. */

/** What the watched classes notify. */
let playing: Sabotage | null = null;

export class Sabotage {
  /** What was used, in order: `clock.arm 2` is the second use of `clock.arm`. */
  readonly uses: string[] = [];
  thrown: Error | null = null;
  readonly #target: string | null;
  readonly #counts = new Map<string, number>();
  #isOn = true;

  /** @param target The use that throws; null for none. */
  constructor(target: string | null) {
    this.#target = target;
  }

  /** Until `stop`, every use of a watched class is one of this. */
  play(): void {
    playing = this;
  }

  /** From now on nothing throws. */
  stop(): void {
    this.#isOn = false;
    playing = null;
  }

  use(label: string): void {
    if (!this.#isOn) return;
    const count = (this.#counts.get(label) ?? 0) + 1;
    this.#counts.set(label, count);
    const name = `${label} ${count}`;
    this.uses.push(name);
    if (name !== this.#target) return;
    this.thrown = new Error(`sabotage of ${name}`);
    throw this.thrown;
  }

  /** The same object, whose methods may throw. */
  methods<T extends object>(label: string, object: T): T {
    return new Proxy(object, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          this.use(`${label}.${String(name)}`);
          return Reflect.apply(value, target, args);
        };
      },
    });
  }

  /** The function, which may throw before it runs. */
  fn<Args extends unknown[], Result>(label: string, run: (...args: Args) => Result): (...args: Args) => Result {
    return (...args) => {
      this.use(label);
      return run(...args);
    };
  }

  /** Own getters on the object, which may throw. */
  getters<T extends object>(label: string, object: T, ...names: (keyof T & string)[]): T {
    for (const name of names) {
      const value = object[name];
      Object.defineProperty(object, name, {
        configurable: true,
        enumerable: true,
        get: () => {
          this.use(`${label}.${name}`);
          return value;
        },
      });
    }
    return object;
  }
}

interface Class {
  readonly name: string;
  readonly prototype: object;
}

/**
 * Every method and getter of a class may throw while a sabotage is played. Classes are watched once for many plays: V8 discards what it
 * compiled for a class whenever a method is replaced.
 *
 * @returns Makes the class what it was.
 */
export function watchClass({name, prototype}: Class, except: readonly string[] = []): () => void {
  const replaced: [key: string, own: PropertyDescriptor][] = [];
  for (const [key, own] of Object.entries<PropertyDescriptor>(Object.getOwnPropertyDescriptors(prototype))) {
    if (key === 'constructor' || except.includes(key) || own.configurable !== true) continue;
    const {value, get} = own;
    const label = `${name}#${key}`;
    const watched = (run: (...args: never[]) => unknown) =>
      function (this: unknown, ...args: never[]): unknown {
        playing?.use(label);
        return Reflect.apply(run, this, args);
      };
    if (typeof value === 'function') Object.defineProperty(prototype, key, {...own, value: watched(value)});
    else if (get !== undefined) Object.defineProperty(prototype, key, {...own, get: watched(get)});
    else continue;
    replaced.push([key, own]);
  }
  return () => {
    for (const [key, own] of replaced) Object.defineProperty(prototype, key, own);
  };
}
