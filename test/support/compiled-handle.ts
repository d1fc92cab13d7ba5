/** A policy as `steadfetch compile` compiles it, in this process. */
import {compilePolicy} from '../../src/compile/plan-of.ts';
import {usedGuards} from '../../src/compile/used-features.ts';
import {adaptiveBreaker, compiledPolicy, compileMatch, ratioBudget, tokenBucket} from '../../src/compiled.ts';
import type {PolicyHandle, PolicyInput, Random, SharedGuards} from '../../src/core.ts';

const GUARDS = {adaptiveBreaker, ratioBudget, tokenBucket};

/** The plan is written as text, and read again. */
export function compiledHandle(input: PolicyInput = {}, random?: Random, guards?: SharedGuards): PolicyHandle {
  const {plan, policies} = compilePolicy(input);
  const used = usedGuards(policies);
  const parts = Object.fromEntries(Object.entries(GUARDS).filter(([name]) => used.includes(name)));
  return compiledPolicy(JSON.parse(JSON.stringify(plan)), {...parts, compileMatch}, random, guards);
}
