/** Steps of Argo Workflows: https://argo-workflows.readthedocs.io/en/latest/retries. Without a limit a step is retried without end. */

import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {allIn, entriesOf, Facts, isTemplate, itemsOf, scalarOf, textOf, within} from './facts.ts';
import {formatGo, retries} from './kinds.ts';
import {exactDialect} from './make.ts';

type Found = readonly [id: string, facts: Facts];

const STRATEGY = 'limit retryPolicy backoff affinity expression';
const KINDS = ['Workflow', 'WorkflowTemplate', 'ClusterWorkflowTemplate', 'CronWorkflow', 'WorkflowEventBinding'];

/** So many pods in a row, without a pause between them. */
const MANY_AT_ONCE = 10;

function* read(root: Place): Iterable<Found> {
  if (!KINDS.includes(textOf(within(root, 'kind')) ?? '')) return;
  const spec = within(root, 'spec', 'workflowSpec') ?? within(root, 'spec');
  if (spec !== undefined) yield* readIn(spec, within(spec, 'activeDeadlineSeconds') !== undefined);
}

function* readIn(at: Place, isTimed: boolean): Iterable<Found> {
  const strategy = within(at, 'retryStrategy');
  if (strategy?.node.kind === 'object') {
    const name = textOf(within(at, 'name')) ?? at.path;
    yield [`step[${name}]`, readStrategy(at, strategy, name, isTimed)];
  }
  for (const [key, value] of entriesOf(at))
    if (value.node.kind !== 'scalar' && key !== 'retryStrategy') yield* readIn(value, isTimed);
  for (const item of itemsOf(at)) if (item.node.kind !== 'scalar') yield* readIn(item, isTimed);
}

function readStrategy(step: Place, strategy: Place, name: string, isTimed: boolean): Facts {
  const facts = new Facts(strategy, name);
  for (const each of allIn(step))
    facts.asks(...['image', 'template', 'templateRef', 'url'].map(key => within(each, key)));
  facts.homes = {maxAttempts: [...strategy.segments, 'limit']};
  const field = facts.fieldsOf(strategy, STRATEGY, 'a retryStrategy');
  const limit = field('limit');
  const expression = field('expression');
  // Off, whatever the limit.
  if (String(scalarOf(expression)).trim() === 'false') {
    facts.set('maxAttempts', 1);
    return facts;
  }
  const backoff = field('backoff');
  const count =
    typeof scalarOf(limit) === 'string' && /^\d+$/.test(String(scalarOf(limit)).trim())
      ? Number(scalarOf(limit)) + 1
      : undefined;
  if (count !== undefined) facts.set('maxAttempts', count, limit);
  else if (limit !== undefined) facts.number('maxAttempts', limit, retries());
  else if (expression !== undefined || isTimed || within(backoff, 'maxDuration') !== undefined)
    facts.unknown.add('maxAttempts');
  else facts.set('maxAttempts', 'unlimited');
  const policy = field('retryPolicy');
  if (
    policy !== undefined &&
    !isTemplate(policy.node) &&
    !['Always', 'OnFailure', 'OnError', 'OnTransientError'].includes(String(scalarOf(policy)))
  )
    facts.wrong(policy, 'must be "Always", "OnFailure", "OnError" or "OnTransientError"');
  const {maxAttempts} = facts.data;
  if (backoff === undefined && typeof maxAttempts === 'number' && maxAttempts > 1)
    facts.remark(
      'RL204',
      limit ?? strategy,
      `All ${maxAttempts - 1} retries start at once, one pod after the other: a service that needs a minute gets none. Add backoff with duration, factor and cap.`,
      {
        severity: maxAttempts > MANY_AT_ONCE ? 'warning' : 'info',
      },
    );
  return facts;
}

export const argo: Dialect = exactDialect({
  name: 'argo',
  capabilities: {
    gatesByMethod: false,
    jitter: 'none',
    attemptTimeout: false,
    honorsHint: false,
    defaultBudget: false,
    kind: 'workflow',
  },
  defaults: {maxAttempts: 1, retryOn: ['network']},
  fields: {
    name: {name: 'name'},
    maxAttempts: {
      name: 'limit',
      format: attempts => (attempts === 'unlimited' ? 'missing' : String(Number(attempts) - 1)),
    },
  },
  ms: formatGo,
  read,
  write: (path, value) => (path === 'maxAttempts' && typeof value === 'number' ? value - 1 : undefined),
});
