import { arnOf, type ModelResource } from './model-resource';
import { uniqueNames } from './unique-names';
import { isCustomResource } from '../custom-resource';
import { dependencyGraph } from '../deployment-order';
import { conditionHolds, resolve, type Scope } from '../intrinsics';
import type { ResourceProperties } from '../resource';
import { referencesIn, type Template, type TemplateResource } from '../template';

type Existing = ReadonlyMap<string, ModelResource>;

const PSEUDO_PARAMETERS: Record<string, unknown> = {
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'Stack',
  'AWS::StackId': 'arn:aws:cloudformation:us-east-1:123456789012:stack/Stack/0a1b2c3d',
  'AWS::NotificationARNs': [],
};

/** The resources of a template whose conditions are true, and their dependencies. */
export class ModelTemplate {
  public readonly resources: Readonly<Record<string, TemplateResource>>;
  public readonly graph;
  /** Thousands of scenarios resolve the same properties. */
  private readonly resolved = new Map<string, ModelResource>();
  private readonly referenced = new Map<string, ReadonlySet<string>>();

  public constructor(private readonly template: Template) {
    const scope = this.scope(new Map());
    this.resources = Object.fromEntries(Object.entries(template.Resources ?? {})
      .filter(([, { Condition }]) => !Condition || conditionHolds(Condition, scope)));
    this.graph = dependencyGraph(this.resources);
    for (const [id, { Properties }] of Object.entries(this.resources)) this.referenced.set(id, referencesIn(Properties));
  }

  /** Resolves a resource for a physical ID and the existing resources of the stack. */
  public resolve(logicalId: string, id: string, existing: Existing): ModelResource {
    const dependencies = [...this.graph.get(logicalId)!].map((dependency) => existing.get(dependency)!);
    const key = JSON.stringify([id, ...dependencies.map((other) => isCustomResource(other.type) ? [other.id, other.properties] : other.id)]);
    const known = this.resolved.get(key);
    if (known) return known;
    const { Type: type, Properties = {}, DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' } = this.resources[logicalId];
    const properties = resolve(Properties, this.scope(existing)) as ResourceProperties;
    const resource = {
      id,
      logicalId,
      type,
      properties,
      names: uniqueNames(type, properties),
      references: new Set(dependencies.filter((other) => this.referenced.get(logicalId)!.has(other.logicalId)).map((other) => other.id)),
      dependencies: new Set(dependencies.map((other) => other.id)),
      deletionPolicy: DeletionPolicy,
      updateReplacePolicy: UpdateReplacePolicy,
    };
    this.resolved.set(key, resource);
    return resource;
  }

  private scope(existing: Existing): Scope {
    return {
      template: this.template,
      ref: (name) => PSEUDO_PARAMETERS[name] ?? this.template.Parameters?.[name]?.Default ?? existing.get(name)?.id,
      attribute: (logicalId, name) => attributeOf(existing.get(logicalId), name),
      // CloudFormation compares references, not their resolved values.
      dynamic: (service, key) => `resolved:${service}:${key}`,
      availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    };
  }
}

function attributeOf(resource: ModelResource | undefined, name: string): unknown {
  if (!resource) return undefined;
  if (name.endsWith('Arn')) return arnOf(resource.id);
  // An update of a custom resource may change what it returns.
  return isCustomResource(resource.type) ? `${resource.id}.${name}(${JSON.stringify(resource.properties)})` : `${resource.id}.${name}`;
}

