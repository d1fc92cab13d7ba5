/** From the bytes of a file to its text, where they may be in another encoding than UTF-8. */

/** A byte order mark, or else a comment in the first two lines names the encoding, as CPython reads it (PEP 263). Invalid bytes become U+FFFD. */
export function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const encoding = UTF_16[bytes.toString('hex', 0, 2)] ?? encodingIn(text);
  return encoding === undefined ? text : new TextDecoder(encoding, {ignoreBOM: true}).decode(bytes);
}

const UTF_16: Readonly<Record<string, string>> = {fffe: 'utf-16le', feff: 'utf-16be'};

const COOKIE = /^(?:[ \t\f]*(?:#[^\r\n]*)?\r?\n)?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)/;

/** Undefined for UTF-8, for UTF-16, whose text has no readable comment, and for what is not known here. */
function encodingIn(text: string): string | undefined {
  const [, name] = COOKIE.exec(text) ?? [];
  const label = name
    ?.toLowerCase()
    .replaceAll('_', '-')
    .replace(/^(?:iso-)?latin-/, 'latin');
  try {
    const {encoding} = new TextDecoder(label);
    return /^utf/.test(encoding) ? undefined : encoding;
  } catch {
    return undefined;
  }
}
