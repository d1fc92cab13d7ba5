/** The examples of the landing page as HTML. They are modules that the build type-checks. */
import {escaped} from '../plain-page.ts';

/** A token of TypeScript, as far as the examples need it, and the class of its color. */
const TOKENS = /(?<string>'[^']*')|(?<keyword>\b(?:import|from|const|new|await|export)\b)|(?<numeral>\b\d+\b)/g;

/** @param source Of a module in `code/`: its imports become those of the package, and what is there for the compiler goes. */
export function highlighted(source: string): string {
  const published = source
    .replaceAll("'../../../../src/index.ts'", "'steadfetch'")
    .replaceAll(/'(?:\.\.\/)+src\/(\w+)\.ts'/g, "'steadfetch/$1'")
    .replaceAll(/, \{type \w+\}/g, '')
    .replaceAll(/, type \w+(?=\})/g, '')
    .replaceAll(/^export (const \w+): [\w.\s]+ =/gm, '$1 =')
    .trim();
  return escaped(published)
    .replaceAll('&#39;', "'")
    .replaceAll(TOKENS, (text, ...rest) => {
      const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
      const kind = Object.keys(groups).find(name => groups[name] !== undefined);
      return `<i class="${kind}">${text}</i>`;
    });
}
