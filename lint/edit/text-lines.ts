/** Lines of a text around an offset. */

/** A byte order mark is before the first line, not in it. */
export function lineStart(text: string, at: number): number {
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start;
}

/** Whether only blanks come before this place on its line, which may be as long as the text. */
export function startsLine(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && text[before] !== '\n' && text[before]!.trim() === '') before--;
  return before < 0 || text[before] === '\n';
}

export const indentAt = (text: string, at: number): string => /^[ \t]*/.exec(text.slice(lineStart(text, at), at))![0];

/** Before the line's end, which may be one or two characters. */
export function endOfLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  if (found === -1) return text.length;
  return found > at && text[found - 1] === '\r' ? found - 1 : found;
}

export function lineBreak(text: string): string {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
}
