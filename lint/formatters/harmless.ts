/** Text of files and file names, written so that it can neither move a terminal's cursor nor change its colours. */

/** C0 and C1 control characters, and those that reverse the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out.
const HARMFUL = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** One line: each such character is shown as a dot. */
export const harmless = (text: string): string => text.replace(/\t/g, ' ').replace(HARMFUL, '·');

/** Several lines. */
export const harmlessLines = (text: string): string => text.split('\n').map(harmless).join('\n');

/**
 * A value as a JSON document with a line break at its end. DEL, C1 and bidirectional characters are escaped too, although JSON allows them
 * in strings, and `##[`, which begins a command in a log of GitHub Actions.
 */
export const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(HARMFUL, escaped).replaceAll('##[', '#\\u0023[')}\n`;

const escaped = (character: string): string =>
  character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
