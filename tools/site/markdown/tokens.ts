/** Tokens of markdown-it, whose types VitePress passes on. */
import type {MarkdownRenderer} from 'vitepress';

export type Tokens = ReturnType<MarkdownRenderer['parse']>;
export type Token = Tokens[number];

/** The text of an inline token, without its markup. */
export const textOf = ({children}: Token): string =>
  (children ?? [])
    .map(({type, content}) => (type === 'text' || type === 'code_inline' ? content : type === 'softbreak' ? ' ' : ''))
    .join('')
    .trim();
