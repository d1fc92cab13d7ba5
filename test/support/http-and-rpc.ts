/** Real servers of HTTP and gRPC, and an agent of undici's. Made in a `describe`: started before its tests, and closed after them. */
import {Agent} from 'undici';
import {GrpcServer} from '../grpc/grpc-server.ts';
import {LoopbackServer} from './loopback-server.ts';

export class HttpAndRpc {
  server!: LoopbackServer;
  rpcs!: GrpcServer;
  readonly agent: Agent = new Agent();

  constructor() {
    before(async () => {
      this.server = await LoopbackServer.start();
      this.rpcs = await GrpcServer.start();
    });
    after(async () => {
      this.rpcs.close();
      await this.agent.destroy();
      await this.server.close();
    });
  }
}
