/** Throws once, at a chosen use of what it watches: a port, a getter, a method of one of the engine's classes. */

type Methods = Record<PropertyKey, unknown>;

export class Sabotage {
  /** What was used, in order: `clock.arm 2` is the second use of `clock.arm`. */
  readonly uses: string[] = [];
  thrown: Error | null = null;
  readonly #target: string | null;
  readonly #counts = new Map<string, number>();
  readonly #restores: (() => void)[] = [];
  #isOn = true;

  /** @param target The use that throws; null for none. */
  constructor(target: string | null) {
    this.#target = target;
  }

  /** From now on nothing throws, and the classes are as they were. */
  stop(): void {
    this.#isOn = false;
    for (const restore of this.#restores.splice(0)) restore();
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

  /** Until `stop`, every method and getter of the class may throw. */
  class({name, prototype}: {readonly name: string; readonly prototype: object}, except: readonly string[] = []): void {
    for (const [key, own] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      const {value, get} = own as PropertyDescriptor;
      if (key === 'constructor' || except.includes(key) || own.configurable !== true) continue;
      const label = `${name}#${key}`;
      const sabotage = this;
      if (typeof value === 'function')
        this.#redefine(prototype, key, own, {
          value(this: unknown, ...args: unknown[]) {
            sabotage.use(label);
            return Reflect.apply(value, this, args);
          },
        });
      else if (get !== undefined)
        this.#redefine(prototype, key, own, {
          get(this: unknown) {
            sabotage.use(label);
            return Reflect.apply(get, this, []);
          },
        });
    }
  }

  #redefine(
    object: object,
    key: string,
    own: PropertyDescriptor,
    change: PropertyDescriptor & ThisType<Methods>,
  ): void {
    Object.defineProperty(object, key, {...own, ...change});
    this.#restores.push(() => Object.defineProperty(object, key, own));
  }
}
