/** Reads source files for the rules: their imports, and their code without comments. */

/** One `import` or `export … from`, or `import('…')`. */
export interface Import {
  readonly specifier: string;
  /** Whether compilation removes the import. It keeps `import {type A} from`, which still loads the module. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** The path from the root of the repository, with slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The text without comments. */
  readonly code: string;
  /** The same without strings and regular expressions; templates stay, for they hold code. */
  readonly bare: string;
  /** Its regular expressions, as written. */
  readonly patterns: readonly string[];
}

export function sourceFile(path: string, text: string): SourceFile {
  const code = text.replace(/^#!.*/, blank).replace(TOKEN, token => (/^\/[/*]/.test(token) ? blank(token) : token));
  const bare = code.replace(TOKEN, token => (token.startsWith('`') ? token : blank(token)));
  const patterns = Array.from(code.matchAll(TOKEN), ([token]) => token).filter(token => token.startsWith('/'));
  return {path, imports: readImports(code), code, bare, patterns};
}

/** Comments, strings, templates and regular expressions: whatever may look like one of the others inside. */
const TOKEN =
  /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:[=(,:!&|?{};[>]|return)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

const CLAUSE = String.raw`(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\}|[\w$]+(?:\s*,\s*(?:\{[^}]*\}|\*\s*as\s+[\w$]+))?)`;
const STATEMENT = new RegExp(
  String.raw`^[ \t]*(?:import|export)\s+(type\s+(?!from\b))?(?:${CLAUSE}\s*from\s*)?['"]([^'"]+)['"]`,
  'gm',
);
const EXPRESSION = /\bimport\s*\(\s*['"]([^'"]+)['"]/g;

function readImports(code: string): Import[] {
  return [
    ...Array.from(code.matchAll(STATEMENT), ([, type, specifier]) => ({
      specifier: specifier!,
      typeOnly: type !== undefined,
    })),
    ...Array.from(code.matchAll(EXPRESSION), ([, specifier]) => ({specifier: specifier!, typeOnly: false})),
  ];
}
