/** Parses and checks the text of a configuration. */

import {readJson} from '../source/json.ts';
import {linesOf, type Range} from '../source/lines.ts';
import {nearestPlace, type Places, placesOf, spanToShow} from '../source/places.ts';
import {toValue} from '../source/read.ts';
import type {Source} from '../source/tree.ts';
import {documentsOf} from '../source/unit.ts';
import {type ConfigProblem, checkConfigFile} from './check.ts';
import type {ConfigFile} from './config-file.ts';
import type {ConfigHost} from './host.ts';
import type {ConfigMistake} from './mistake.ts';

export interface ParsedConfig {
  /** Undefined if there is a mistake. */
  readonly file: ConfigFile | undefined;
  readonly mistakes: readonly ConfigMistake[];
  /** The position of a field, or of the nearest value around it. */
  readonly rangeOf: (path: string) => Range;
}

/**
 * @param path The path in positions. A configuration whose path ends in .toml is a table of TOML.
 * @param readPyproject See `ConfigHost`.
 */
export async function parseConfig(
  path: string,
  text: string,
  readPyproject?: ConfigHost['readPyproject'],
): Promise<ParsedConfig> {
  if (readPyproject !== undefined && path.endsWith('.toml')) {
    const {value, mistake, rangeOf} = await readPyproject(text);
    return mistake === undefined ? checked(value, rangeOf) : {file: undefined, mistakes: [mistake], rangeOf};
  }
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
  return checked(unit === undefined ? {} : toValue(unit.root), rangeOf);
}

function checked(value: unknown, rangeOf: ParsedConfig['rangeOf']): ParsedConfig {
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
