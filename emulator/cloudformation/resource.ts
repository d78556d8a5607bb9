import { createHash } from 'node:crypto';
import type { SynthesizedStack } from '../assembly/assembly';
import { AwsError } from '../core/aws-error';
import type { Certificates } from '../core/certificates';
import type { Cloud } from '../core/cloud';
import { EmulatorError } from '../core/errors';
import type { EmulatorOptions } from '../options';
import type { AwsServer } from '../services/aws-server';
import type { Services } from '../services/services';

/** Resolved properties of a resource. */
export type ResourceProperties = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- shapes are CloudFormation's

/** A resource of the template, with resolved properties. */
export interface ResourceDefinition {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: ResourceProperties;
}

/** A created resource, with the values for `Ref` and `Fn::GetAtt`. */
export interface EmulatedResource {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Context of resource handlers. */
export interface Deployment {
  readonly cloud: Cloud;
  readonly services: Services;
  readonly stack: SynthesizedStack;
  readonly stackId: string;
  readonly aws: AwsServer;
  readonly certificates: Certificates;
  readonly options: EmulatorOptions;
}

/** Creates resources of one type. */
export type ResourceHandler = (resource: ResourceDefinition, deployment: Deployment) => EmulatedResource | Promise<EmulatedResource>;

export type ResourceHandlers = Readonly<Record<string, ResourceHandler>>;

/** An existing resource, with its declaration. */
export interface ExistingResource extends ResourceDefinition, EmulatedResource {}

/** Updates a resource in place. */
export type ResourceUpdater = (
  resource: ResourceDefinition, existing: ExistingResource, deployment: Deployment,
) => EmulatedResource | Promise<EmulatedResource>;

export type ResourceUpdaters = Readonly<Record<string, ResourceUpdater>>;

export type ResourceDeleter = (existing: ExistingResource, deployment: Deployment) => void | Promise<void>;

export type ResourceDeleters = Readonly<Record<string, ResourceDeleter>>;

const SUFFIX_LENGTH = 12;

/** The name that CloudFormation generates if the template has none. Long names keep their unique suffix. */
export function physicalName({ logicalId }: ResourceDefinition, { stack }: Deployment, longest = 255): string {
  const suffix = hash(`${stack.name}/${logicalId}`, SUFFIX_LENGTH).toUpperCase();
  return `${`${stack.name}-${logicalId}`.slice(0, longest - SUFFIX_LENGTH - 1)}-${suffix}`;
}

/** A service-generated id: letters and digits, deterministic. */
export function identifier(resource: ResourceDefinition, { stack }: Deployment, length = 10): string {
  return hash(`${stack.name}/${resource.logicalId}/${resource.type}`, length);
}

/** Rejects a resource, with its logical id and the reason. */
export function reject({ logicalId, type }: ResourceDefinition, reason: string): never {
  throw new EmulatorError('RESOURCE_REFUSED', `${logicalId} (${type}): ${reason}`);
}

/** Throws for a resource that AWS accepts, but the emulator does not support. */
export function unsupported({ logicalId, type }: ResourceDefinition, reason: string): never {
  throw new EmulatorError('RESOURCE_UNSUPPORTED', `${logicalId} (${type}): ${reason}`);
}

/** Calls the service's creation function, and adds the logical id to its error. */
export function accepted<T>(resource: ResourceDefinition, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (error instanceof AwsError) reject(resource, `${error.code}: ${error.message}`);
    throw error;
  }
}

function hash(text: string, length: number): string {
  return BigInt(`0x${createHash('sha256').update(text).digest('hex')}`).toString(36).slice(0, length);
}
