/**
 * Replaces the body of a response that was read in part by another stream.
 *
 * The response stays the object that fetch returned, because a new one would lose `url` and `type`. It gets a prototype whose body
 * members (`body`, `json()`, `clone()`, …) use a second response, the carrier.
 */
import {type HiddenField, hiddenField} from '../core/hidden-field.ts';
import {BODY_METHODS} from './track-response.ts';

const carrierOf: HiddenField<Response> = hiddenField();
/** The fields of a clone that its constructor cannot set. */
const originOf: HiddenField<Pick<Response, 'url' | 'type' | 'redirected'>> = hiddenField();

/** Whether `replaceBody` can be called. */
export function canReplaceBody(response: Response): boolean {
  const native = Object.getPrototypeOf(response) as Response;
  if (!Object.isExtensible(response) || carrierOf.get(response) !== undefined) return false;
  // An object with its own methods, or without a class, was made by the user. It stays unchanged.
  return (
    !Object.hasOwn(response, 'text') && typeof native.text === 'function' && typeof native.constructor === 'function'
  );
}

export function replaceBody(response: Response, stream: ReadableStream<Uint8Array>): void {
  const native = Object.getPrototypeOf(response) as Response;
  // `blob()` takes its type from the header.
  const type = response.headers.get('content-type');
  carrierOf.set(response, new (classOf(native))(stream, type === null ? {} : {headers: {'content-type': type}}));
  Object.setPrototypeOf(response, replacedPrototype(native));
}

/** Not always the global class: undici has its own. */
const classOf = (native: Response): typeof Response => native.constructor as typeof Response;

const replacedPrototypes = new WeakMap<Response, object>();

function replacedPrototype(native: Response): object {
  let replaced = replacedPrototypes.get(native);
  if (replaced === undefined) {
    replaced = Object.create(native, {...bodyMembers(native), ...originMembers(native)}) as object;
    replacedPrototypes.set(native, replaced);
  }
  return replaced;
}

function bodyMembers(native: Response): PropertyDescriptorMap {
  const members: PropertyDescriptorMap = {
    body: getter(response => carrierOf.get(response)!.body),
    bodyUsed: getter(response => carrierOf.get(response)!.bodyUsed),
    clone: method(response => cloneOf(response, native)),
  };
  for (const name of BODY_METHODS)
    if (typeof native[name] === 'function') members[name] = method(response => carrierOf.get(response)![name]());
  return members;
}

function originMembers(native: Response): PropertyDescriptorMap {
  const members: PropertyDescriptorMap = {};
  for (const name of ['url', 'type', 'redirected'] as const)
    members[name] = getter(response => (originOf.get(response) ?? {[name]: Reflect.get(native, name, response)})[name]);
  return members;
}

/** @throws TypeError if the body was read, as `clone` does. */
function cloneOf(response: Response, native: Response): Response {
  const carrier = carrierOf.get(response)!.clone();
  const {status, statusText, headers, url, type, redirected} = response;
  const copy = new (classOf(native))(null, {status, statusText, headers});
  originOf.set(copy, {url, type, redirected});
  carrierOf.set(copy, carrier);
  return Object.setPrototypeOf(copy, replacedPrototype(native)) as Response;
}

const getter = (get: (response: Response) => unknown): PropertyDescriptor => ({
  configurable: true,
  enumerable: true,
  get(this: Response) {
    return get(this);
  },
});

const method = (run: (response: Response) => unknown): PropertyDescriptor => ({
  configurable: true,
  writable: true,
  value(this: Response) {
    return run(this);
  },
});
