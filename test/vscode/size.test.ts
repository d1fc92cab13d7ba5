/** The sizes of the extension, and of what a browser loads before the first finding. */
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {CHUNKS} from '../../lint/vscode/server/start.ts';
import {dist} from './thread.ts';

const MOST_PACKAGE_KB = 490;
const MOST_SERVER_KB = 149;

describe('the extension for VS Code', () => {
  it(`is a package of less than ${MOST_PACKAGE_KB} kB`, () => {
    const kilobytes = statSync(`${dist}retry-lint.vsix`).size / 1000;
    console.log(`      size: retry-lint.vsix ${kilobytes.toFixed(0)} kB`);
    expect(kilobytes).to.be.below(MOST_PACKAGE_KB);
  });

  it(`has a language server of less than ${MOST_SERVER_KB} kB after gzip, and its chunks beside it`, () => {
    const chunks = readdirSync(`${dist}chunks`).filter(name => name.endsWith('.js'));
    expect(chunks.sort()).to.deep.equal(CHUNKS.map(name => `${name}.js`).sort());
    const sizes = ['server.js', ...chunks.map(name => `chunks/${name}`)].map(name => ({
      name,
      kilobytes: gzipSync(readFileSync(dist + name), {level: 9}).length / 1000,
    }));
    const shown = sizes.map(({name, kilobytes}) => `${name} ${kilobytes.toFixed(1)} kB`);
    console.log(`      size: after gzip, ${shown.join(', ')}`);
    expect(sizes[0]!.kilobytes).to.be.below(MOST_SERVER_KB);
  });
});
