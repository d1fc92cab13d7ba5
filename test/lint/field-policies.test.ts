/** Policies of real services, written before the linter saw them: what it has to say of each, and what it must not. */

import {expect} from 'chai';
import type {Finding} from '../../lint/finding.ts';
import {lintText} from '../../lint/lint.ts';
import {dataPolicies} from './field/data-policies.ts';
import {grpcPolicies} from './field/grpc-policies.ts';
import {limitPolicies} from './field/limit-policies.ts';
import {messagePolicies} from './field/message-policies.ts';
import {modelPolicies} from './field/model-policies.ts';
import {ownPolicies} from './field/own-policies.ts';
import type {FieldPolicy} from './field/policy.ts';

const label = ({code, severity, pointer}: Finding): string => `${code} ${severity} ${pointer}`;

async function check({policy, finds, not, unfixed = []}: FieldPolicy): Promise<void> {
  const text = JSON.stringify(policy, null, 2);
  const {findings} = await lintText({path: 'policy.json', files: {'policy.json': text}});
  expect(findings.map(label)).to.include.members([...finds]);
  expect(findings.filter(({severity}) => severity === 'error').map(label)).to.have.members(
    finds.filter(expected => expected.includes(' error ')),
  );
  expect(findings.filter(({code}) => not.includes(code)).map(label)).to.deep.equal([]);
  const checked = new Set(finds.map(expected => expected.slice(0, 5)));
  expect(findings.filter(({code}) => checked.has(code)).map(label)).to.have.members([...finds]);
  for (const {code, fix, message} of findings) if (unfixed.includes(code)) expect(fix, message).to.equal(undefined);
}

describe('policies of real services', () => {
  for (const [kind, policies] of [
    ['of models', modelPolicies],
    ['of data', dataPolicies],
    ['of messages', messagePolicies],
    ['of payments and own services', ownPolicies],
    ['of gRPC', grpcPolicies],
    ['with odd limits', limitPolicies],
  ] as const) {
    describe(kind, () => {
      for (const policy of policies) it(policy.name, () => check(policy));
    });
  }
});
