/** Colours, where the terminal has them. */
import {styleText} from 'node:util';

export type Colour = 'red' | 'green' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_, text) => text;
export const coloured: Paint = (colour, text) => styleText(colour, text, {validateStream: false});
