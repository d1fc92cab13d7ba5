/**
 * What the header does: the theme, the menu and search. Listens on the document, because VitePress draws the header anew on each of its pages.
 */
import {Search} from './search.ts';
import {applyTheme, followSystem, switchTheme} from './theme.ts';

let search: Search | undefined;

function openSearch(link: HTMLAnchorElement): void {
  search ??= new Search(link.href);
  search.open();
}

function onClick(event: MouseEvent): void {
  const {target} = event;
  if (!(target instanceof Element)) return;
  const menu = document.querySelector<HTMLDetailsElement>('.top .menu');
  if (menu?.open === true && target.closest('.menu summary') === null) menu.open = false;
  if (target.closest('#theme') !== null) switchTheme();
  const find = target.closest<HTMLAnchorElement>('.find');
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (find !== null && isPlain) {
    event.preventDefault();
    event.stopPropagation();
    openSearch(find);
  }
}

function onKey(event: KeyboardEvent): void {
  const {key, target} = event;
  const isTyping =
    target instanceof Element && target.closest('input, select, textarea, [contenteditable="true"], dialog') !== null;
  if (key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const find = document.querySelector<HTMLAnchorElement>('.top .find');
  if (find === null) return;
  event.preventDefault();
  openSearch(find);
}

/** Call it once for each page that is loaded. */
export function startFrame(): void {
  // Before the router of VitePress, which would follow the link.
  addEventListener('click', onClick, {capture: true});
  addEventListener('keydown', onKey);
  applyTheme();
  followSystem();
}
