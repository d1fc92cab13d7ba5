/** Reads a Python file. Loaded when a run meets one, since the parser is larger than the rest of the reader. */

import {parser} from '@lezer/python';
import type {Source} from '../tree.ts';
import {PythonModule} from './module.ts';

/**
 * Never a problem: a file that CPython refuses is not the linter's business, and what lezer cannot read is left out.
 */
export function readPython(path: string, text: string): Source {
  // A decoder replaces what is not UTF-8: such a file is left alone, since a change of it would write the replacement.
  if (text.includes('\uFFFD')) return {path, text, format: 'python', documents: [], comments: [], problems: []};
  // A byte order mark is no part of the first name.
  const python = new PythonModule(parser.parse(text.replace(/^\uFEFF/, '\n')), text);
  return {path, text, format: 'python', documents: [], comments: python.comments, problems: [], python};
}
