import { join } from 'node:path';
import { uploadFolder } from './upload';
import { FRONTEND_PROPERTIES } from '../../src/contract/frontend';
import { Aws } from '../shared/aws';
import { isCustomResourceEvent, type CustomResourceEvent } from '../shared/cloudformation';
import { fulfil } from '../shared/custom-resource';
import { log } from '../shared/log';
import { RuntimeError, type RuntimeApi } from '../shared/runtime-api';
import type { Settings } from '../shared/settings';

/** The built client of this image, beside LibreChat's `api`, which is the working directory. */
const CLIENT = join('..', 'client', 'dist');

/** Publishes the client for CloudFormation, one event at a time, until the process ends. */
export async function publish(api: RuntimeApi, environment: NodeJS.ProcessEnv, settings: Settings): Promise<void> {
  for (;;) {
    const invocation = await api.next();
    const { event } = invocation;
    if (isCustomResourceEvent(event)) {
      const aws = new Aws(environment, { ...settings, awsTimeoutMs: settings.uploadTimeoutMs, awsDeniedMs: settings.permissionWaitMs });
      await fulfil(invocation, event, {
        physicalId: physicalId(event),
        run: (signal) => publishClient(aws, event, signal),
        failed: (message) => log.error('publish-failed', { message }),
      });
      aws.close();
      await api.respond(invocation, {});
    } else {
      await api.fail(invocation, new RuntimeError('Function.UnknownEvent', 'event must be a request of a CloudFormation custom resource'));
    }
  }
}

async function publishClient(aws: Aws, { RequestType, ResourceProperties }: CustomResourceEvent, signal: AbortSignal): Promise<undefined> {
  // The removal policy of the bucket decides about its contents, which open tabs may still need.
  if (RequestType === 'Delete') return undefined;
  if (RequestType !== 'Create' && RequestType !== 'Update') throw new Error(`RequestType must be Create, Update or Delete, got: ${String(RequestType)}`);
  const bucket = ResourceProperties[FRONTEND_PROPERTIES.bucket];
  if (!bucket) throw new Error(`\`${FRONTEND_PROPERTIES.bucket}\` must name the bucket, got: ${JSON.stringify(bucket)}`);
  const began = performance.now();
  const { files, bytes } = await uploadFolder(aws, CLIENT, String(bucket), signal);
  log.info('published', { bucket, files, bytes, ms: Math.round(performance.now() - began) });
  return undefined;
}

/** Stable as long as the bucket is: after a change, CloudFormation would delete the old resource. */
function physicalId({ PhysicalResourceId, ResourceProperties, LogicalResourceId }: CustomResourceEvent): string {
  const bucket = Object(ResourceProperties)[FRONTEND_PROPERTIES.bucket] as unknown;
  return typeof bucket === 'string' && bucket ? bucket : PhysicalResourceId ?? LogicalResourceId;
}
