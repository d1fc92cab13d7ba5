/**
 * Replies of scripts, as drivers hand them over. A connection that has lost one reply, or a proxy, may hand over that of another command, so a
 * reply is used only if it has the form that its script gives it, and the number of its request.
 */

/** What a script answers behind the number of its request. */
export type Reply = readonly string[];

/** @throws TypeError if it is not the reply to that request. */
export function replyTo(number: number, reply: unknown, accepts: (reply: Reply) => boolean): Reply {
  const [answered, ...rest] = Array.isArray(reply) ? reply.map(textOf) : [];
  if (answered !== String(number)) throw new TypeError('Redis answered a script with something else than its reply.');
  const texts = rest.filter(text => text !== undefined);
  if (texts.length < rest.length || !accepts(texts))
    throw new TypeError('Redis answered a script with a list that is not of its form.');
  return texts;
}

/** Whether all are integers of at least 0. */
export const areCounts = (reply: Reply): boolean =>
  reply.every(text => /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)));

/** Drivers have settings for integers as texts or bigints, and for texts as bytes. */
function textOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
