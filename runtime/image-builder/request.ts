import { createHash } from 'node:crypto';
import { IMAGE_BUILD_PROPERTIES } from '../../src/contract/image-build';
import type { CustomResourceEvent } from '../shared/cloudformation';

/** Properties of a request. */
export type Properties = Readonly<Record<keyof typeof IMAGE_BUILD_PROPERTIES, string>>;

export function propertiesOf({ ResourceProperties }: CustomResourceEvent): Properties {
  return Object.fromEntries(Object.entries(IMAGE_BUILD_PROPERTIES).map(([name, property]) => {
    const value = Object(ResourceProperties)[property] as unknown;
    if (typeof value !== 'string' || !value) throw new Error(`\`${property}\` must be a non-empty string, got: ${JSON.stringify(value)}`);
    return [name, value];
  })) as Properties;
}

export function projectOf({ ResourceProperties }: CustomResourceEvent): string | undefined {
  const project = Object(ResourceProperties)[IMAGE_BUILD_PROPERTIES.project] as unknown;
  return typeof project === 'string' && project ? project : undefined;
}

/** Stable as long as the project is: after a change, CloudFormation would delete the old resource. */
export function physicalId(event: CustomResourceEvent): string {
  const { RequestType, PhysicalResourceId, LogicalResourceId } = event;
  return (RequestType === 'Delete' ? PhysicalResourceId : undefined) ?? projectOf(event) ?? PhysicalResourceId ?? LogicalResourceId;
}

/** Idempotency token: the same for repeated deliveries of a request, a new one for each attempt. */
export function tokenOf({ RequestId }: CustomResourceEvent, tag: string, attempt: number): string {
  return createHash('sha256').update(JSON.stringify([RequestId, tag, attempt])).digest('hex');
}
