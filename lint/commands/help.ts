/** The pages that --help prints. */

import {type Paint, painter} from '../formatters/paint.ts';
import type {CommandSpec, Option, OptionGroup} from './command.ts';
import {commands} from './table.ts';

/** Longer lines are hard to read, even in a wider terminal. */
const widest = 100;

export function helpOf(spec: CommandSpec, {colour, columns}: {colour: boolean; columns: number}): string {
  const page = new Page(painter(colour), Math.min(columns, widest));
  const isMain = spec === commands[0];
  const usage = `retry-lint ${isMain ? '' : `${spec.name} `}[OPTION]... ${spec.operands}`;
  const parts = [
    isMain ? page.wrapped('retry-lint reports where and why retry policies are unsafe, and fixes them.', 0) : '',
    `${page.title('Usage:')} ${usage}`,
    isMain ? '' : page.wrapped(`${spec.summary}.`, 0),
    ...spec.about.map(paragraph => page.wrapped(paragraph, 0)),
    isMain
      ? page.rows(
          'Commands',
          commands.map(({name, summary}) => [name, summary]),
        )
      : '',
    ...spec.groups.map(group => page.options(group)),
    page.rows('Examples', spec.examples),
    isMain
      ? page.wrapped(
          '"retry-lint explain RL203" explains a rule. The guide is docs/retry-lint.md of the package steadfetch.',
          0,
        )
      : '',
  ];
  return `${parts.filter(part => part !== '').join('\n\n')}\n`;
}

/** Width of the first column of every list. */
const indent = 26;

class Page {
  readonly #paint: Paint;
  readonly #width: number;

  constructor(paint: Paint, width: number) {
    this.#paint = paint;
    this.#width = width;
  }

  title(text: string): string {
    return this.#paint('bold', text);
  }

  options({title, options}: OptionGroup): string {
    return this.rows(
      title,
      options.map(option => [syntaxOf(option), option.help]),
    );
  }

  rows(title: string, rows: readonly (readonly [string, string])[]): string {
    return [this.title(`${title}:`), ...rows.map(([name, what]) => this.#row(name, what))].join('\n');
  }

  #row(name: string, what: string): string {
    const text = this.wrapped(what, indent);
    const head = `  ${name}`;
    // A text that does not fit beside its name is written below it.
    return head.length + 2 > indent ? `${head}\n${' '.repeat(indent)}${text}` : `${head.padEnd(indent)}${text}`;
  }

  wrapped(text: string, by: number): string {
    const lines: string[] = [''];
    for (const word of text.split(' ')) {
      const line = lines.at(-1)!;
      if (line !== '' && line.length + word.length + 1 + by > this.#width) lines.push(word);
      else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
    return lines.join(`\n${' '.repeat(by)}`);
  }
}

function syntaxOf({name, short, value, optionalValue}: Option): string {
  const tail = value === undefined ? '' : optionalValue ? `[=${value}]` : ` ${value}`;
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${tail}`;
}
