/** Reports a mistake in a user's rule with the rule and its position in the module, so that it is not taken for one of the linter. */

import {severities} from '../finding.ts';
import {CliError} from '../io/cli-error.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import type {PluginPlaces} from './plugin-place.ts';

/** The same rule, whose checks throw only a CliError. It inherits from the rule instead of copying it, because a rule may be of a class. */
export function guarded(rule: Rule, places: PluginPlaces): Rule {
  const {check, checkFile} = rule;
  return Object.create(rule, {
    ...(check && {
      check: {
        value: (scope: Scope, scopes: readonly Scope[]) =>
          draftsOf(() => check.call(rule, scope, scopes), rule.code, places),
      },
    }),
    ...(checkFile && {
      checkFile: {value: (model: Model) => draftsOf(() => checkFile.call(rule, model), rule.code, places)},
    }),
  });
}

function* draftsOf<T extends Draft>(run: () => Iterable<T>, code: string, places: PluginPlaces): Iterable<T> {
  try {
    const drafts = run();
    if (!isIterable(drafts)) throw mistake(`returns ${String(drafts)} where a list of findings belongs`, code, places);
    for (const draft of drafts) {
      const wrong = wrongField(draft);
      if (wrong !== undefined) throw mistake(`yields ${wrong}`, code, places);
      yield draft;
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(`${places.ofError(error)}: the rule ${code} failed: ${message.replace(/(?<![.?])$/, '.')}`);
  }
}

const mistake = (clause: string, code: string, places: PluginPlaces): CliError =>
  new CliError(`${places.ofText(code)}: the rule ${code} ${clause}.`);

const isIterable = (value: unknown): boolean => Object(value)[Symbol.iterator] !== undefined;

/** A field with a wrong type, as a clause after "yields". */
function wrongField(draft: unknown): string | undefined {
  if (typeof draft !== 'object' || draft === null)
    return `${String(draft)} where an object with at and message belongs`;
  const {at, message, severity, related = [], fix, suggestions = []} = draft as Partial<Record<keyof Draft, unknown>>;
  if (typeof at !== 'string') return 'a finding whose at is not a path such as "backoff.jitter"';
  if (typeof message !== 'string' || message === '') return 'a finding without a message';
  if (severity !== undefined && !severities.some(each => each === severity))
    return `a finding whose severity is not ${severities.join(', ')}`;
  if (!Array.isArray(related) || !related.every(isRelated))
    return 'a finding whose related is not a list of {at, message}';
  if (fix !== undefined && !isFix(fix)) return 'a finding whose fix is not {title, changes}';
  if (!Array.isArray(suggestions) || !suggestions.every(isFix))
    return 'a finding whose suggestions are not a list of {title, changes}';
  return undefined;
}

const isRelated = (value: unknown): boolean => hasTexts(value, 'at', 'message');

const isFix = (value: unknown): boolean =>
  hasTexts(value, 'title') && hasList(value, 'changes', change => hasTexts(change, 'do', 'path'));

function hasTexts(value: unknown, ...keys: readonly string[]): boolean {
  const fields = Object.entries(value ?? {});
  return keys.every(key => fields.some(([name, text]) => name === key && typeof text === 'string'));
}

function hasList(value: unknown, key: string, isItem: (item: unknown) => boolean): boolean {
  const list: unknown = Object.entries(value ?? {}).find(([name]) => name === key)?.[1];
  return Array.isArray(list) && list.every(isItem);
}
