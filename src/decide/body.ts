/** Can this request body be sent again, byte for byte? */

import {isTagged} from '../core/unknown-value.ts';

/** A body as it is sent, now and later. */
export interface BodySnapshot {
  readonly body: BodyInit | null | undefined;
  readonly replayable: boolean;
}

const NO_BODY: BodySnapshot = Object.freeze({body: undefined, replayable: true});

/**
 * Takes what may be sent again out of the caller's hands: buffers and parameters can be changed between two attempts.
 *
 * @param limitBytes Larger bodies are passed on as they are, and sent once.
 */
export function snapshotBody(body: BodyInit | null | undefined, limitBytes: number): BodySnapshot {
  if (body === undefined) return NO_BODY;
  if (body === null) return {body, replayable: true};
  if (typeof body === 'string') return {body, replayable: byteLength(body, limitBytes) <= limitBytes};
  if (body instanceof Blob) return {body, replayable: body.size <= limitBytes};
  if (body instanceof URLSearchParams) {
    const copy = new URLSearchParams(body);
    return {body: copy, replayable: byteLength(String(copy), limitBytes) <= limitBytes};
  }
  if (isBytes(body)) {
    checkBody(body);
    if (body.byteLength > limitBytes) return {body, replayable: false};
    return {body: isBuffer(body) ? body.slice(0) : copyOf(body), replayable: true};
  }
  return {body, replayable: false}; // A stream, or something we do not know.
}

/** The body as text, where it is text or bytes; undefined for everything that has to be read first. */
export function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  return isBytes(body) ? new TextDecoder().decode(body) : undefined;
}

/** The body of a request as text; undefined without one, and if it is not text. */
export function plainText(body: unknown): string | undefined {
  if (typeof body === 'string' || body instanceof URLSearchParams) return String(body);
  if (!isBytes(body)) return undefined;
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(body);
  } catch {
    return undefined;
  }
}

/**
 * Fetch and undici send nothing in place of bytes that were transferred elsewhere.
 *
 * @throws TypeError
 */
export function checkBody(body: unknown): void {
  if (isDetached(body)) throw new TypeError('The request body is a detached ArrayBuffer.');
}

/** Runtimes older than 2024 do not say so. */
export function isDetached(body: unknown): boolean {
  const {buffer = body} = Object(body) as {buffer?: unknown};
  return (buffer as {detached?: unknown} | null | undefined)?.detached === true;
}

/** Bytes of the text in UTF-8; counted only where three bytes a character could pass the limit. */
export function byteLength(text: string, limitBytes: number): number {
  return text.length * 3 <= limitBytes || text.length > limitBytes
    ? text.length
    : new TextEncoder().encode(text).byteLength;
}

/** Buffers of any realm: inside a sandbox, Node's own functions return buffers of another realm. */
const isBuffer = (body: unknown): body is ArrayBuffer => isTagged(body, 'ArrayBuffer');

const isBytes = (body: unknown): body is ArrayBuffer | ArrayBufferView<ArrayBuffer> =>
  isBuffer(body) || ArrayBuffer.isView(body);

/** The bytes of a view, apart from it. */
export function copyOf(view: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}
