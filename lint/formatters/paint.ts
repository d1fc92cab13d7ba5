/** Colours of a terminal. */

import {styleText} from 'node:util';

export type Colour = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'cyan' | 'green';

export type Paint = (colour: Colour, text: string) => string;

/** @param on Whether to write colours, whatever the stream or the environment says: lint/commands/colour.ts has decided. */
export const painter = (on: boolean): Paint =>
  on ? (colour, text) => styleText(colour, text, {validateStream: false}) : (_, text) => text;
