import {expect} from 'chai';
import {Script} from '../../src/redis/shared-store.ts';

describe('Script', () => {
  it('asks before it loads its text, because a call may wait for the answer', async () => {
    const commands: string[] = [];
    const send = async ([command, second]: readonly string[]): Promise<unknown> => {
      commands.push(command!);
      return second === 'LOAD' ? 'sha' : 'answer';
    };
    const script = new Script('return 1');
    expect(await script.run(send, ['key'], [])).to.equal('answer');
    expect(await script.run(send, ['key'], [])).to.equal('answer');
    expect(commands).to.deep.equal(['EVAL', 'SCRIPT', 'EVALSHA']);
  });

  it('rejects where its question fails, whatever becomes of the load', async () => {
    const send = async (): Promise<unknown> => {
      throw new Error('connect ECONNREFUSED 127.0.0.1:6379');
    };
    const error = await new Script('return 1').run(send, ['key'], []).catch(String);
    expect(error).to.equal('Error: connect ECONNREFUSED 127.0.0.1:6379');
  });
});
