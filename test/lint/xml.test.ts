import {expect} from 'chai';
import {xml} from '../../lint/formatters/xml.ts';

describe('text in XML', () => {
  for (const [text, written] of [
    ['a & b', 'a &amp; b'],
    ['<b>', '&lt;b&gt;'],
    ['"c"', '&quot;c&quot;'],
    ['&lt;', '&amp;lt;'],
    ['\t\n\r', '&#9;&#10;&#13;'],
    ['\u007F\u009B\u202E\u2066', '&#127;&#155;&#8238;&#8294;'],
    ['\u0000\u000B\u001F\uFFFF', '\uFFFD'.repeat(4)],
    ['\uD800', '\uFFFD'],
    ["'é 😀", "'é 😀"],
  ] as const)
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(written)}`, () => expect(xml(text)).to.equal(written));
});
