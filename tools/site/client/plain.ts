/** The script of pages that VitePress does not make. */
import {startFrame} from './frame.ts';
import {nearest} from './nearest.ts';
import type {PageEntry} from './ranking.ts';

startFrame();

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]'))
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy!);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not copied';
    }
  });

/** On the page for a wrong address. */
async function suggestPages(list: HTMLElement): Promise<void> {
  const home = new URL(document.querySelector<HTMLAnchorElement>('.top .find')!.href);
  const path = location.pathname;
  document.querySelector('[data-address]')!.textContent = `at ${path}`;
  const {default: pages} = (await import(new URL('search-index.js', home).href)) as {default: readonly PageEntry[]};
  const prefix = new URL('.', home).pathname;
  const items = nearest(pages, path.slice(prefix.length), 5).map(([page, title]) => {
    const link = document.createElement('a');
    link.href = `${prefix}${page}.html`;
    link.textContent = title;
    const item = document.createElement('li');
    item.append(link);
    return item;
  });
  list.querySelector('ul')!.replaceChildren(...items);
  list.hidden = false;
}

const list = document.querySelector<HTMLElement>('[data-nearest]');
if (list !== null) void suggestPages(list);
