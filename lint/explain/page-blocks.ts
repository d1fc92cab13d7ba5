/** Splits a page into headings, blocks of code and paragraphs, which a reader takes one by one. */

/** A mistake in the page of a rule. */
export class RulePageError extends SyntaxError {
  override readonly name = 'RulePageError';
}

export interface Block {
  readonly kind: 'heading' | 'code' | 'text';
  /** The text of a heading with its signs, that of code without its fences. */
  readonly text: string;
  /** The language of a block of code, otherwise ''. */
  readonly language: string;
  /** Its first line, from 1; of code, that of the fence. */
  readonly line: number;
}

export class PageBlocks {
  readonly #path: string;
  readonly #lines: readonly string[];
  readonly #blocks: readonly Block[];
  #at = 0;

  /**
   * @param path For messages.
   * @param start The index of the first line that belongs to a block.
   * @throws RulePageError for a block of code that does not end.
   */
  constructor(path: string, lines: readonly string[], start: number) {
    this.#path = path;
    this.#lines = lines;
    this.#blocks = this.#split(start);
  }

  /** Takes the next block, if it is a heading or a paragraph like this. */
  takeIf(pattern: RegExp): RegExpExecArray | undefined {
    const match = this.#match(pattern);
    if (match === null) return undefined;
    this.#at++;
    return match;
  }

  /** @throws RulePageError with the wanted text if the next block is another. */
  take(pattern: RegExp, wanted: string): RegExpExecArray {
    const match = this.takeIf(pattern);
    if (match === undefined) throw this.expected(`"${wanted}"`);
    return match;
  }

  takeText(text: string): void {
    if (!this.#isNext(text)) throw this.expected(`"${text}"`);
    this.#at++;
  }

  isNext(pattern: RegExp): boolean {
    return this.#match(pattern) !== null;
  }

  /** Takes a block of code; its text ends with a line break. */
  takeCode(...languages: readonly string[]): Block {
    const block = this.#blocks[this.#at];
    if (block?.kind !== 'code' || !languages.includes(block.language))
      throw this.expected(`a block of ${languages.join(' or ')}`);
    this.#at++;
    return block;
  }

  /** Takes all blocks before a heading, and returns the lines between. */
  takeUntil(heading: string): string {
    const first = this.#line - 1;
    while (this.#at < this.#blocks.length && !this.#isNext(heading)) this.#at++;
    if (this.#at === this.#blocks.length) throw this.expected(`"${heading}"`);
    return this.#lines
      .slice(first, this.#line - 1)
      .join('\n')
      .trim();
  }

  /** @throws RulePageError if blocks are left. */
  end(): void {
    if (this.#at < this.#blocks.length) throw this.expected('the end of the page');
  }

  /** @returns What to throw for a line; default: the first of the next block. */
  expected(what: string, line: number = this.#line): RulePageError {
    return new RulePageError(`${this.#path}:${line}: expected ${what}.`);
  }

  get #line(): number {
    return this.#blocks[this.#at]?.line ?? this.#lines.length;
  }

  /** Code is never matched: a line of it may look like a heading. */
  #match(pattern: RegExp): RegExpExecArray | null {
    const block = this.#blocks[this.#at];
    return block === undefined || block.kind === 'code' ? null : pattern.exec(block.text);
  }

  #isNext(text: string): boolean {
    return this.#match(/^[\s\S]+$/)?.[0] === text;
  }

  #split(start: number): Block[] {
    const blocks: Block[] = [];
    for (let index = start; index < this.#lines.length; ) {
      const first = this.#lines[index]!;
      const line = index + 1;
      const fence = /^```(\w*)$/.exec(first);
      if (first === '') index++;
      else if (fence !== null) {
        const end = this.#lines.indexOf('```', index + 1);
        if (end < 0) throw new RulePageError(`${this.#path}:${line}: this block of code does not end.`);
        const text = `${this.#lines.slice(index + 1, end).join('\n')}\n`;
        blocks.push({kind: 'code', text, language: fence[1]!, line});
        index = end + 1;
      } else {
        const isHeading = first.startsWith('#');
        const end = isHeading ? index + 1 : this.#endOfParagraph(index);
        const text = this.#lines.slice(index, end).join('\n');
        blocks.push({kind: isHeading ? 'heading' : 'text', text, language: '', line});
        index = end;
      }
    }
    return blocks;
  }

  #endOfParagraph(start: number): number {
    const end = this.#lines.findIndex((line, index) => index > start && /^(?:$|#|```)/.test(line));
    return end < 0 ? this.#lines.length : end;
  }
}
