/** The policies of a file as rules see them, and the part of a policy at an offset. */

import type {RetryingLayer} from '../../src/policy/types.ts';
import {type Languages, loadDialects, policiesOf} from '../dialects/policies.ts';
import {type FilesRequest, readerOf} from '../source/files.ts';
import type {Source} from '../source/tree.ts';
import {type Model, modelOf} from './model.ts';
import type {Scope} from './scope.ts';

/** The part of a request that says how a file is read, and the files that it extends. */
export interface ModelsRequest extends FilesRequest {
  readonly config?: Languages & {readonly layers?: readonly RetryingLayer[]};
}

/** One model per policy of the file, in order. */
export async function modelsOf(source: Source, request: ModelsRequest): Promise<Model[]> {
  await loadDialects(source, request.config);
  const policies = policiesOf(source, request.config);
  return Promise.all(
    policies.map(({dialect, shape}) => modelOf(shape, readerOf(request), dialect, request.config?.layers)),
  );
}

/** The route around an offset, else the policy; undefined outside of all policies. */
export const scopeAt = (models: readonly Model[], offset: number): Scope | undefined =>
  models.flatMap(({scopes}) => scopes).findLast(scope => isAround(scope, offset));

function isAround({own, base}: Scope, offset: number): boolean {
  const node = own.entry === undefined ? own.shape?.places.get(base)?.node : undefined;
  return node !== undefined && node.span.start <= offset && offset <= node.span.end;
}
