/** Two copies of steadfetch in one process, such as an app's own and that of a package. */
import {channel} from 'node:diagnostics_channel';
import {context} from '@opentelemetry/api';
import {isTracingSuppressed} from '@opentelemetry/core';
import {expect} from 'chai';
import {Tracing} from '../support/otel.ts';

type Module = typeof import('../../src/telemetry/undici-diagnostics.ts');

const creation = channel('undici:request:create');
const headerOf = (digit: string): string => `00-${'a'.repeat(32)}-${digit.repeat(16)}-01`;

describe('two copies of steadfetch', () => {
  it('each keep other instrumentations from the requests of their attempts', async () => {
    const tracing = new Tracing();
    const found: boolean[] = [];
    const listener = (): void => void found.push(isTracingSuppressed(context.active()));
    const own = Object.getOwnPropertyDescriptor(creation, 'publish');
    try {
      for (const digit of ['1', '2']) {
        const path = `../../src/telemetry/undici-diagnostics.ts?copy=${digit}`;
        const copy = (await import(path)) as Module;
        copy.watchRequests(new Headers({traceparent: headerOf(digit)}), digit.repeat(16), null);
      }
      creation.subscribe(listener);
      for (const digit of ['1', '2', '3'])
        creation.publish({request: {origin: 'https://api.test', headers: ['traceparent', headerOf(digit)]}});
      expect(found).to.deep.equal([true, true, false]);
    } finally {
      creation.unsubscribe(listener);
      if (own === undefined) Reflect.deleteProperty(creation, 'publish');
      else Object.defineProperty(creation, 'publish', own);
      await tracing.stop();
    }
  });
});
