/** The servers that the other tests here rely on: started, crashed and started again. */
import {expect} from 'chai';
import pg from 'pg';
import {createClient} from 'redis';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {RedisServer, redisMissing} from '../support/redis-server.ts';

describe('RedisServer', () => {
  before(function () {
    if (redisMissing === undefined) return;
    console.log(`    ${redisMissing}`);
    this.skip();
  });

  it('answers, and is empty on the same port after a crash', async () => {
    const server = await RedisServer.start();
    const ask = async (...command: string[]): Promise<unknown> => {
      const client = await createClient({url: server.url}).connect();
      try {
        return await client.sendCommand(command);
      } finally {
        client.destroy();
      }
    };
    try {
      await ask('SET', 'key', 'value');
      expect(await ask('GET', 'key')).to.equal('value');
      await server.end();
      await server.restart();
      expect(await ask('GET', 'key')).to.equal(null);
    } finally {
      await server.stop();
    }
  });
});

describe('PostgresServer', () => {
  before(function () {
    if (postgresMissing === undefined) return;
    console.log(`    ${postgresMissing}`);
    this.skip();
  });

  it('answers, and has its committed rows on the same port after a crash', async () => {
    const server = await PostgresServer.start();
    const ask = async (text: string): Promise<unknown[]> => {
      const client = new pg.Client(server.url);
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    };
    try {
      await ask('CREATE TABLE numbers (number int)');
      await ask('INSERT INTO numbers VALUES (1)');
      await server.end();
      await server.restart();
      expect(await ask('SELECT number FROM numbers')).to.deep.equal([{number: 1}]);
    } finally {
      await server.stop();
    }
  });
});
