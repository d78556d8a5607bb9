import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { uploadFolder } from './upload';
import { FRONTEND_PROPERTIES } from '../../src/contract/frontend';
import { Aws } from '../shared/aws';
import { answer, isCustomResourceEvent, type CustomResourceEvent } from '../shared/cloudformation';
import { log, messageOf } from '../shared/log';
import { RuntimeError, type Invocation, type RuntimeApi } from '../shared/runtime-api';
import type { Settings } from '../shared/settings';

/** The built client of this image, beside LibreChat's `api`, which is the working directory. */
const CLIENT = join('..', 'client', 'dist');

/** CloudFormation is told of a failure this long before the function is ended: it would wait for an hour otherwise. */
const ANSWER_BEFORE_DEADLINE_MS = 10_000;

/** Publishes the client for CloudFormation, one event at a time, until the process ends. */
export async function publish(api: RuntimeApi, environment: NodeJS.ProcessEnv, settings: Settings): Promise<void> {
  for (;;) {
    const invocation = await api.next();
    const { event } = invocation;
    if (isCustomResourceEvent(event)) {
      const aws = new Aws(environment, { ...settings, awsTimeoutMs: settings.uploadTimeoutMs });
      await handle(aws, invocation, event);
      aws.close();
      await api.respond(invocation, {});
    } else {
      await api.fail(invocation, new RuntimeError('UnknownEvent', 'event must be a request of a CloudFormation custom resource'));
    }
  }
}

async function handle(aws: Aws, invocation: Invocation, event: CustomResourceEvent): Promise<void> {
  const stop = new AbortController();
  const left = invocation.deadline - ANSWER_BEFORE_DEADLINE_MS - Date.now();
  const timeout = sleep(left, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`the time of the function ran out after ${Math.round(left / 1000)} s`);
  });
  try {
    await Promise.race([publishClient(aws, event, stop.signal), timeout]);
    await answer(event, physicalId(event), { Status: 'SUCCESS' }, log);
  } catch (error) {
    log.error('publish-failed', { message: messageOf(error) });
    await answer(event, physicalId(event), { Status: 'FAILED', Reason: messageOf(error) }, log);
  } finally {
    stop.abort();
    timeout.catch(() => undefined);
  }
}

async function publishClient(aws: Aws, { RequestType, ResourceProperties }: CustomResourceEvent, signal: AbortSignal): Promise<void> {
  // The bucket goes with the stack or stays, as its removal policy says; open tabs may still need what is in it.
  if (RequestType === 'Delete') return;
  if (RequestType !== 'Create' && RequestType !== 'Update') throw new Error(`RequestType must be Create, Update or Delete, got: ${String(RequestType)}`);
  const bucket = ResourceProperties[FRONTEND_PROPERTIES.bucket];
  if (!bucket) throw new Error(`\`${FRONTEND_PROPERTIES.bucket}\` must name the bucket, got: ${JSON.stringify(bucket)}`);
  const began = performance.now();
  const { files, bytes } = await uploadFolder(aws, CLIENT, String(bucket), signal);
  log.info('published', { bucket, files, bytes, ms: Math.round(performance.now() - began) });
}

/** The same as long as the bucket is: a change of it would have CloudFormation delete what it replaces. */
function physicalId({ PhysicalResourceId, ResourceProperties, LogicalResourceId }: CustomResourceEvent): string {
  const bucket = Object(ResourceProperties)[FRONTEND_PROPERTIES.bucket] as unknown;
  return typeof bucket === 'string' && bucket ? bucket : PhysicalResourceId ?? LogicalResourceId;
}
