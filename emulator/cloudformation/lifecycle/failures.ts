import { ModelAccount } from './model-account';
import { ModelStack, type Failure, type Preference } from './model-stack';
import type { ModelTemplate } from './model-template';
import { isCustomResource } from '../custom-resource';
import { closure, type DependencyGraph, reversed } from '../deployment-order';

/** A resource whose creation was made to fail, and what CloudFormation could then not undo. */
export interface FailedCreation {
  readonly logicalId: string;
  readonly type: string;
  readonly refusals: readonly string[];
  /** Physical IDs of what is left. */
  readonly remaining: readonly string[];
}

/** Fails each resource of a new stack, at every moment that matters, and rolls back. */
export function failEachCreation(template: ModelTemplate): FailedCreation[] {
  const risky = Object.entries(template.resources).filter(([, { Type }]) => isCustomResource(Type) || Type === 'AWS::Lambda::Function').map(([id]) => id);
  return Object.entries(template.resources).map(([logicalId, { Type: type }]) => {
    const refusals = new Set<string>();
    const remaining = new Set<string>();
    for (const failure of failuresOf(logicalId, type)) {
      for (const first of momentsOf(template.graph, logicalId, risky)) {
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

/** An account in which nothing was deployed. A template that leaves out API Gateway's role for logs requires an account that has one. */
export function newAccount(template: ModelTemplate): ModelAccount {
  return new ModelAccount(!Object.values(template.resources).some(({ Type }) => Type === 'AWS::ApiGateway::Account'));
}

/** CDK's handler responds to a failed creation with a physical ID whose deletion it ignores, and does nothing on creation. */
export function failuresOf(logicalId: string, type: string): Failure[] {
  return [{ logicalId, exists: false }, ...type === 'Custom::S3AutoDeleteObjects' ? [] : [{ logicalId, exists: true }]];
}

/** Deletes policies as soon as possible: what still needs them must depend on them. */
export function permissionsFirst({ resources }: ModelTemplate): Preference {
  return (graph) => [...graph.keys()].filter((id) => /^AWS::(IAM::(Managed)?Policy|S3::BucketPolicy)$/.test(resources[id.split('~')[0]]?.Type));
}

/** Which other resources exist when one fails: none that need not, each that may cause a refusal with only what it depends on, or all that can. */
function momentsOf(graph: DependencyGraph, logicalId: string, risky: readonly string[]): string[][] {
  const dependents = closure(reversed(graph), logicalId);
  const others = [...graph.keys()].filter((id) => id !== logicalId && !dependents.has(id));
  return [[logicalId], others, ...risky.filter((id) => others.includes(id)).map((id) => [id, logicalId])];
}
