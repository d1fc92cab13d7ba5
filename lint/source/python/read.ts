/** Reads a Python file. Loaded when a run meets one, since the parser is larger than the rest of the reader. */

import {parser} from '@lezer/python';
import type {Source, SourceProblem} from '../tree.ts';
import {PythonModule} from './module.ts';

/**
 * A file that CPython refuses is not the linter's business, and what lezer cannot read is left out. Only a tree that is too deep to be walked through is a
 * problem.
 */
export function readPython(path: string, text: string): Source {
  const source = (problems: readonly SourceProblem[], python?: PythonModule): Source => {
    const comments = python?.comments ?? [];
    return {path, text, format: 'python', documents: [], comments, problems, ...(python && {python})};
  };
  try {
    // A byte order mark is no part of the first name.
    return source([], new PythonModule(parser.parse(withLines(text.replace(/^\uFEFF/, '\n'))), text));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return source([{code: 'RL006', message: 'The code is nested too deeply to be read.', span: {start: 0, end: 1}}]);
  }
}

/** CPython counts the blanks behind a form feed as the parser counts those of a new line. No place in the text moves. */
function withLines(text: string): string {
  if (!text.includes('\f')) return text;
  return text.replaceAll(/((?:\\\r?)?)(^|[\r\n])([ \t\f]*)\f/g, (found, slash: string) =>
    slash === '' ? `${found.slice(0, -1).replaceAll('\f', ' ')}\n` : found,
  );
}
