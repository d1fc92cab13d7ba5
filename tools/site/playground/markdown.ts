/** Markdown as elements. Markup in it is shown as text, and links lead only to pages of the web and of this site. */
import {marked, type Token, type Tokens} from 'marked';
import {element} from './element.ts';

export const markdownNodes = (markdown: string): Node[] => nodesOf(marked.lexer(markdown));

const nodesOf = (tokens: readonly Token[] = []): Node[] => tokens.flatMap(nodeOf);

function nodeOf(token: Token): Node[] {
  switch (token.type) {
    case 'space':
      return [];
    case 'paragraph':
      return [element('p', {}, ...nodesOf(token.tokens))];
    case 'heading':
      return [element('h3', {}, ...nodesOf(token.tokens))];
    case 'hr':
      return [element('hr')];
    case 'strong':
      return [element('strong', {}, ...nodesOf(token.tokens))];
    case 'em':
      return [element('em', {}, ...nodesOf(token.tokens))];
    case 'codespan':
      return [element('code', {textContent: textOf(token)})];
    case 'code':
      return [element('pre', {}, element('code', {textContent: textOf(token)}))];
    case 'br':
      return [element('br')];
    case 'link':
      return [linkOf(token)];
    case 'list':
      return [listOf(token)];
    case 'table':
      return [tableOf(token)];
    default:
      return 'tokens' in token && token.tokens !== undefined
        ? nodesOf(token.tokens)
        : [document.createTextNode(textOf(token))];
  }
}

/** marked escapes nothing in its tokens. */
const textOf = (token: Token): string => ('text' in token && typeof token.text === 'string' ? token.text : token.raw);

function linkOf(token: Tokens.Link | Tokens.Generic): Node {
  const href: unknown = token.href;
  const url = typeof href === 'string' ? targetOf(href) : undefined;
  const children = nodesOf(token.tokens);
  if (url === undefined) return element('span', {}, ...children);
  return element('a', {href: url, target: '_blank', rel: 'noopener'}, ...children);
}

/** The page of a rule is part of this site. */
function targetOf(href: string): string | undefined {
  const rule = /\/docs\/rules\/(RL\d+)\.md$/.exec(href)?.[1];
  if (rule !== undefined) return `../rules/${rule}.html`;
  return /^https?:\/\//.test(href) ? href : undefined;
}

function listOf(token: Tokens.List | Tokens.Generic): Node {
  const items: readonly Tokens.ListItem[] = token.items;
  return element(
    token.ordered === true ? 'ol' : 'ul',
    {},
    ...items.map(item => element('li', {}, ...nodesOf(item.tokens))),
  );
}

function tableOf(token: Tokens.Table | Tokens.Generic): Node {
  const {header, rows}: Pick<Tokens.Table, 'header' | 'rows'> = {header: token.header, rows: token.rows};
  const cell = (name: 'th' | 'td', {tokens, align}: Tokens.TableCell): Node => {
    const made = element(name, {}, ...nodesOf(tokens));
    made.style.textAlign = align ?? '';
    return made;
  };
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...header.map(each => cell('th', each)))),
    element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(each => cell('td', each))))),
  );
}
