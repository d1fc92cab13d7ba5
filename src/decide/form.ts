/**
 * A form as one Blob. A `fetch` writes a form with a new boundary each time, so a retry would carry other bytes than the first attempt, and a server
 * that compares bodies under an idempotency key would refuse it.
 */

import {newBoundary} from '../core/random.ts';
import {isTagged} from '../core/unknown-value.ts';

/** Whether it is a form of whatever class: undici and node-fetch have their own. Those of the package form-data are streams, which have no entries. */
export const isForm = (body: unknown): body is FormData =>
  isTagged(body, 'FormData') && Symbol.iterator in (body as object);

/**
 * The body that is sent in every attempt: a Blob, which refers to the files and does not read them. It stays a form, of which the caller has
 * another copy, if the call sends once, if it is larger than the limit, or if its files are of another class, which a Blob cannot contain.
 *
 * @param repeats Whether the call may send more than once.
 */
export function bodyOf(form: FormData, limitBytes: number, repeats: boolean): Blob | FormData {
  const copy = new (form instanceof FormData ? FormData : (form as {constructor: typeof FormData}).constructor)();
  const boundary = newBoundary();
  const parts: BlobPart[] = [];
  let fits = repeats;
  for (const [name, value] of form) {
    copy.append(name, value);
    // As the Fetch standard encodes it.
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(lines(name))}"`);
    if (typeof value === 'string') parts.push('\r\n\r\n', lines(value));
    else {
      fits &&= value instanceof Blob;
      const type = value.type || 'application/octet-stream';
      parts.push(`; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value);
    }
    parts.push('\r\n');
  }
  const body = new Blob([...parts, `--${boundary}--\r\n`], {type: `multipart/form-data; boundary=${boundary}`});
  return fits && body.size <= limitBytes ? body : copy;
}

const lines = (text: string): string => text.replace(/\r?\n|\r/g, '\r\n');

const quoted = (text: string): string => text.replace(/[\n\r"]/g, encodeURIComponent);
