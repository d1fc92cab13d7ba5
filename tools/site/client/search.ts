/** Search over the titles and headings of all pages. The index is loaded when search is first opened. */
import {type Entry, entriesOf, type PageEntry, ranked} from './ranking.ts';

const MOST = 12;

export class Search {
  readonly #dialog: HTMLDialogElement = document.createElement('dialog');
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  /** What the links of results begin with. */
  readonly #prefix: string;
  #entries: Promise<readonly Entry[]> | undefined;
  #selected = 0;

  /** @param contents Address of the page of all headings, beside which the index is. */
  constructor(contents: string) {
    this.#prefix = contents.replace(/contents\.html$/, '');
    this.#dialog.className = 'search';
    this.#dialog.setAttribute('aria-label', 'Search');
    // Markup without values: results are added as text.
    this.#dialog.innerHTML = `<form method="dialog" role="search"><input type="search" role="combobox" aria-label="Search" aria-controls="search-results" aria-expanded="false" aria-autocomplete="list" autocomplete="off" spellcheck="false" placeholder="Rule, field or words"><button type="submit" value="close">Close</button></form><div id="search-results" role="listbox" aria-label="Results"></div><p role="status"></p>`;
    this.#input = this.#dialog.querySelector('input')!;
    this.#list = this.#dialog.querySelector('div')!;
    this.#status = this.#dialog.querySelector('p')!;
    this.#input.addEventListener('input', () => this.#show());
    this.#input.addEventListener('keydown', event => this.#onKey(event));
    this.#dialog.addEventListener('click', ({target}) => {
      if (target === this.#dialog || (target instanceof Element && target.closest('a') !== null)) this.#dialog.close();
    });
    document.body.append(this.#dialog);
  }

  open(): void {
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    this.#input.select();
    void this.#show();
  }

  async #show(): Promise<void> {
    const query = this.#input.value;
    let found: readonly Entry[] = [];
    let status = '';
    try {
      this.#entries ??= loaded(`${this.#prefix}search-index.js`);
      found = ranked(await this.#entries, query).slice(0, MOST);
      if (query.trim() !== '' && found.length === 0) status = 'No page has these words in a heading.';
    } catch {
      this.#entries = undefined;
      status = 'Search could not be loaded. Try again.';
    }
    // Another letter was typed while the index was loaded.
    if (query !== this.#input.value) return;
    this.#status.textContent = status;
    this.#list.replaceChildren(...found.map((entry, index) => this.#option(entry, index)));
    this.#input.setAttribute('aria-expanded', String(found.length > 0));
    this.#select(0);
  }

  #option({path, heading, title}: Entry, index: number): HTMLElement {
    const option = document.createElement('a');
    option.id = `search-result-${index}`;
    option.role = 'option';
    option.href = this.#prefix + path;
    // The arrow keys choose; the focus stays in the field.
    option.tabIndex = -1;
    const place = document.createElement('small');
    place.append(heading === undefined ? placeOf(path) : title);
    option.append(heading ?? title, place);
    return option;
  }

  #onKey(event: KeyboardEvent): void {
    const {key} = event;
    if (key === 'ArrowDown') this.#select(this.#selected + 1);
    else if (key === 'ArrowUp') this.#select(this.#selected - 1);
    // Chromium's search fields would be emptied first.
    else if (key === 'Escape') this.#dialog.close();
    else if (key === 'Enter') this.#list.querySelector<HTMLElement>('[aria-selected="true"]')?.click();
    else return;
    event.preventDefault();
  }

  #select(index: number): void {
    const options = [...this.#list.children];
    this.#selected = Math.max(0, Math.min(index, options.length - 1));
    for (const [at, option] of options.entries()) option.ariaSelected = String(at === this.#selected);
    const selected = options[this.#selected];
    if (selected === undefined) this.#input.removeAttribute('aria-activedescendant');
    else this.#input.setAttribute('aria-activedescendant', selected.id);
    selected?.scrollIntoView({block: 'nearest'});
  }
}

/** A module, because the policy of the playground allows scripts of this site and no requests. */
async function loaded(url: string): Promise<readonly Entry[]> {
  const {default: pages} = (await import(/* @vite-ignore */ url)) as {default: readonly PageEntry[]};
  return entriesOf(pages);
}

const PLACES: Readonly<Record<string, string>> = {
  api: 'API',
  decisions: 'Decision',
  guides: 'Guide',
  rules: 'Rule',
};

const placeOf = (path: string): string => PLACES[path.split('/', 1)[0]!] ?? 'Page';
