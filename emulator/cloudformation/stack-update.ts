import { isCustomResource } from './custom-resource';
import { isInert } from './inert';
import { isReplacement } from './lifecycle/create-only';
import { unsupported, type Deployment, type EmulatedResource, type ExistingResource, type ResourceDefinition } from './resource';
import { deleterOf, updaterOf } from '../services/resource-handlers';

/** One update of a stack, which can be rolled back until the cleanup. */
export class StackUpdate {
  private readonly before: ReadonlyMap<string, ExistingResource>;
  /** Logical ids of created, changed and failed resources, in this order of processing. */
  private readonly touched: string[] = [];
  /** Custom resources that returned another physical ID. */
  private readonly replaced: ExistingResource[] = [];

  /** @param resources the stack's resources by logical id; the update modifies this map */
  public constructor(
    private readonly resources: Map<string, ExistingResource>,
    private readonly create: (resource: ResourceDefinition) => Promise<EmulatedResource>,
    private readonly deployment: () => Deployment,
  ) {
    this.before = new Map(resources);
  }

  /** Creates a resource, or updates it if its properties differ. */
  public async apply(resource: ResourceDefinition): Promise<void> {
    const { logicalId, type, properties } = resource;
    const existing = this.resources.get(logicalId);
    const differences = existing && differencesOf(existing.properties, properties);
    if (existing?.type === type && !differences!.length) return;
    const created = existing ? await this.change(resource, existing, differences!) : await this.add(resource);
    this.resources.set(logicalId, { ...resource, ...created });
  }

  /** Restores changed resources and deletes created ones. */
  public async rollBack(): Promise<void> {
    const unwanted = this.touched.filter((id) => !this.before.has(id)).flatMap((id) => this.resources.get(id) ?? []);
    for (const [logicalId, old] of [...this.before].filter(([id]) => this.touched.includes(id))) {
      const current = this.resources.get(logicalId)!;
      const restored = await updaterOf(old.type)!(old, current, this.deployment());
      this.resources.set(logicalId, { ...old, ...restored });
      if (current.ref !== restored.ref) unwanted.push(current);
    }
    for (const existing of unwanted.reverse()) await this.delete(existing);
  }

  /** Deletes replaced resources, and those that the template no longer declares. */
  public async cleanUp(declared: ReadonlySet<string>): Promise<void> {
    // The map is in order of creation, so dependencies come first.
    const removed = [...this.resources.values()].filter(({ logicalId }) => !declared.has(logicalId)).reverse();
    for (const existing of [...this.replaced, ...removed]) await this.delete(existing);
  }

  private async add(resource: ResourceDefinition): Promise<EmulatedResource> {
    if (!deleterOf(resource.type)) unsupported(resource, 'the emulator cannot create resources of this type in an update, because it could not roll them back');
    this.touched.push(resource.logicalId);
    return this.create(resource);
  }

  private async change(resource: ResourceDefinition, existing: ExistingResource, differences: readonly string[]): Promise<EmulatedResource> {
    const updater = updaterOf(resource.type);
    const replaces = !isCustomResource(resource.type) && !isInert(resource.type) && isReplacement(resource.type, differences);
    if (!updater || replaces || existing.type !== resource.type) {
      unsupported(resource, `the emulator cannot update ${replaces ? 'by replacement' : 'resources of this type'}, changed: ${differences.join(', ')}`);
    }
    this.touched.push(resource.logicalId);
    const updated = await updater(resource, existing, this.deployment());
    if (isCustomResource(resource.type) && updated.ref !== existing.ref) this.replaced.push(existing);
    return updated;
  }

  private async delete(existing: ExistingResource): Promise<void> {
    const deleter = deleterOf(existing.type) ?? unsupported(existing, 'the emulator cannot delete resources of this type');
    await deleter(existing, this.deployment());
    if (this.resources.get(existing.logicalId)?.ref === existing.ref) this.resources.delete(existing.logicalId);
  }
}

function differencesOf(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
