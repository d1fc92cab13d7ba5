import {Client, credentials} from '@grpc/grpc-js';
import {grpcInterceptor} from '../../../../src/grpc.ts';

const interceptors = [grpcInterceptor({name: 'orders'})];
export const client: Client = new Client('orders:443', credentials.createSsl(), {interceptors});
