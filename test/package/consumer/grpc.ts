import {Client, credentials, type ServiceError} from '@grpc/grpc-js';
import {
  definePolicy,
  type GrpcPorts,
  grpcInterceptor,
  reportOf,
  type ServiceConfigResult,
  toServiceConfig,
} from 'steadfetch/grpc';

const ports: GrpcPorts = {
  origin: 'https://api.example.com',
  on: event => console.log(event.type),
  classify: ({status, message}) => (status?.code === 0 && message === null ? {transient: true} : undefined),
};
const handle = definePolicy({routes: [{match: {path: '/shop.Orders/Get'}, idempotentMethods: ['POST']}]});
export const client: Client = new Client('localhost:50051', credentials.createInsecure(), {
  interceptors: [grpcInterceptor(handle, ports)],
});

const asIs = (bytes: Buffer): Buffer => bytes;
const done = (error: ServiceError | null): void => console.log(reportOf(error)?.attempts);
client.makeUnaryRequest('/a.B/C', asIs, asIs, Buffer.from(''), {resilience: {maxAttempts: 1}, deadline: 5}, done);

export const result: ServiceConfigResult = toServiceConfig(handle);
export const text: string = JSON.stringify(result.config.methodConfig[0]?.retryPolicy?.retryableStatusCodes);

// @ts-expect-error A mistyped field of one call's options is seen.
client.makeUnaryRequest('/a.B/C', asIs, asIs, Buffer.from(''), {resilience: {maxAttempt: 1}}, done);
