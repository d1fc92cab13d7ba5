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
