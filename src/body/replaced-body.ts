/**
 * Replaces the body of a response that was read in part.
 *
 * The response stays the object that fetch returned, because a new one would lose `url` and `type`. It gets a prototype whose body
 * members (`body`, `json()`, `clone()`, …) use a second response, the carrier.
 */
import {type HiddenField, hiddenField} from '../core/hidden-field.ts';
import {BODY_METHODS} from './track-response.ts';

const carrierOf: HiddenField<Response> = hiddenField();
/** Fields that are not those of the response: of a clone, what its constructor cannot set; of a body that was cut, the headers. */
const fieldsOf: HiddenField<Partial<Pick<Response, 'url' | 'type' | 'redirected' | 'headers'>>> = hiddenField();

export function replaceBody(response: Response, body: BodyInit): void {
  const native = Object.getPrototypeOf(response) as Response;
  // `blob()` takes its type from the header.
  const type = response.headers.get('content-type');
  carrierOf.set(response, new (classOf(native))(body, type === null ? {} : {headers: {'content-type': type}}));
  Object.setPrototypeOf(response, replacedPrototype(native));
}

/** The same with a body of another length. */
export function cutBody(response: Response, body: BodyInit): void {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  replaceBody(response, body);
  fieldsOf.set(response, {...fieldsOf.get(response), headers});
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
  for (const name of ['url', 'type', 'redirected', 'headers'] as const)
    members[name] = getter(response => fieldsOf.get(response)?.[name] ?? Reflect.get(native, name, response));
  return members;
}

/** @throws TypeError if the body was read, as `clone` does. */
function cloneOf(response: Response, native: Response): Response {
  const carrier = carrierOf.get(response)!.clone();
  const {status, statusText, headers, url, type, redirected} = response;
  const copy = new (classOf(native))(null, {status, statusText, headers});
  fieldsOf.set(copy, {url, type, redirected});
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
