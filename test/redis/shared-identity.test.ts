/** The keys of shared guards. */
import {expect} from 'chai';
import {settingsKey, sharedKey} from '../../src/redis/shared-identity.ts';

describe('the keys of shared guards', () => {
  const NAMES = [
    'tenant{1}',
    'tenant_1_',
    'tenant{1_',
    'tenant_1}',
    'tenant%7B1%7D',
    'tenant',
    'TENANT',
    '{',
    '}',
    '%',
    '',
  ];
  const KEYS = {
    'of a guard': (name: string) => sharedKey('steadfetch', name, 'quota', 'https://api.test', {}),
    'of its settings': (name: string) => settingsKey('steadfetch', name, 'quota', 'https://api.test'),
    'of a route': (name: string) => sharedKey('steadfetch', 'openai', 'quota', `https://api.test/${name}`, {}),
  };
  for (const [title, keyOf] of Object.entries(KEYS)) {
    it(`${title} differ where names differ`, () => {
      expect(new Set(NAMES.map(keyOf)).size).to.equal(NAMES.length);
    });

    it(`${title} name one slot of a cluster`, () => {
      for (const key of NAMES.map(keyOf)) expect(key).to.match(/^steadfetch:\{[^{}]+\}(:settings)?$/);
    });
  }
});
