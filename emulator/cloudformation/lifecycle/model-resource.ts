import type { ResourceProperties } from '../resource';
import type { DeletionPolicy } from '../template';

/** A resource in the modelled account. */
export interface ModelResource {
  /** Physical ID: the logical id, with a number after a replacement. */
  readonly id: string;
  readonly logicalId: string;
  readonly type: string;
  /** Properties, with references resolved to physical IDs. */
  readonly properties: ResourceProperties;
  /** Names that must be unique while the resource exists. */
  readonly names: readonly string[];
  /** Physical IDs that the properties refer to. */
  readonly references: ReadonlySet<string>;
  /** Physical IDs of references and `DependsOn`. */
  readonly dependencies: ReadonlySet<string>;
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DeletionPolicy;
}

/** Error of a service that rejects an operation on a resource. */
export class Refusal extends Error {
  /** CloudFormation retries the deletion of network resources, because interfaces are deleted some time after their owner. */
  public readonly isPassing: boolean;

  public constructor(operation: 'create' | 'update' | 'delete', { id, type }: ModelResource, reason: string) {
    super(`${operation} ${id} (${type}): ${reason}`);
    this.isPassing = reason.startsWith('DependencyViolation');
  }
}

const ARN_PREFIX = 'arn:aws:model:us-east-1:123456789012:';

export function arnOf(id: string): string {
  return `${ARN_PREFIX}${id}`;
}

/** The physical ID in the value of a `Ref` or `Fn::GetAtt`. */
export function idOf(value: unknown): string {
  return String(value).replace(ARN_PREFIX, '').split('.')[0];
}
