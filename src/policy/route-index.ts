/**
 * Finds the first route that matches a call without testing all of them: a tree of the path's segments, down to the first that is neither a
 * literal nor `*`. It finds candidates; the route itself decides whether it matches.
 */
import type {ResolvedRoute} from './layers.ts';
import {asInUrls} from './routes.ts';

type Candidate = Pick<ResolvedRoute, 'template' | 'matches'>;

export class RouteIndex {
  readonly #routes: readonly Candidate[];
  readonly #root = new Node();

  constructor(routes: readonly Candidate[]) {
    this.#routes = routes;
    for (const [index, {template}] of routes.entries()) this.#add(index, template);
  }

  /** @returns The index of the first route that matches; -1 where none does. */
  find(method: string, origin: string, pathname: string): number {
    const routes = this.#routes;
    const segments = segmentsOf(pathname);
    let found = routes.length;
    const ask = (candidates: readonly number[]): void => {
      for (const index of candidates) {
        if (index >= found) return;
        if (routes[index]!.matches(method, origin, pathname)) found = index;
      }
    };
    const visit = (node: Node | undefined, depth: number): void => {
      if (node === undefined || node.first >= found) return;
      ask(node.open);
      if (depth === segments.length) return ask(node.ends);
      visit(node.literals.get(segments[depth]!), depth + 1);
      visit(node.any, depth + 1);
    };
    visit(this.#root, 0);
    return found === routes.length ? -1 : found;
  }

  #add(index: number, template: string | undefined): void {
    let node = this.#root;
    node.first = Math.min(node.first, index);
    const segments = template === undefined ? ['**'] : segmentsOf(asInUrls(template));
    for (const segment of segments) {
      if (segment !== '*' && segment.includes('*')) return void node.open.push(index);
      node = node.child(segment);
      node.first = Math.min(node.first, index);
    }
    node.ends.push(index);
  }
}

class Node {
  readonly literals = new Map<string, Node>();
  any: Node | undefined;
  /** Routes whose path ends here, and those that go on with `**` or a part of a segment. In ascending order. */
  readonly ends: number[] = [];
  readonly open: number[] = [];
  /** The least index at or below this node. */
  first: number = Infinity;

  child(segment: string): Node {
    if (segment === '*') {
      this.any ??= new Node();
      return this.any;
    }
    let node = this.literals.get(segment);
    if (node === undefined) {
      node = new Node();
      this.literals.set(segment, node);
    }
    return node;
  }
}

const segmentsOf = (path: string): string[] => path.slice(1).split('/');
