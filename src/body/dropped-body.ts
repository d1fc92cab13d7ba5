/** A response whose body was dropped. Reading the body throws an error that says so; status and headers stay the same. */
import {type HiddenField, hiddenField} from '../core/hidden-field.ts';
import {BODY_METHODS} from './track-response.ts';

const errorOf: HiddenField<Error> = hiddenField();
const streamOf: HiddenField<ReadableStream> = hiddenField();

export function breakBody(response: Response, error: Error): void {
  if (!Object.isExtensible(response)) return; // The body is cancelled, so `bodyUsed` is true.
  const native = Object.getPrototypeOf(response) as Response;
  errorOf.set(response, error);
  streamOf.set(response, new ReadableStream({start: controller => controller.error(error)}));
  Object.setPrototypeOf(response, Object.create(native, broken(native)) as object);
}

function broken(native: Response): PropertyDescriptorMap {
  const methods: PropertyDescriptorMap = {
    body: {configurable: true, enumerable: true, get: bodyOf},
    clone: {configurable: true, writable: true, value: throwError},
  };
  for (const name of BODY_METHODS)
    if (typeof native[name] === 'function')
      methods[name] = {configurable: true, writable: true, value: rejectWithError};
  return methods;
}

function bodyOf(this: Response): ReadableStream | null {
  return streamOf.get(this) ?? null;
}

function throwError(this: Response): never {
  throw errorOf.get(this);
}

async function rejectWithError(this: Response): Promise<never> {
  throw errorOf.get(this);
}
