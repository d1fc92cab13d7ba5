import type {Library} from '../library.ts';

/** It speaks no plain HTTP: only a pitfall of its own could be asked of it. */
export const library: Library = {name: 'grpc-js', packages: ['@grpc/grpc-js']};
