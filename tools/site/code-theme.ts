/** The colors of code, for Shiki: variables of tokens.css, so that one theme is for light and dark pages. */
import type {MarkdownOptions} from 'vitepress';

type CodeTheme = Exclude<NonNullable<MarkdownOptions['theme']>, string | {light: unknown}>;

const color = (scope: readonly string[], foreground: string): {scope: string[]; settings: {foreground: string}} => ({
  scope: [...scope],
  settings: {foreground},
});

export const codeTheme: CodeTheme = {
  name: 'steadfetch',
  type: 'light',
  fg: 'var(--ink)',
  bg: 'var(--bg-2)',
  settings: [
    {settings: {foreground: 'var(--ink)', background: 'var(--bg-2)'}},
    color(['comment', 'punctuation.definition.comment'], 'var(--ink-2)'),
    color(['string', 'punctuation.definition.string'], 'var(--good)'),
    color(['constant.numeric', 'constant.language', 'keyword.other.unit'], 'var(--bad)'),
    color(
      ['keyword', 'storage', 'support.type.property-name', 'entity.name.tag.yaml', 'variable.language'],
      'var(--accent)',
    ),
    color(['keyword.operator'], 'var(--ink)'),
  ],
};
