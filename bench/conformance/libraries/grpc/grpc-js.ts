import type {Library} from '../../library.ts';
import {jittered, rows, waits} from './rows.ts';
import {GrpcScene, retrying} from './scene.ts';

/** It speaks no plain HTTP, so the rows that can apply to it are asked in its own protocol. */
export const library: Library = {
  name: 'grpc-js',
  packages: ['@grpc/grpc-js'],
  hasJitter: true,
  hasCap: true,
  waits,
  jitterOf: async count => ({waits: await jittered(count), lowest: 80, highest: 120}),
  grpc: (attempts, script) => GrpcScene.open(retrying(attempts, 5), script),
  own: rows,
};
