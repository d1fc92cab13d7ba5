/** Loads the user's own rules from a module. */

import {existsSync, realpathSync, statSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {type Severity, severities} from '../finding.ts';
import {CliError} from '../io/cli-error.ts';
import type {Io} from '../io/io.ts';
import {isBelow, shownPath} from '../io/paths.ts';
import {specialKind} from '../io/regular-file.ts';
import {repositoryOf} from '../io/repository.ts';
import {defineRule, type Rule} from '../rule.ts';
import {guarded} from './guarded-rule.ts';
import {PluginPlaces} from './plugin-place.ts';

/**
 * @param file A module whose default export is a rule, or a list of rules. Absolute.
 * @param what The entry that names the module, for messages: `.retry-lintrc.json:1:14: plugins[0]`.
 * @param cwd The working directory, for paths in messages.
 * @param folder The folder of the configuration. Absolute.
 * @throws CliError with the mistake, and its position in the module.
 */
export async function loadPlugin(
  file: string,
  what: string,
  cwd: string,
  folder: string,
  wait: Io['wait'],
): Promise<Rule[]> {
  refuseForeign(file, what, cwd, folder);
  const places = new PluginPlaces(file, cwd);
  const exported = (await load(file, what, places, wait)).default;
  const rules: unknown[] = Array.isArray(exported) ? exported : [exported];
  return rules.map(rule => {
    if (!isLikeARule(rule))
      throw new CliError(
        `${what}: ${places.ofText('export default')}: the default export must be a rule, or a list of rules, as defineRule makes them.`,
      );
    return guarded(checked(rule, what, places), places);
  });
}

/** Loading a module runs its code. A module outside of the repository was not reviewed with it, and may belong to another user. */
function refuseForeign(file: string, what: string, cwd: string, folder: string): void {
  const shown = shownPath(cwd, file);
  if (!existsSync(file)) throw new CliError(`${what}: the module ${shown} does not exist.`);
  const kind = specialKind(statSync(file));
  if (kind !== undefined)
    throw new CliError(`${what}: the module ${shown} is ${kind}, and only regular files are read.`);
  const real = realpathSync(folder);
  const repository = repositoryOf(real);
  if (isBelow(repository ?? real, realpathSync(file))) return;
  const where = repository === undefined ? 'the folder of the configuration' : 'the repository';
  throw new CliError(
    `${what}: the module ${shown} is outside of ${where}, and is not run: copy it there, or install it.`,
  );
}

/** A module that awaits what never comes would end the command without a word, and keep an editor waiting. */
const MOST_MS = 10_000;

async function load(
  file: string,
  what: string,
  places: PluginPlaces,
  wait: Io['wait'],
): Promise<{readonly default?: unknown}> {
  const limit = Promise.withResolvers<never>();
  const cancel = wait(MOST_MS, () => limit.reject(new Error(`it took longer than ${MOST_MS / 1000} s`)));
  try {
    return await Promise.race([import(urlOf(file)), limit.promise]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `${what}: ${places.ofError(error)}: the module cannot be loaded: ${message.replace(/\.$/, '')}.`,
    );
  } finally {
    cancel();
  }
}

/** The modification time of each file when it was first imported. */
const imported = new Map<string, number>();

/** Node caches modules by URL. A module that has changed during a watch needs another URL. */
function urlOf(file: string): string {
  const {href} = pathToFileURL(file);
  const changed = statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? 0;
  const first = imported.get(file) ?? changed;
  imported.set(file, first);
  return first === changed ? href : `${href}?changed=${changed}`;
}

type Checks = Readonly<Record<string, (value: unknown) => boolean>>;

/** The fields that the type requires. */
const REQUIRED: Checks = {
  name: isText,
  category: isText,
  severity: value => severities.includes(value as Severity),
  confidence: isText,
  summary: isText,
  documentation: value => typeof value === 'function',
};

const DOCUMENTED: Checks = {
  why: isText,
  sources: Array.isArray,
  bad: isFilledList,
  good: isFilledList,
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isFilledList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

const isLikeARule = (value: unknown): value is Rule =>
  typeof value === 'object' && value !== null && typeof (value as Rule).code === 'string';

function checked(rule: Rule, what: string, places: PluginPlaces): Rule {
  try {
    checkFields(rule, REQUIRED, `the rule ${rule.code}`);
    checkFields(rule.documentation?.(), DOCUMENTED, `the documentation of the rule ${rule.code}`);
    return defineRule(rule);
  } catch (error) {
    const where = `${what}: ${places.ofText(rule.code, 'export default')}`;
    throw new CliError(`${where}: ${(error as Error).message}`);
  }
}

/** @throws TypeError for the first field that is missing or wrong. */
function checkFields(value: unknown, checks: Checks, what: string): void {
  const fields = Object(value) as Readonly<Record<string, unknown>>;
  const wrong = Object.keys(checks).find(field => !checks[field]!(fields[field]));
  if (wrong !== undefined) throw new TypeError(`${what} has ${wrong in fields ? 'a wrong' : 'no'} ${wrong}.`);
}
