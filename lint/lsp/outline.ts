/** The structure of a policy: symbols for an outline, and ranges that can be folded. */

import {
  type DocumentSymbol,
  type DocumentSymbolParams,
  type FoldingRange,
  FoldingRangeKind,
  type FoldingRangeParams,
  SymbolKind,
} from 'vscode-languageserver-protocol';
import {policiesOf} from '../dialects/policies.ts';
import {describeMatch} from '../model/model.ts';
import type {Shape} from '../shape/shape.ts';
import {sourceOf} from '../source/files.ts';
import {type Lines, linesOf} from '../source/lines.ts';
import type {Node, Source, Span} from '../source/tree.ts';
import {toRange} from './positions.ts';
import type {Session} from './session.ts';

export async function documentSymbols(
  session: Session,
  {textDocument: {uri}}: DocumentSymbolParams,
): Promise<DocumentSymbol[]> {
  const policy = await session.policyAt(uri);
  if (policy === undefined) return [];
  const source = await sourceOf(policy.request);
  const shapes = policiesOf(source, policy.request.config).map(({shape}) => shape);
  const lines = linesOf(source);
  if (shapes.length === 1 && shapes[0]!.unit.base === '') return symbolsIn(shapes[0]!.unit.root, shapes[0]!, lines);
  return shapes.map(shape => {
    const {root, keySpan, base, document} = shape.unit;
    const name = shape.data.name ?? (base === '' ? `policy ${document + 1}` : base);
    return symbolOf({name, node: root, keySpan}, shape, lines);
  });
}

interface Entry {
  readonly name: string;
  readonly detail?: string;
  readonly node: Node;
  readonly keySpan: Span | undefined;
}

function symbolOf({name, detail, node, keySpan}: Entry, shape: Shape, lines: Lines): DocumentSymbol {
  const start = keySpan?.start ?? node.span.start;
  // The value of an alias is written elsewhere.
  const end = Math.max(node.span.end, keySpan?.end ?? 0);
  const range = toRange(lines.rangeOf({start, end}));
  const children = node.borrowed ? [] : symbolsIn(node, shape, lines);
  return {
    name: name.trim() === '' ? JSON.stringify(name) : name,
    ...(detail === undefined ? {} : {detail}),
    kind: kindOf(node),
    range,
    selectionRange: keySpan === undefined ? range : toRange(lines.rangeOf(keySpan)),
    ...(children.length === 0 ? {} : {children}),
  };
}

function symbolsIn(node: Node, shape: Shape, lines: Lines): DocumentSymbol[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'object')
    return node.properties.map(({key, keySpan, value}) =>
      symbolOf({name: key, node: value, keySpan, ...detailOf(value)}, shape, lines),
    );
  return node.items.map((item, index) =>
    symbolOf(
      {name: routeName(item, shape) ?? String(index), node: item, keySpan: undefined, ...detailOf(item)},
      shape,
      lines,
    ),
  );
}

const detailOf = (node: Node): {detail?: string} => (node.kind === 'scalar' ? {detail: String(node.value)} : {});

/** `POST /v1/orders`: a route by the calls that it matches. */
function routeName(node: Node, {data, places, routes}: Shape): string | undefined {
  const index = routes.findIndex(written => places.get(`routes[${written}]`)?.node === node);
  const route = data.routes?.[index];
  return route && (route.name ?? describeMatch(route.match));
}

function kindOf(node: Node): SymbolKind {
  if (node.kind === 'list') return SymbolKind.Array;
  if (node.kind === 'object') return SymbolKind.Object;
  if (node.value === null) return SymbolKind.Null;
  return {string: SymbolKind.String, number: SymbolKind.Number, boolean: SymbolKind.Boolean}[
    typeof node.value as 'string' | 'number' | 'boolean'
  ];
}

export async function foldingRanges(
  session: Session,
  {textDocument: {uri}}: FoldingRangeParams,
): Promise<FoldingRange[]> {
  const policy = await session.policyAt(uri);
  if (policy === undefined) return [];
  const source = await sourceOf(policy.request);
  const lines = linesOf(source);
  const ranges = new Map<number, FoldingRange>();
  for (const fold of [
    ...source.documents.flatMap(root => foldsIn(root, undefined, lines)),
    ...commentFolds(source, lines),
  ])
    if (!ranges.has(fold.startLine)) ranges.set(fold.startLine, fold);
  return [...ranges.values()].sort((a, b) => a.startLine - b.startLine);
}

function foldsIn(node: Node, keySpan: Span | undefined, lines: Lines): FoldingRange[] {
  if (node.kind === 'scalar' || node.borrowed) return [];
  const from = lines.positionAt((node.flow ? undefined : keySpan?.start) ?? node.span.start).line - 1;
  const last = lines.positionAt(node.span.end).line - 1;
  // The line of the closing brace stays visible.
  const to = node.flow ? last - 1 : last;
  const own = to > from ? [{startLine: from, endLine: to}] : [];
  const children =
    node.kind === 'list'
      ? node.items.flatMap(item => foldsIn(item, undefined, lines))
      : node.properties.flatMap(property => foldsIn(property.value, property.keySpan, lines));
  return [...own, ...children];
}

/** Comments on lines that follow each other are folded together. */
function commentFolds({comments}: Source, lines: Lines): FoldingRange[] {
  const folds: {startLine: number; endLine: number; kind: FoldingRangeKind}[] = [];
  for (const {span, alone} of comments) {
    if (!alone) continue;
    const [startLine, endLine] = [lines.positionAt(span.start).line - 1, lines.positionAt(span.end).line - 1];
    const last = folds.at(-1);
    if (last?.endLine === startLine - 1) last.endLine = endLine;
    else folds.push({startLine, endLine, kind: FoldingRangeKind.Comment});
  }
  return folds.filter(({startLine, endLine}) => endLine > startLine);
}
