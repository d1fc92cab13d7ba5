/** Search over the titles and headings of all pages, and below those over their texts. What it needs is loaded when it is first used. */
import {type Entry, entriesOf, type PageEntry, ranked} from './ranking.ts';
import {fileOf, inTexts, wordsOf} from './text-index.ts';

const MOST = 12;
const MOST_IN_TEXTS = 8;

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
    // False where another letter was typed while something was loaded.
    const isWanted = (): boolean => query === this.#input.value;
    try {
      this.#entries ??= loaded<readonly PageEntry[]>(`${this.#prefix}search-index.js`).then(entriesOf);
      const entries = await this.#entries;
      const found = ranked(entries, query).slice(0, MOST);
      if (!isWanted()) return;
      this.#status.textContent = '';
      this.#list.replaceChildren(...found.map((entry, index) => this.#option(entry, index)));
      this.#select(0);
      const below = await this.#inTexts(entries, query, found);
      if (!isWanted()) return;
      if (below.length > 0) this.#list.append(this.#group(below, found.length));
      if (found.length === 0) this.#select(0);
      if (query.trim() !== '' && found.length + below.length === 0)
        this.#status.textContent = 'No page has these words.';
    } catch {
      this.#entries = undefined;
      if (isWanted()) this.#status.textContent = 'Search could not be loaded. Try again.';
    }
  }

  /** Sections whose headings were not found. */
  async #inTexts(entries: readonly Entry[], query: string, found: readonly Entry[]): Promise<Entry[]> {
    const words = wordsOf(query);
    const files = await Promise.all(words.map(word => loaded<string>(`${this.#prefix}search/${fileOf(word)}.js`)));
    const sections = inTexts(entries, words, files);
    return sections.filter(entry => !found.includes(entry)).slice(0, MOST_IN_TEXTS);
  }

  #group(entries: readonly Entry[], first: number): HTMLElement {
    const group = document.createElement('div');
    group.role = 'group';
    group.ariaLabel = 'In the text';
    group.append(...entries.map((entry, index) => this.#option(entry, first + index)));
    return group;
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
    const options = [...this.#list.querySelectorAll('[role="option"]')];
    this.#input.setAttribute('aria-expanded', String(options.length > 0));
    this.#selected = Math.max(0, Math.min(index, options.length - 1));
    for (const [at, option] of options.entries()) option.ariaSelected = String(at === this.#selected);
    const selected = options[this.#selected];
    if (selected === undefined) this.#input.removeAttribute('aria-activedescendant');
    else this.#input.setAttribute('aria-activedescendant', selected.id);
    selected?.scrollIntoView({block: 'nearest'});
  }
}

/** A module, because the policy of the playground allows scripts of this site and no requests. */
async function loaded<Content>(url: string): Promise<Content> {
  const module = (await import(/* @vite-ignore */ url)) as {default: Content};
  return module.default;
}

const PLACES: Readonly<Record<string, string>> = {
  api: 'API',
  decisions: 'Decision',
  guides: 'Guide',
  rules: 'Rule',
};

const placeOf = (path: string): string => PLACES[path.split('/', 1)[0]!] ?? 'Page';
