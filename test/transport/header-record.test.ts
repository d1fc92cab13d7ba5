import {expect} from 'chai';
import {Headers as OtherHeaders} from 'undici';
import {HeaderRecord} from '../../src/transport/header-record.ts';

const reading = (source: unknown): HeaderRecord => {
  const record = new HeaderRecord();
  record.read(source as HeadersInit);
  return record;
};

describe('HeaderRecord', () => {
  const forms: Record<string, unknown> = {
    'a record': {SOAPAction: 'a', accept: 'b'},
    pairs: [
      ['SOAPAction', 'a'],
      ['accept', 'b'],
    ],
    'a Map': new Map([
      ['SOAPAction', 'a'],
      ['accept', 'b'],
    ]),
    Headers: new Headers({SOAPAction: 'a', accept: 'b'}),
    'Headers of another class': new OtherHeaders({SOAPAction: 'a', accept: 'b'}),
  };
  for (const [form, source] of Object.entries(forms))
    it(`finds, writes and deletes names of ${form} in any case, and leaves the source as it is`, () => {
      const before = [
        ...new Map(Object.entries(form === 'a record' ? (source as object) : Object.fromEntries(source as never))),
      ];
      const record = reading(source);
      expect(record.names).to.have.members(['soapaction', 'accept']);
      expect([record.get('soapaction'), record.get('SoapAction'), record.has('SOAPACTION')]).to.deep.equal([
        'a',
        'a',
        true,
      ]);
      record.set('soapAction', 'c');
      record.set('X-Id', 'd');
      record.delete('Accept');
      expect(record.names).to.have.members(['soapaction', 'x-id']);
      expect(new Headers(record.fields).get('soapaction')).to.equal('c');
      const after = [
        ...new Map(Object.entries(form === 'a record' ? (source as object) : Object.fromEntries(source as never))),
      ];
      expect(after).to.deep.equal(before);
    });

  it('keeps a copy apart', () => {
    for (const source of Object.values(forms)) {
      const record = reading(source);
      const copy = new HeaderRecord();
      copy.copy(record);
      copy.set('SOAPACTION', 'other');
      expect([record.get('soapaction'), copy.get('soapaction')]).to.deep.equal(['a', 'other']);
    }
  });

  it('writes a name as the caller wrote it first, and its values in one', () => {
    const twice = {'X-Tag': 'a', 'x-tag': 'b', 'X-TAG': 'c'};
    for (const source of [twice, Object.entries(twice)])
      expect(reading(source).fields).to.deep.equal({'X-Tag': 'a, b, c'});
    expect(
      reading([
        ['Cookie', 'a=1'],
        ['cookie', 'b=2'],
      ]).fields,
    ).to.deep.equal({Cookie: 'a=1; b=2'});
  });

  it('refuses what is no list of pairs, and a name that is none', () => {
    for (const source of [[['a']], [['a b', 'c']], ['ab'], [1]])
      expect(() => reading(source), JSON.stringify(source)).to.throw(TypeError);
  });
});
