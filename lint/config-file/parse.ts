/** Parses and checks the text of a configuration. */

import {readJson} from '../source/json.ts';
import {linesOf, type Range} from '../source/lines.ts';
import {nearestPlace, type Places, placesOf, spanToShow} from '../source/places.ts';
import {toValue} from '../source/read.ts';
import type {Source} from '../source/tree.ts';
import {documentsOf} from '../source/unit.ts';
import {type ConfigProblem, checkConfigFile} from './check.ts';
import type {ConfigFile} from './config-file.ts';

/** A mistake because of which a configuration cannot be used. */
export interface ConfigMistake {
  /** A whole sentence. */
  readonly message: string;
  /** Undefined if the mistake is not at a position in the text. */
  readonly range: Range | undefined;
}

export interface ParsedConfig {
  /** Undefined if there is a mistake. */
  readonly file: ConfigFile | undefined;
  readonly mistakes: readonly ConfigMistake[];
  /** The position of a field, or of the nearest value around it. */
  readonly rangeOf: (path: string) => Range;
}

/** @param path The path in positions. */
export async function parseConfig(path: string, text: string): Promise<ParsedConfig> {
  const source = await readJson(path, text);
  const [unit] = documentsOf(source);
  const places: Places = unit === undefined ? new Map() : placesOf(unit);
  const rangeOf = (field: string): Range => rangeIn(source, places, field);
  // A duplicate key would be a setting without effect.
  if (source.problems.length > 0) {
    const lines = linesOf(source);
    const mistakes = source.problems.map(({message, span}) => ({
      message: sentence(message),
      range: lines.rangeOf(span),
    }));
    return {file: undefined, mistakes, rangeOf};
  }
  const value = unit === undefined ? {} : toValue(unit.root);
  const mistakes = checkConfigFile(value).map(problem => mistakeOf(problem, rangeOf));
  return {file: mistakes.length === 0 ? (value as ConfigFile) : undefined, mistakes, rangeOf};
}

export const mistakeOf = ({path, message}: ConfigProblem, rangeOf: ParsedConfig['rangeOf']): ConfigMistake => ({
  message: sentence(`${path === '' ? 'the configuration' : path} ${message}`),
  range: rangeOf(path),
});

function rangeIn(source: Source, places: Places, field: string): Range {
  const place = nearestPlace(places, field);
  return linesOf(source).rangeOf(place === undefined ? {start: 0, end: 0} : spanToShow(place));
}

const sentence = (text: string): string => text.replace(/(?<![.?])$/, '.');
