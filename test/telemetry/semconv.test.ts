/** Every name of ours that is not in our namespace is declared by the conventions whose schema URL is exported, and is in force there. */
import {expect} from 'chai';
import pack from '../../package.json' with {type: 'json'};
import * as attributes from '../../src/telemetry/attributes.ts';
import {knownMethod} from '../../src/telemetry/http-method.ts';
import {SCHEMA_URL} from '../../src/telemetry/scope.ts';
import {declaredName, flaw, PACKAGE_VERSION} from '../support/otlp/semconv.ts';

const names = Object.values(attributes).filter(name => !name.startsWith('steadfetch.'));

describe('the semantic conventions that are declared', () => {
  it('are those of the installed package, to the patch', () => {
    expect(SCHEMA_URL).to.equal(`https://opentelemetry.io/schemas/${PACKAGE_VERSION}`);
    expect(pack.devDependencies['@opentelemetry/semantic-conventions']).to.equal(PACKAGE_VERSION);
  });

  for (const name of names)
    it(`declare ${name}, and have not deprecated it`, () => {
      expect(flaw('attribute', name)).to.equal(null);
    });

  it('have these names in development, which may change in a minor version', () => {
    const experimental = names.filter(name => declaredName(name)?.isExperimental);
    expect(experimental.sort()).to.deep.equal(['url.template']);
  });

  it('know the same methods as we do', () => {
    const methods = declaredName('http.request.method')!.values;
    expect(methods).to.include.members(['GET', 'QUERY', '_OTHER']);
    for (const method of methods) expect(knownMethod(method)).to.equal(method === '_OTHER' ? undefined : method);
    expect(knownMethod('PROPFIND')).to.equal(undefined);
  });

  describe('the check itself', () => {
    const table: [string, unknown, RegExp][] = [
      ['rpc.response.status_code', 'OK', /deprecated.*rpc\.status_code/],
      ['rpc.grpc.status_code', 14, /deprecated/],
      ['gen_ai.response.time_to_first_chunk', 0.5, /deprecated/],
      ['http.retry', 1, /no attribute/],
      ['http.client.request.duration', 1, /no attribute/],
      ['http.response.status_code', '200', /is a string/],
      ['server.port', '443', /is a string/],
      ['network.protocol.version', 1.1, /is a number/],
      ['server.address', 10, /no text/],
      ['http.request.method', 'PURGE', /do not list/],
      ['rpc.system.name', 'grpc-web', /do not list/],
      ['http.request.header.accept', 'text/html', /no list/],
    ];
    for (const [name, value, expected] of table)
      it(`refuses ${name} = ${JSON.stringify(value)}`, () => {
        expect(flaw('attribute', name, value)).to.match(expected);
      });

    it('accepts what follows the conventions', () => {
      const good: [string, unknown][] = [
        ['rpc.status_code', 'OK'],
        ['rpc.system.name', 'grpc'],
        ['http.request.method', '_OTHER'],
        ['http.request.header.accept', ['text/html']],
        ['network.protocol.version', '2'],
        ['error.type', 'timeout'],
        ['server.port', 443],
      ];
      for (const [name, value] of good) expect(flaw('attribute', name, value)).to.equal(null);
      expect(flaw('metric', 'http.client.request.duration')).to.equal(null);
    });
  });
});
