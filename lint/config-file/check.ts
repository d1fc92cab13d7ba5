/** Finds the mistakes in a configuration, and describes them as the linter describes those in policies. */

import {formatValue, joinPath} from '../../src/policy/format.ts';
import {nearest} from '../../src/policy/suggestions.ts';
import {presetNames, ruleSettings} from './config-file.ts';

export interface ConfigProblem {
  /** `overrides[0].rules.RL203`; '' for the file as a whole. */
  readonly path: string;
  /** A clause that follows the path. */
  readonly message: string;
}

/** Every mistake in a parsed configuration. Whether its rules exist is checked later (rule-names.ts), when plugins are loaded. */
export const checkConfigFile = (value: unknown): ConfigProblem[] => CONFIG(value, '');

type Check = (value: unknown, path: string) => ConfigProblem[];

const must =
  (words: string, fits: (value: unknown) => boolean): Check =>
  (value, path) =>
    fits(value) ? [] : [{path, message: `must be ${words}, got ${formatValue(value)}`}];

const oneOf = (values: readonly string[]): Check => {
  const quoted = values.map(value => `"${value}"`);
  return must(`${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, value => values.includes(value as string));
};

const text = (words: string): Check => must(words, value => typeof value === 'string' && value !== '');

const listOf =
  (words: string, item: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => item(each, joinPath(path, index)))
      : [{path, message: `must be a list of ${words}, got ${formatValue(value)}`}];

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const notAnObject = (value: unknown, path: string): ConfigProblem[] => [
  {path, message: `must be an object, got ${formatValue(value)}`},
];

const mapOf =
  (item: Check): Check =>
  (value, path) =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, each]) => item(each, joinPath(path, key)))
      : notAnObject(value, path);

function fields(checks: Readonly<Record<string, Check>>, title: string, required: readonly string[] = []): Check {
  const names = Object.keys(checks);
  const wrong = (key: string, value: unknown, path: string): ConfigProblem[] => {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check !== undefined) return check(value, joinPath(path, key));
    const near = nearest(key, names);
    const suggestion = near === undefined ? `its fields are ${names.join(', ')}` : `did you mean "${near}"?`;
    return [{path: joinPath(path, key), message: `is not a field of ${title}; ${suggestion}`}];
  };
  return (value, path) => {
    if (!isObject(value)) return notAnObject(value, path);
    const missing = required.filter(key => !Object.hasOwn(value, key));
    return [
      ...Object.entries(value).flatMap(([key, each]) => wrong(key, each, path)),
      ...missing.map(key => ({path: joinPath(path, key), message: 'is missing'})),
    ];
  };
}

const trueOrFalse = must('true or false', value => typeof value === 'boolean');

const DIALECT = fields({tests: trueOrFalse}, 'a dialect');

const dialect: Check = (value, path) =>
  isObject(value) ? DIALECT(value, path) : must('"off", or an object such as {"tests": true}', isOff)(value, path);

const isOff = (value: unknown): boolean => value === 'off';

const globs = listOf('globs such as "test/**"', text('a glob such as "test/**"'));

const LAYER = fields(
  {
    name: text('a name such as "gateway"'),
    maxAttempts: must('a whole number above 0', value => Number.isSafeInteger(value) && Number(value) > 0),
    files: globs,
  },
  'a layer',
  ['name', 'maxAttempts'],
);

const SETTINGS: Readonly<Record<string, Check>> = {preset: oneOf(presetNames), rules: mapOf(oneOf(ruleSettings))};

const CONFIG = fields(
  {
    $schema: text('the path or URL of a schema'),
    ...SETTINGS,
    ignores: globs,
    policies: globs,
    plugins: listOf('modules', text('the path of a module')),
    baseline: text('the path of a file'),
    suppressions: trueOrFalse,
    dialects: mapOf(dialect),
    layers: listOf('layers', LAYER),
    overrides: listOf('overrides', fields({files: globs, ...SETTINGS}, 'an override', ['files'])),
  },
  'the configuration',
);
