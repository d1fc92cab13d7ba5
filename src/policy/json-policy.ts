import type {PolicyInput} from './types.ts';

/**
 * `T` where it is a policy whose literals were widened, as in the type of `import policy from './policy.json'`; else never.
 *
 * In such a type `"jitter": "full"` is a `string`. A parameter of type `PolicyInput | JsonPolicy<T>` accepts it, and still refuses
 * what an object literal has wrong: there TypeScript keeps the literals, the type is never, and errors are those of `PolicyInput`.
 */
export type JsonPolicy<T> = Fits<T, PolicyInput> extends true ? T : never;

/**
 * true if each member of `T` is assignable to a member of `Place`, without unknown or missing fields; `string` is assignable to any
 * literal.
 */
type Fits<T, Place> = All<
  0 extends 1 & T // any
    ? true
    : unknown extends Place
      ? true
      : T extends undefined
        ? true // TypeScript adds absent fields, as undefined, to objects that share a list.
        : T extends readonly (infer Item)[]
          ? Some<Place extends readonly (infer ItemPlace)[] ? Fits<Item, ItemPlace> : never>
          : T extends object
            ? Some<Place extends object ? FieldsFit<T, Place> : never>
            : Some<T extends Place ? true : T extends Wide<Place> ? IsWide<T> : never>
>;

/** By the keys of `Place`, which are known where `T` is not yet, so that TypeScript comes to an end. */
type FieldsFit<T, Place> = Exclude<keyof T, keyof Place> | Exclude<RequiredKeys<Place>, keyof T> extends never
  ? All<{[Key in keyof Place]-?: Key extends keyof T ? Fits<T[Key], Place[Key]> : true}[keyof Place]>
  : false;

type RequiredKeys<T> = {[Key in keyof T]-?: Record<never, never> extends Pick<T, Key> ? never : Key}[keyof T];

/** The wide type of a literal. */
type Wide<Literal> = Literal extends string ? string : Literal extends number ? number : never;
type IsWide<T> = string extends T ? true : number extends T ? true : false;

type Some<Results> = true extends Results ? true : false;
type All<Results> = false extends Results ? false : true;
