/** Answers of gRPC: a code, and metadata. */
import type {Answers} from './answers.ts';
import {classifyGrpc} from './classify-grpc.ts';
import {type CodeName, codeName} from './grpc-codes.ts';
import {type GrpcAnswer, grpcHint} from './grpc-hint.ts';

/** Said by, or of, a server that is not well. Every other code is the answer of a healthy one. */
const ILL: ReadonlySet<CodeName> = new Set(['UNKNOWN', 'DEADLINE_EXCEEDED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS']);

const isFailure = (code: number): boolean => code !== 0;

export const grpcAnswers: Answers<GrpcAnswer> = {
  classify: classifyGrpc,
  hint: grpcHint,
  isFailure,
  health(code, classification) {
    const name = codeName(code);
    // A throttled or cancelled call says nothing about the health of the server.
    if (classification.throttled || name === 'RESOURCE_EXHAUSTED' || name === 'CANCELLED') return 'nothing';
    if (ILL.has(name)) return 'failure';
    // Only the user's own classify can call an OK a failure.
    return classification.transient && !isFailure(code) ? 'failure' : 'success';
  },
  nameOf: codeName,
};
