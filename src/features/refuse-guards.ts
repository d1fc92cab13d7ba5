import type {PolicyHandle} from '../client/policy-handle.ts';
import type {HandlePorts} from '../client/ports.ts';
import {SteadfetchError} from '../core/errors.ts';

/** @throws SteadfetchError if the port guards is given beside a handle, which has its guards already. */
export function refuseGuards({registry}: PolicyHandle, {guards}: HandlePorts): void {
  if (guards === undefined || guards.factory.store === registry.store) return;
  const message = 'The port guards has no effect beside a policy handle. Pass it to definePolicy.';
  throw new SteadfetchError('INVALID_POLICY', message);
}
