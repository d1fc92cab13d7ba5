/** Values of unknown shape: parsed JSON, errors, what functions of the user return. */

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** An object that is no list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && !Array.isArray(value);

/** Whether it is of the built-in class, of whatever realm; or of one that calls itself so. */
export const isTagged = (value: unknown, name: string): boolean =>
  Object.prototype.toString.call(value) === `[object ${name}]`;

/** Fetch's errors are of another realm in the sandbox of a test runner. */
export const isError = (value: unknown): value is Error => value instanceof Error || isTagged(value, 'Error');

/** Undefined where its getter throws. */
export function fieldOf(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** Undefined for a text that is not JSON. */
export function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What was thrown, for a message. */
export function textOf(thrown: unknown): string {
  try {
    return isError(thrown) ? thrown.message : String(thrown);
  } catch {
    return 'it has no text.';
  }
}
