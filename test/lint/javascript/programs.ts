/** Findings in programs, which rolldown's parser reads as ESTree. */
import {parseAst} from 'rolldown/parseAst';
import {analyse} from '../../../lint/eslint/analyse.ts';
import type {Finding} from '../../../lint/finding.ts';
import type {JsNode} from '../../../lint/source/javascript/syntax.ts';

/** Its type has more than the nodes that are read. */
export const parse = (text: string): JsNode => parseAst(text, {lang: 'ts'}) as unknown as JsNode;

export const findingsIn = (text: string, path = 'calls.ts'): readonly Finding[] =>
  analyse({ast: parse(text), text, path});

/** `RL203 2:9`, without what is only an info. */
export const placesIn = (text: string, path?: string): string[] =>
  findingsIn(text, path)
    .filter(({severity}) => severity !== 'info')
    .map(({code, range: {start}}) => `${code} ${start.line}:${start.column}`);

/** The codes of errors and warnings, in the order of the alphabet. */
export const codesIn = (text: string, path?: string): string[] =>
  placesIn(text, path)
    .map(place => place.slice(0, 5))
    .sort();
