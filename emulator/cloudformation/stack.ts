import { randomUUID } from 'node:crypto';
import { deploymentOrder } from './deployment-order';
import { INERT } from './inert';
import { conditionHolds, resolve, type Scope } from './intrinsics';
import { unsupported, type Deployment, type Made, type Properties, type Resource } from './resource';
import { EmulatorError } from '../core/errors';
import { playerOf } from '../services/resources';

const ZONES = ['a', 'b', 'c'];

/** Makes the resources of a stack one after the other, as CloudFormation does. */
export class Stack {
  private readonly made = new Map<string, Made>();
  private readonly scope: Scope;

  public constructor(private readonly deployment: Deployment) {
    const { cloud, stack } = deployment;
    this.scope = {
      template: stack.template,
      ref: (name) => this.pseudoParameter(name) ?? this.parameter(name) ?? this.made.get(name)?.ref,
      attribute: (logicalId, name) => this.made.get(logicalId)?.attributes?.[name],
      dynamic: (service, key) => this.dynamicReference(service, key),
      availabilityZones: ZONES.map((letter) => `${cloud.region}${letter}`),
    };
  }

  /** Makes everything. @throws EmulatorError with the logical id of what cannot be made */
  public async deploy(): Promise<void> {
    const all = this.deployment.stack.template.Resources ?? {};
    const wanted = Object.fromEntries(Object.entries(all)
      .filter(([, { Condition }]) => !Condition || conditionHolds(Condition, this.scope)));
    for (const logicalId of deploymentOrder(wanted)) {
      const { Type: type, Properties: raw = {} } = wanted[logicalId];
      const resource = { logicalId, type, properties: this.resolved(logicalId, raw) as Properties };
      this.made.set(logicalId, await this.make(resource));
    }
  }

  /** The stack's outputs. */
  public outputs(): Record<string, string> {
    const outputs = Object.entries(this.deployment.stack.template.Outputs ?? {})
      .filter(([, { Condition }]) => !Condition || conditionHolds(Condition, this.scope));
    return Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(this.resolved(name, Value))]));
  }

  private make(resource: Resource): Made | Promise<Made> {
    const player = playerOf(resource.type);
    if (player) return player(resource, this.deployment);
    if (INERT.some((pattern) => pattern.test(resource.type))) return this.inert(resource);
    return unsupported(resource, 'the emulator does not play this type');
  }

  /** Has no effect here, but others may speak of it: any attribute is a name that says where it comes from. */
  private inert({ logicalId }: Resource): Made {
    const attributes = new Proxy<Record<string, unknown>>({}, {
      get: (_, name) => String(name).endsWith('Arn') ? this.deployment.cloud.arn('emulated', logicalId) : `${logicalId}.${String(name)}`,
    });
    return { ref: logicalId, attributes };
  }

  private resolved(logicalId: string, value: unknown): unknown {
    try {
      return resolve(value, this.scope);
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
    const { stack, options, cloud } = this.deployment;
    const declared = stack.template.Parameters?.[name];
    if (!declared) return undefined;
    const value = options.parameters?.[name] ?? declared.Default;
    if (value === undefined) throw new EmulatorError('INTRINSIC_UNRESOLVED', `parameter ${name} must have a value: give one in \`parameters\``);
    if (declared.Type.startsWith('AWS::SSM::Parameter::Value')) return cloud.parameters.get(value) ?? value;
    return /^List<|^CommaDelimitedList$/.test(declared.Type) ? value.split(',') : value;
  }

  private dynamicReference(service: string, key: string): string {
    const { cloud } = this.deployment;
    if (service === 'ssm' || service === 'ssm-secure') {
      const [, name] = /^(.+?)(?::\d+)?$/.exec(key) ?? [];
      return cloud.parameters.get(name) ?? missing(`SSM parameter ${name}`);
    }
    if (service !== 'secretsmanager') throw new EmulatorError('INTRINSIC_UNRESOLVED', `the emulator does not play {{resolve:${service}:…}}`);
    // <secret id, may itself hold colons>:SecretString:<json key>:<stage>:<version>
    const [id, rest = ''] = key.split(':SecretString');
    const field = rest.split(':')[1];
    const value = (cloud.secrets.find(id) ?? missing(`secret ${id}`)).value;
    if (!field) return value;
    const fields = JSON.parse(value) as Record<string, unknown>;
    return field in fields ? String(fields[field]) : missing(`field ${field} of secret ${id}`);
  }
}

/** An id for the stack, in CloudFormation's form. */
export function newStackId(cloud: { arn(service: string, resource: string): string }, name: string): string {
  return cloud.arn('cloudformation', `stack/${name}/${randomUUID()}`);
}

function missing(what: string): never {
  throw new EmulatorError('INTRINSIC_UNRESOLVED', `${what} must exist: give its value in \`secrets\``);
}
