/** Colours of a terminal. */

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
  green: [32, 39],
} as const;

export type Colour = keyof typeof CODES;

export type Paint = (colour: Colour, text: string) => string;

export const painter = (on: boolean): Paint =>
  on ? (colour, text) => `\u001B[${CODES[colour][0]}m${text}\u001B[${CODES[colour][1]}m` : (_, text) => text;

/** Text of a file, harmless to a terminal: what would move the cursor or change colours is shown as a dot. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out.
  text.replace(/\t/g, ' ').replace(/[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '·');
