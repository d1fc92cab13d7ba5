/** What a configuration says of dialects. */

import {isPython} from '../source/python-path.ts';
import type {Dialect} from './dialect.ts';

/** off: policies of the dialect are not looked for. tests: whether findings in tests are as severe as others; default: they are infos. */
export type DialectSetting = 'off' | {readonly tests?: boolean};

/** By the name of the dialect. `python` stands for each dialect without a setting of its own, in Python files. */
export type DialectSettings = Readonly<Record<string, DialectSetting>>;

export function settingOf(
  {name}: Pick<Dialect, 'name'>,
  path: string,
  settings: DialectSettings = {},
): DialectSetting | undefined {
  const key = [name, ...(isPython(path) ? ['python'] : [])].find(each => Object.hasOwn(settings, each));
  return key === undefined ? undefined : settings[key];
}
