/** gRPC's metadata, as the engine writes headers. */
import type {Metadata} from '@grpc/grpc-js';
import type {HeaderBag} from '../core/observer.ts';

export class MetadataBag implements HeaderBag {
  readonly metadata: Metadata;

  constructor(metadata: Metadata) {
    this.metadata = metadata;
  }

  /** null also for keys that hold bytes. */
  get(name: string): string | null {
    const values = this.metadata.get(name).filter(value => typeof value === 'string');
    return values.length === 0 ? null : values.join(', ');
  }

  has(name: string): boolean {
    return this.metadata.get(name).length > 0;
  }

  set(name: string, value: string): void {
    this.metadata.set(name, value);
  }

  delete(name: string): void {
    this.metadata.remove(name);
  }
}
