/** The wheel itself is tested in test/package/wheel.test.ts. */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';

const root = join(import.meta.dirname, '../..');

describe('npm run build:wheel', () => {
  it('says what is missing where there is no Python', () => {
    const empty = mkdtempSync(join(tmpdir(), 'steadfetch-no-python-'));
    const {status, stdout, stderr} = spawnSync(process.execPath, [join(root, 'scripts/wheel.ts'), empty], {
      encoding: 'utf8',
      env: {PATH: empty, XDG_CACHE_HOME: empty},
    });
    rmSync(empty, {recursive: true});
    expect(`${stdout}${stderr}`).to.equal(
      'The wheel is not built: there is no python3 with venv (Debian: apt-get install python3-venv), which installs hatchling.\n',
    );
    expect(status).to.equal(1);
  });

  it('has its tools pinned by hash', () => {
    const lines = readFileSync(join(root, 'tools/python/requirements.txt'), 'utf8').match(/^[^#\s].*$/gm)!;
    for (const line of lines) expect(line).to.match(/^[a-z-]+==[\d.]+(?:; \S.*)? --hash=sha256:[0-9a-f]{64}$/);
    expect(lines.map(line => /^[a-z-]+/.exec(line)![0])).to.include('hatchling');
  });
});
