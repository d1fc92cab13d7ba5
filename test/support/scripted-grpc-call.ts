/** A call as grpc-js makes them: it ends once, by itself or by a cancel, and says so later. */
import {type InterceptingListener, Metadata, type StatusObject, type status} from '@grpc/grpc-js';

export abstract class ScriptedGrpcCall {
  isOver = false;
  #listener: InterceptingListener | undefined;

  /** What the transport does; it calls `end`, or hangs. */
  protected abstract answer(metadata: Metadata, listener: InterceptingListener): unknown;

  start(metadata: Metadata, listener: InterceptingListener): void {
    this.#listener = listener;
    void this.answer(metadata, listener);
  }

  cancelWithStatus(code: status, details: string): void {
    this.end({code, details, metadata: new Metadata()});
  }

  end(end: StatusObject): void {
    if (this.isOver) return;
    this.isOver = true;
    queueMicrotask(() => this.#listener?.onReceiveStatus(end));
  }

  getPeer(): string {
    return 'dns:shop.test:50051';
  }
  getAuthContext(): null {
    return null;
  }
  startRead(): void {}
  sendMessageWithContext(): void {}
  sendMessage(): void {}
  halfClose(): void {}
}
