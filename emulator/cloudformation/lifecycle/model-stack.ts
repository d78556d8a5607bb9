import { isReplacement } from './create-only';
import type { ModelAccount } from './model-account';
import { Refusal, type ModelResource } from './model-resource';
import type { ModelTemplate } from './model-template';
import { isCustomResource } from '../custom-resource';
import { type DependencyGraph, ordered, reversed } from '../deployment-order';
import type { DeletionPolicy } from '../template';

/** An injected failure. `exists`: after the resource was created, such as a cluster that never becomes available. */
export interface Failure {
  readonly logicalId: string;
  readonly exists: boolean;
}

/** Ids of resources to process first: CloudFormation works in parallel, so any order that respects dependencies is possible. */
export type Preference = (graph: DependencyGraph) => Iterable<string>;

/** Options of one deployment. */
export interface DeployOptions {
  readonly failure?: Failure;
  readonly first?: Preference;
  readonly firstDeleted?: Preference;
}

const NO_PREFERENCE: Preference = () => [];

interface Changes {
  readonly changed: string[];
  readonly replaced: ModelResource[];
}

export interface Outcome {
  /** Whether the operation itself failed and was rolled back. */
  readonly failed: boolean;
  /** Operations that services rejected, apart from the injected failure. */
  readonly refusals: readonly string[];
  /** Logical ids that were created, updated or replaced. */
  readonly changed: readonly string[];
}

class RequestedFailure extends Error {}

/** @see https://repost.aws/knowledge-center/cloudformation-stack-cleanup-stuck */
const DELETION_ATTEMPTS = 3;

/**
 * CloudFormation's operations on a stack in a modelled account. Nothing is executed and nothing waits, so that every failure of every
 * resource can be tried.
 *
 * An update first creates and updates resources, and deletes replaced and removed ones in the cleanup phase, when nothing can fail any more.
 * A rollback first restores updated resources, and then deletes the created ones.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 * @see https://github.com/aws/aws-cdk/blob/main/docs/CLOUDFORMATION.md
 */
export class ModelStack {
  private resources: Map<string, ModelResource>;

  public constructor(public readonly account: ModelAccount, private template?: ModelTemplate, resources?: ReadonlyMap<string, ModelResource>) {
    this.resources = new Map(resources);
  }

  public copy(): ModelStack {
    return new ModelStack(this.account.copy(), this.template, this.resources);
  }

  /** Puts objects into every bucket, as LibreChat does in use. */
  public use(): void {
    for (const { id, type } of this.resources.values()) if (type === 'AWS::S3::Bucket') this.account.filled.add(id);
  }

  /** Creates or updates the stack. Rolls back after a failure. */
  public deploy(template: ModelTemplate, { failure, first = NO_PREFERENCE, firstDeleted = NO_PREFERENCE }: DeployOptions = {}): Outcome {
    this.account.interfaces.settle(this.account);
    const before = this.resources;
    const previous = this.template;
    this.resources = new Map(before);
    const changes: Changes = { changed: [], replaced: [] };
    const { changed, replaced } = changes;
    try {
      for (const logicalId of ordered(template.graph, first(template.graph))) this.deployResource(template, logicalId, failure, changes);
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof RequestedFailure)) throw error;
      const refusals = [...error instanceof Refusal ? [error.message] : [], ...this.rollBack(before, previous, changed, firstDeleted)];
      return { failed: true, refusals, changed };
    }
    this.template = template;
    const removed = [...before.values()].filter(({ logicalId }) => !(logicalId in template.resources));
    removed.forEach(({ logicalId }) => this.resources.delete(logicalId));
    const refusals = this.deleteAll([
      ...replaced.map((resource): Deletion => ({ resource, policy: this.resources.get(resource.logicalId)!.updateReplacePolicy })),
      ...removed.map((resource): Deletion => ({ resource, policy: resource.deletionPolicy })),
    ], firstDeleted);
    return { failed: false, refusals, changed };
  }

  /** Deletes the stack. */
  public delete(firstDeleted = NO_PREFERENCE): Outcome {
    this.account.interfaces.settle(this.account);
    const all = [...this.resources.values()];
    const refusals = this.deleteAll(all.map((resource) => ({ resource, policy: resource.deletionPolicy })), firstDeleted);
    return { failed: refusals.length > 0, refusals, changed: all.map(({ logicalId }) => logicalId) };
  }

  private deployResource(template: ModelTemplate, logicalId: string, failure: Failure | undefined, changes: Changes): void {
    const fails = failure?.logicalId === logicalId;
    const current = this.resources.get(logicalId);
    const updated = template.resolve(logicalId, current?.id ?? this.freeId(logicalId), this.resources);
    if (current?.type === updated.type && !changedProperties(current, updated).length) {
      // Deletion policies change without an operation on the resource.
      this.adopt(updated);
      return;
    }
    if (fails && !failure.exists) throw new RequestedFailure();
    if (!current) {
      this.create(updated);
      this.resources.set(logicalId, updated);
    } else {
      this.resources.set(logicalId, this.changeResource(template, current, updated, changes));
    }
    changes.changed.push(logicalId);
    if (fails) throw new RequestedFailure();
  }

  private changeResource(template: ModelTemplate, current: ModelResource, updated: ModelResource, { replaced }: Changes): ModelResource {
    const { logicalId, type } = current;
    const differences = changedProperties(current, updated);
    if (type !== updated.type) throw new Refusal('update', updated, 'Update of resource type is not permitted');
    // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/802
    if (isCustomResource(type) && differences.includes('ServiceToken')) throw new Refusal('update', updated, 'Modifying service token is not allowed.');
    if (!isReplacement(type, differences)) {
      this.account.update(updated);
      return updated;
    }
    const replacement = template.resolve(logicalId, this.freeId(logicalId), this.resources);
    this.account.create(replacement);
    replaced.push(current);
    return replacement;
  }

  /** CloudFormation also sends Delete for a custom resource whose function failed to create it. */
  private create(resource: ModelResource): void {
    try {
      this.account.create(resource);
    } catch (error) {
      if (error instanceof Refusal && isCustomResource(resource.type)) this.adopt(resource);
      throw error;
    }
  }

  private adopt(resource: ModelResource): void {
    this.resources.set(resource.logicalId, resource);
    this.account.resources.set(resource.id, resource);
  }

  private rollBack(
    before: Map<string, ModelResource>, previous: ModelTemplate | undefined, changed: readonly string[], firstDeleted: Preference,
  ): string[] {
    const refusals: Refusal[] = [];
    const created = [...this.resources.values()].filter(({ id, logicalId }) => before.get(logicalId)?.id !== id);
    for (const logicalId of previous ? ordered(previous.graph) : []) {
      const old = before.get(logicalId)!;
      const updated = changed.includes(logicalId) && this.resources.get(logicalId)!.id === old.id;
      if (!updated) this.adopt(old);
      else refusals.push(...refusalsOf(() => this.account.update(old)));
    }
    this.resources = before;
    const deletions = created.map((resource): Deletion => ({ resource, policy: resource.deletionPolicy, created: true }));
    return [...refusals.map(({ message }) => message), ...this.deleteAll(deletions, firstDeleted)];
  }

  /** Deletes in reverse order of dependencies. Dependencies of remaining resources are not attempted. */
  private deleteAll(deletions: readonly Deletion[], firstDeleted: Preference): string[] {
    // CloudFormation does not send Delete to the function of a retained custom resource, whose only state is in the stack.
    for (const { resource } of deletions.filter(isKept)) if (isCustomResource(resource.type)) this.account.resources.delete(resource.id);
    const pending = new Map(deletions.filter((deletion) => !isKept(deletion)).map(({ resource }) => [resource.id, resource]));
    const dependents = reversed(new Map([...pending.values()].map(({ id, dependencies }) => [id, dependencies])));
    const order = ordered(dependents, firstDeleted(dependents));
    const refusals = new Map<string, Refusal>();
    for (let attempt = 1; attempt <= DELETION_ATTEMPTS; attempt++) {
      for (const id of order) {
        const isBlocked = [...dependents.get(id)!].some((dependent) => pending.has(dependent));
        if (!pending.has(id) || isBlocked || refusals.get(id)?.isPassing === false) continue;
        const [refusal] = refusalsOf(() => this.account.delete(id));
        if (refusal) {
          refusals.set(id, refusal);
        } else {
          refusals.delete(id);
          pending.delete(id);
        }
      }
    }
    return [...refusals.values()].map(({ message }) => message);
  }

  private freeId(logicalId: string): string {
    for (let number = 1; ; number++) {
      const id = number === 1 ? logicalId : `${logicalId}~${number}`;
      if (!this.account.resources.has(id)) return id;
    }
  }
}

interface Deletion {
  readonly resource: ModelResource;
  readonly policy: DeletionPolicy;
  /** Whether the operation that is rolled back created it. */
  readonly created?: boolean;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
function isKept({ policy, created }: Deletion): boolean {
  return policy === 'Retain' || (policy === 'RetainExceptOnCreate' && !created);
}

function refusalsOf(operation: () => void): Refusal[] {
  try {
    operation();
    return [];
  } catch (error) {
    if (error instanceof Refusal) return [error];
    throw error;
  }
}

const DIFFERENCES = new WeakMap<object, WeakMap<object, readonly string[]>>();

/** Names of the properties that differ, as CloudFormation compares them. */
function changedProperties({ properties: before }: ModelResource, { properties: after }: ModelResource): readonly string[] {
  if (before === after) return [];
  const known = DIFFERENCES.get(before) ?? new WeakMap<object, readonly string[]>();
  DIFFERENCES.set(before, known);
  const found = known.get(after) ?? [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  known.set(after, found);
  return found;
}
