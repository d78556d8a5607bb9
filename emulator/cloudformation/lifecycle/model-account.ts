import { customResourceModel } from './custom-resources';
import { Refusal, type ModelResource } from './model-resource';
import { FunctionInterfaces, refusalOfInterfaces } from './network-interfaces';
import { refusalOfChange } from './prerequisites';
import { refusalOfDeletion } from './usage';
import { isCustomResource } from '../custom-resource';

/** Model of an account: the rules by which its services reject operations. */
export class ModelAccount {
  /** By physical ID. */
  public readonly resources: Map<string, ModelResource>;
  /** Buckets with objects, and repositories with images. */
  public readonly filled: Set<string>;
  public readonly interfaces: FunctionInterfaces;
  /** Whether functions of container images start: not if the image was deleted, or is for another architecture. */
  public imagesStart: boolean;

  /** @param logsApiGateway whether the account already has a CloudWatch role for API Gateway */
  public constructor(public logsApiGateway = false, from?: ModelAccount) {
    this.resources = new Map(from?.resources);
    this.filled = new Set(from?.filled);
    this.imagesStart = from?.imagesStart ?? true;
    this.interfaces = new FunctionInterfaces(from?.interfaces);
  }

  public copy(): ModelAccount {
    return new ModelAccount(this.logsApiGateway, this);
  }

  /** @throws Refusal */
  public create(resource: ModelResource): void {
    for (const name of resource.names) {
      const other = this.all().find(({ names }) => names.includes(name));
      if (other) throw new Refusal('create', resource, `${name} already exists: ${other.id}`);
    }
    this.check('create', resource, refusalOfChange(resource, this));
    if (isCustomResource(resource.type)) this.check('create', resource, customResourceModel(resource).change(resource, this));
    this.resources.set(resource.id, resource);
    if (resource.type === 'AWS::ApiGateway::Account') this.logsApiGateway = true;
    this.interfaces.created(resource);
  }

  /** Updates a resource in place. @throws Refusal */
  public update(resource: ModelResource): void {
    if (isCustomResource(resource.type)) this.check('update', resource, customResourceModel(resource).change(resource, this));
    this.check('update', resource, refusalOfChange(resource, this));
    this.resources.set(resource.id, resource);
    this.interfaces.updated(resource);
  }

  /** @throws Refusal */
  public delete(id: string): void {
    const resource = this.resources.get(id)!;
    if (isCustomResource(resource.type)) this.check('delete', resource, customResourceModel(resource).delete(resource, this));
    this.check('delete', resource, refusalOfDeletion(resource, this) ?? refusalOfInterfaces(resource, this));
    this.interfaces.deleted(resource, this);
    this.resources.delete(id);
    this.filled.delete(id);
  }

  public all(): ModelResource[] {
    return [...this.resources.values()];
  }

  private check(operation: 'create' | 'update' | 'delete', resource: ModelResource, refusal: string | undefined): void {
    if (refusal) throw new Refusal(operation, resource, refusal);
  }
}
