/** The method of the gRPC table: bytes in, bytes out. */
import type {MethodDefinition} from '@grpc/grpc-js';

const bytes = (value: Buffer): Buffer => value;

export const METHOD: MethodDefinition<Buffer, Buffer> = {
  path: '/bench.Service/Call',
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
};
