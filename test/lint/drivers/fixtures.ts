/** Policies that every driver of the linter lints: the examples of all rules, and the same in other formats and encodings. */
import {stringify} from 'yaml';
import {rules} from '../../../lint/rules/index.ts';
import {pageOf} from '../support/page-of.ts';

export interface Fixture {
  /** Its folder is its own. */
  readonly path: string;
  readonly text: string;
  /** The texts of the files that it extends, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Every example of every rule, good and bad. */
export const examples: readonly Fixture[] = rules.flatMap(rule => {
  const {bad, good} = pageOf(rule);
  return [...bad, ...good].map(({path = 'policy.jsonc', text, files = {}}, index) => ({
    path: `${rule.code}-${index}/${named(path)}`,
    text,
    files: Object.fromEntries(Object.entries(files).map(([name, base]) => [`${rule.code}-${index}/${name}`, base])),
  }));
});

/** A name that makes the file a policy for a language server too. */
function named(path: string): string {
  return `example.retry${path.slice(path.lastIndexOf('.'))}`;
}

const isJson = ({path}: Fixture): boolean => /\.jsonc?$/.test(path);

/** The same policies, written in other ways. Each returns undefined where it changes nothing. */
const VARIANTS: Readonly<Record<string, (fixture: Fixture) => Pick<Fixture, 'path' | 'text'> | undefined>> = {
  yaml: fixture => {
    if (!isJson(fixture)) return undefined;
    const text = blockYaml(fixture.text);
    return text === undefined ? undefined : {path: fixture.path.replace(/\.jsonc?$/, '.yaml'), text};
  },
  crlf: ({path, text}) => (text.includes('\n') ? {path, text: text.replace(/\r?\n/g, '\r\n')} : undefined),
  'byte-order-mark': ({path, text}) => ({path, text: `\uFEFF${text}`}),
  emoji: fixture =>
    isJson(fixture) ? {path: fixture.path, text: fixture.text.replace('{', '{"x-note": "🙂é漢", ')} : undefined,
  'cut-off': ({path, text}) => ({path, text: text.slice(0, Math.ceil(text.length * 0.6))}),
};

/** Strict JSON as YAML in block style. */
function blockYaml(text: string): string | undefined {
  try {
    return stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The examples, and the same in other formats and encodings. */
export const fixtures: readonly Fixture[] = [
  ...examples,
  ...Object.entries(VARIANTS).flatMap(([name, write]) =>
    examples.flatMap(fixture => {
      const written = write(fixture);
      if (written === undefined) return [];
      const under = (path: string): string => `${name}/${path}`;
      const files = Object.fromEntries(Object.entries(fixture.files).map(([path, base]) => [under(path), base]));
      return [{path: under(written.path), text: written.text, files}];
    }),
  ),
];

/** Every file of these fixtures, by path. */
export const filesOf = (some: readonly Fixture[]): Readonly<Record<string, string>> =>
  Object.fromEntries(some.flatMap(({path, text, files}) => [[path, text], ...Object.entries(files)]));
