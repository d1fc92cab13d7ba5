/**
 * A form as one Blob. A `fetch` writes a form with a new boundary each time, so a retry would carry other bytes than the first attempt, and a server
 * that compares bodies under an idempotency key would refuse it.
 */
import {newBoundary} from '../core/random.ts';
import type {BodySnapshot} from './body.ts';

/** Whether it is a form of whatever class: undici and node-fetch have their own. Those of the package form-data are streams, which have no entries. */
export const isForm = (body: unknown): body is FormData =>
  Object.prototype.toString.call(body) === '[object FormData]' && Symbol.iterator in (body as object);

/**
 * The body that is sent in every attempt.
 *
 * @param repeats Whether the call may send more than once. If not, the form stays a form.
 */
export function snapshotForm(form: FormData, limitBytes: number, repeats: boolean): BodySnapshot {
  const copy = new (form.constructor as typeof FormData)();
  for (const [name, value] of form) copy.append(name, value);
  const written = repeats ? writtenForm(copy) : null;
  if (written !== null && written.size <= limitBytes) return {body: written, replayable: true};
  return {body: copy, replayable: !repeats};
}

/** As the Fetch standard encodes it. Files are not read: the Blob refers to them. Null for files of another class, which a Blob cannot contain. */
function writtenForm(form: FormData): Blob | null {
  const boundary = newBoundary();
  const parts: BlobPart[] = [];
  for (const [name, value] of form) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(lines(name))}"`);
    if (typeof value === 'string') parts.push('\r\n\r\n', lines(value), '\r\n');
    else if (value instanceof Blob) {
      const type = value.type || 'application/octet-stream';
      parts.push(`; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n');
    } else return null;
  }
  return new Blob([...parts, `--${boundary}--\r\n`], {type: `multipart/form-data; boundary=${boundary}`});
}

const lines = (text: string): string => text.replace(/\r?\n|\r/g, '\r\n');

const quoted = (text: string): string => text.replace(/[\n\r"]/g, encodeURIComponent);
