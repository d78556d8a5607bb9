import { randomUUID } from 'node:crypto';
import { CustomResourceError, deleteCustomResource, isCustomResource } from './custom-resource';
import { deploymentOrder } from './deployment-order';
import { isInert } from './inert';
import { conditionHolds, resolve, type Scope } from './intrinsics';
import { physicalName, unsupported, type Deployment, type EmulatedResource, type ExistingResource, type ResourceDefinition, type ResourceProperties } from './resource';
import { StackUpdate } from './stack-update';
import { NESTED_STACK, type TemplateResource } from './template';
import { EmulatorError } from '../core/errors';
import type { StackStatus } from '../services/cloudformation/cloudformation-service';
import { handlerOf } from '../services/resource-handlers';

const ZONES = ['a', 'b', 'c'];

/** Creates and updates the resources of a stack sequentially. */
export class Stack {
  private readonly created = new Map<string, ExistingResource>();

  public constructor(private deployment: Deployment) {}

  /** Creates all resources. @throws EmulatorError with the logical id of the resource that cannot be created */
  public async deploy(): Promise<void> {
    this.status = 'CREATE_IN_PROGRESS';
    try {
      for (const [logicalId, { Type: type, Properties = {} }] of this.declared()) {
        const resource = { logicalId, type, properties: this.resolved(logicalId, Properties) as ResourceProperties };
        this.created.set(logicalId, { ...resource, ...await this.create(resource) });
      }
    } catch (error) {
      await this.rollingBack('ROLLBACK', error as Error, () => this.deleteCustomResources());
      throw error;
    }
    this.status = 'CREATE_COMPLETE';
  }

  /**
   * Updates the resources to another assembly of the stack: creates and changes resources first, and deletes undeclared ones at the end. A failed
   * update is rolled back.
   *
   * @throws EmulatorError with the logical id of the resource that failed, or whose update the emulator does not support
   */
  public async update(deployment: Pick<Deployment, 'stack' | 'options'>): Promise<void> {
    const previous = this.deployment;
    const update = new StackUpdate(this.created, (resource) => this.create(resource), () => this.deployment);
    this.deployment = { ...previous, ...deployment };
    this.status = 'UPDATE_IN_PROGRESS';
    try {
      for (const [logicalId, { Type: type, Properties = {} }] of this.declared()) {
        await update.apply({ logicalId, type, properties: this.resolved(logicalId, Properties) as ResourceProperties });
      }
    } catch (error) {
      this.deployment = previous;
      await this.rollingBack('UPDATE_ROLLBACK', error as Error, () => update.rollBack());
      throw error;
    }
    await update.cleanUp(new Set(this.declared().map(([logicalId]) => logicalId)));
    this.status = 'UPDATE_COMPLETE';
  }

  private set status(status: StackStatus) {
    this.deployment.services.cloudFormation.stacks.set(this.deployment.stackId, status);
  }

  /** @throws EmulatorError if the rollback itself fails */
  private async rollingBack(kind: 'ROLLBACK' | 'UPDATE_ROLLBACK', error: Error, rollBack: () => Promise<void>): Promise<void> {
    this.status = `${kind}_IN_PROGRESS`;
    await rollBack().catch((reason: Error) => {
      this.status = `${kind}_FAILED`;
      throw new EmulatorError('ROLLBACK_FAILED', `${reason.message}, during the rollback of: ${error.message}`, { cause: reason });
    });
    this.status = `${kind}_COMPLETE`;
  }

  /** Deletes custom resources, which need the stack's functions. All other resources end with the emulator. */
  private async deleteCustomResources(): Promise<void> {
    for (const existing of [...this.created.values()].reverse()) {
      if (isCustomResource(existing.type) && !isInert(existing.type)) await deleteCustomResource(existing, this.deployment);
    }
  }

  /** The resources whose condition is true, sorted by dependencies. */
  private declared(): [logicalId: string, resource: TemplateResource][] {
    const { scope } = this;
    const declared = Object.fromEntries(Object.entries(scope.template.Resources ?? {})
      .filter(([, { Condition }]) => !Condition || conditionHolds(Condition, scope)));
    return deploymentOrder(declared).map((logicalId) => [logicalId, declared[logicalId]]);
  }

  /** The stack's outputs. */
  public outputs(): Record<string, string> {
    const outputs = Object.entries(this.deployment.stack.template.Outputs ?? {})
      .filter(([, { Condition }]) => !Condition || conditionHolds(Condition, this.scope));
    // CloudFormation allows references to secrets in resource properties only.
    const scope: Scope = { ...this.scope, dynamic: (service, key) => service === 'ssm' ? this.dynamicReference(service, key) : `{{resolve:${service}:${key}}}` };
    return Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(this.resolved(name, Value, scope))]));
  }

  private get scope(): Scope {
    const { cloud, stack } = this.deployment;
    return {
      template: stack.template,
      ref: (name) => this.pseudoParameter(name) ?? this.parameter(name) ?? this.created.get(name)?.ref,
      attribute: (logicalId, name) => this.created.get(logicalId)?.attributes?.[name],
      dynamic: (service, key) => this.dynamicReference(service, key),
      availabilityZones: ZONES.map((letter) => `${cloud.region}${letter}`),
    };
  }

  private async create(resource: ResourceDefinition): Promise<EmulatedResource> {
    const handler = handlerOf(resource.type);
    // CloudFormation also sends Delete for a custom resource whose creation failed, with the response's physical ID or a generated one.
    const failed = (ref: string) => this.created.set(resource.logicalId, { ...resource, ref });
    if (isCustomResource(resource.type)) failed(physicalName(resource, this.deployment));
    try {
      if (handler) return await handler(resource, this.deployment);
    } catch (error) {
      if (error instanceof CustomResourceError && error.physicalId) failed(error.physicalId);
      throw error;
    }
    if (isInert(resource.type)) return this.inert(resource);
    return unsupported(resource, resource.type === NESTED_STACK
      ? 'nested stacks are not supported: declare their resources in the stack itself'
      : 'the emulator does not support this type');
  }

  /** A resource without effect: the value of each attribute shows its logical id and attribute name. */
  private inert({ logicalId }: ResourceDefinition): EmulatedResource {
    const attributes = new Proxy<Record<string, unknown>>({}, {
      get: (_, name) => String(name).endsWith('Arn') ? this.deployment.cloud.arn('emulated', logicalId) : `${logicalId}.${String(name)}`,
    });
    return { ref: logicalId, attributes };
  }

  private resolved(logicalId: string, value: unknown, scope = this.scope): unknown {
    try {
      return resolve(value, scope);
    } catch (error) {
      if (error instanceof EmulatorError) throw new EmulatorError(error.code, `${logicalId}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  private pseudoParameter(name: string): string | string[] | undefined {
    const { cloud, stack, stackId } = this.deployment;
    switch (name) {
      case 'AWS::Region': return cloud.region;
      case 'AWS::AccountId': return cloud.account;
      case 'AWS::Partition': return cloud.partition;
      case 'AWS::URLSuffix': return cloud.urlSuffix;
      case 'AWS::StackName': return stack.name;
      case 'AWS::StackId': return stackId;
      case 'AWS::NotificationARNs': return [];
      default: return undefined;
    }
  }

  private parameter(name: string): unknown {
    const { stack, options, services } = this.deployment;
    const declared = stack.template.Parameters?.[name];
    if (!declared) return undefined;
    const value = options.parameters?.[name] ?? declared.Default;
    if (value === undefined) throw new EmulatorError('INTRINSIC_UNRESOLVED', `parameter ${name} must have a value: give one in \`parameters\``);
    if (declared.Type.startsWith('AWS::SSM::Parameter::Value')) return services.ssm.parameters.get(value) ?? value;
    return /^List<|^CommaDelimitedList$/.test(declared.Type) ? value.split(',') : value;
  }

  private dynamicReference(service: string, key: string): string {
    const { services } = this.deployment;
    if (service === 'ssm' || service === 'ssm-secure') {
      const [, name] = /^(.+?)(?::\d+)?$/.exec(key) ?? [];
      return services.ssm.parameters.get(name) ?? missing(`SSM parameter ${name}`);
    }
    if (service !== 'secretsmanager') throw new EmulatorError('INTRINSIC_UNRESOLVED', `the emulator does not support {{resolve:${service}:…}}`);
    // <secret id, which may contain colons>:SecretString:<json key>:<stage>:<version>
    const [id, rest = ''] = key.split(':SecretString');
    const field = rest.split(':')[1];
    const value = (services.secretsManager.find(id) ?? missing(`secret ${id}`)).value;
    if (!field) return value;
    const fields = JSON.parse(value) as Record<string, unknown>;
    return field in fields ? String(fields[field]) : missing(`field ${field} of secret ${id}`);
  }
}

/** A stack id in CloudFormation's format. */
export function newStackId(cloud: { arn(service: string, resource: string): string }, name: string): string {
  return cloud.arn('cloudformation', `stack/${name}/${randomUUID()}`);
}

function missing(what: string): never {
  throw new EmulatorError('INTRINSIC_UNRESOLVED', `${what} must exist: give its value in \`secrets\``);
}
