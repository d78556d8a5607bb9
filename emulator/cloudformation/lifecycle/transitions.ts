import { failuresOf, newAccount, permissionsFirst } from './failures';
import { ModelStack, type Preference } from './model-stack';
import type { ModelTemplate } from './model-template';
import { closure } from '../deployment-order';

/** Result of updating a stack to another template. */
export interface Transition {
  /** Reasons for which the update itself is rejected. */
  readonly rejected: readonly string[];
  /** Failed deletions and rollbacks, during the update or after an injected failure of any resource that it changes. */
  readonly refusals: readonly string[];
  /** Physical IDs of resources that belong to no stack any more, except intentionally retained ones. */
  readonly remaining: readonly string[];
  readonly changed: number;
}

/** Deletes a stack in use, with each resource as early and as late as its dependencies allow. Returns rejected operations. */
export function deleteInEachOrder(template: ModelTemplate): string[] {
  const refusals = new Set<string>();
  for (const logicalId of Object.keys(template.resources)) {
    const orders: Preference[] = [
      () => [logicalId],
      (dependents) => [...dependents.keys()].filter((id) => id !== logicalId && !closure(template.graph, logicalId).has(id)),
    ];
    for (const order of orders) usedStack(template).delete(order).refusals.forEach((refusal) => refusals.add(refusal));
  }
  return [...refusals];
}

/** Updates a stack in use, fails each changed resource, rolls back, and then deletes the stack. */
export function tryTransition(from: ModelTemplate, to: ModelTemplate): Transition {
  const refusals = new Set<string>();
  const remaining = new Set<string>();
  const updated = usedStack(from);
  const outcome = updated.deploy(to, { firstDeleted: permissionsFirst(from) });
  const rejected = outcome.failed ? outcome.refusals : [];
  if (!outcome.failed) {
    outcome.refusals.forEach((refusal) => refusals.add(refusal));
    updated.use();
    updated.delete().refusals.forEach((refusal) => refusals.add(refusal));
  }
  for (const logicalId of outcome.changed) {
    for (const failure of failuresOf(logicalId, to.resources[logicalId].Type)) {
      const stack = usedStack(from);
      const before = new Map(stack.account.resources);
      const course = { failure, first: () => [logicalId], firstDeleted: permissionsFirst(to) };
      stack.deploy(to, course).refusals.forEach((refusal) => refusals.add(refusal));
      stack.account.resources.forEach(({ id }) => before.has(id) || remaining.add(id));
      before.forEach((resource, id) => {
        if (stack.account.resources.get(id)?.properties !== resource.properties) refusals.add(`roll back ${id}: its properties are not restored`);
      });
      stack.delete().refusals.forEach((refusal) => refusals.add(refusal));
    }
  }
  return { rejected, refusals: [...refusals], remaining: [...remaining], changed: outcome.changed.length };
}

const USED = new WeakMap<ModelTemplate, ModelStack>();

/** A deployed stack whose buckets contain objects. */
function usedStack(template: ModelTemplate): ModelStack {
  const known = USED.get(template);
  if (known) return known.copy();
  const stack = new ModelStack(newAccount(template));
  const { failed, refusals } = stack.deploy(template);
  if (failed) throw new Error(`the stack cannot be created: ${refusals.join('; ')}`);
  stack.use();
  USED.set(template, stack);
  return stack.copy();
}
