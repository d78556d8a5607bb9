import { createHash } from 'node:crypto';
import type { SynthesizedStack } from '../assembly/assembly';
import type { Certificates } from '../core/certificates';
import type { Cloud } from '../core/cloud';
import { EmulatorError } from '../core/errors';
import type { EmulatorOptions } from '../options';
import type { AwsServer } from '../services/aws-server';

/** Properties of a resource, resolved. */
export type Properties = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- shapes are CloudFormation's

/** A resource about to be made. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

/** What a resource gives to `Ref` and `Fn::GetAtt`. */
export interface Made {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** All that making a resource may touch. */
export interface Deployment {
  readonly cloud: Cloud;
  readonly stack: SynthesizedStack;
  readonly stackId: string;
  readonly aws: AwsServer;
  readonly certificates: Certificates;
  readonly options: EmulatorOptions;
}

/** Makes resources of one type. */
export type Player = (resource: Resource, deployment: Deployment) => Made | Promise<Made>;

/** A name such as CloudFormation makes up where the template gives none. */
export function physicalName({ logicalId }: Resource, { stack }: Deployment): string {
  return `${stack.name}-${logicalId}-${hash(`${stack.name}/${logicalId}`, 12).toUpperCase()}`;
}

/** An id such as services make up: letters and digits, the same for each start. */
export function identifier(resource: Resource, { stack }: Deployment, length = 10): string {
  return hash(`${stack.name}/${resource.logicalId}/${resource.type}`, length);
}

/** Refuses a resource, with its logical id and the reason. */
export function refuse({ logicalId, type }: Resource, reason: string): never {
  throw new EmulatorError('RESOURCE_REFUSED', `${logicalId} (${type}): ${reason}`);
}

/** Says that the emulator does not play something that AWS would take. */
export function unsupported({ logicalId, type }: Resource, reason: string): never {
  throw new EmulatorError('RESOURCE_UNSUPPORTED', `${logicalId} (${type}): ${reason}`);
}

function hash(text: string, length: number): string {
  return BigInt(`0x${createHash('sha256').update(text).digest('hex')}`).toString(36).slice(0, length);
}
