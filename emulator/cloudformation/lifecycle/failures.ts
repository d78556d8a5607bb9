import { ModelAccount } from './model-account';
import { ModelStack, type Failure, type Preference } from './model-stack';
import type { ModelTemplate } from './model-template';
import { isCustomResource } from '../custom-resource';
import { closure, type DependencyGraph, reversed } from '../deployment-order';

/** An injected creation failure, and what the rollback could not remove. */
export interface FailedCreation {
  readonly logicalId: string;
  readonly type: string;
  readonly refusals: readonly string[];
  /** Physical IDs of remaining resources. */
  readonly remaining: readonly string[];
}

/** Injects a failure into each resource of a new stack, in every relevant order of creation, and rolls back. */
export function failEachCreation(template: ModelTemplate): FailedCreation[] {
  const risky = Object.entries(template.resources).filter(([, { Type }]) => isCustomResource(Type) || Type === 'AWS::Lambda::Function').map(([id]) => id);
  return Object.entries(template.resources).map(([logicalId, { Type: type }]) => {
    const refusals = new Set<string>();
    const remaining = new Set<string>();
    for (const failure of failuresOf(logicalId, type)) {
      for (const first of creationOrdersOf(template.graph, logicalId, risky)) {
        for (const firstDeleted of [undefined, permissionsFirst(template)]) {
          const stack = new ModelStack(newAccount(template));
          const outcome = stack.deploy(template, { failure, first: () => first, firstDeleted });
          outcome.refusals.forEach((refusal) => refusals.add(refusal));
          stack.account.resources.forEach(({ id }) => remaining.add(id));
        }
      }
    }
    return { logicalId, type, refusals: [...refusals], remaining: [...remaining] };
  });
}

/** An account without stacks. If the template does not set API Gateway's CloudWatch role, the account already has it. */
export function newAccount(template: ModelTemplate): ModelAccount {
  return new ModelAccount(!Object.values(template.resources).some(({ Type }) => Type === 'AWS::ApiGateway::Account'));
}

/** CDK's handler does nothing on creation, and ignores the deletion of the physical ID that it returns after a failure. */
export function failuresOf(logicalId: string, type: string): Failure[] {
  return [{ logicalId, exists: false }, ...type === 'Custom::S3AutoDeleteObjects' ? [] : [{ logicalId, exists: true }]];
}

/** Deletes policies as early as possible, to detect missing dependencies on them. */
export function permissionsFirst({ resources }: ModelTemplate): Preference {
  return (graph) => [...graph.keys()].filter((id) => /^AWS::(IAM::(Managed)?Policy|S3::BucketPolicy)$/.test(resources[id.split('~')[0]]?.Type));
}

/** Orders of creation, as ids to create first: the failing resource; all independent resources; each risky resource before the failing one. */
function creationOrdersOf(graph: DependencyGraph, logicalId: string, risky: readonly string[]): string[][] {
  const dependents = closure(reversed(graph), logicalId);
  const others = [...graph.keys()].filter((id) => id !== logicalId && !dependents.has(id));
  return [[logicalId], others, ...risky.filter((id) => others.includes(id)).map((id) => [id, logicalId])];
}
