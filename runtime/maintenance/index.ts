import { check } from './check';
import { runCommand } from './commands';
import { user } from './user';
import { CHECK_RESOURCE_TYPE, USER_RESOURCE_TYPE } from '../../src/contract/maintenance';
import { isCustomResourceEvent, type CustomResourceEvent } from '../shared/cloudformation';
import { fulfil, type CustomResourceWork } from '../shared/custom-resource';
import { log, messageOf } from '../shared/log';
import type { Invocation, RuntimeApi } from '../shared/runtime-api';
import { isScheduledEvent } from '../shared/scheduled-event';
import type { Settings } from '../shared/settings';

/** One request to a custom resource. */
export interface Request {
  readonly environment: NodeJS.ProcessEnv;
  readonly settings: Settings;
  readonly event: CustomResourceEvent;
  /** Time at which the invocation times out, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Aborts when the function's time is up. */
  readonly signal: AbortSignal;
}

/** The custom resources by their CloudFormation types. */
const RESOURCES: Readonly<Record<string, (request: Request) => ReturnType<CustomResourceWork['run']>>> = {
  [CHECK_RESOURCE_TYPE]: check,
  [USER_RESOURCE_TYPE]: user,
};

/** Serves one event at a time, until the process ends: requests of CloudFormation, commands of operators, and ticks. */
export async function maintain(api: RuntimeApi, environment: NodeJS.ProcessEnv, settings: Settings): Promise<void> {
  for (;;) {
    const invocation = await api.next();
    const { event } = invocation;
    if (isCustomResourceEvent(event)) {
      await serve(environment, settings, invocation, event);
      await api.respond(invocation, {});
    } else if (isScheduledEvent(event)) {
      // The invocation alone keeps the function active.
      await api.respond(invocation, {});
    } else {
      await api.respond(invocation, await obey(environment, settings, event));
    }
  }
}

/** Invalid input of an operator is returned and not thrown: errors of the function raise an alarm. */
async function obey(environment: NodeJS.ProcessEnv, settings: Settings, event: unknown): Promise<object> {
  try {
    return await runCommand(environment, settings, Object(event) as object);
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function serve(environment: NodeJS.ProcessEnv, settings: Settings, invocation: Invocation, event: CustomResourceEvent): Promise<void> {
  const resource = RESOURCES[event.ResourceType];
  // A deletion grants no permissions.
  const awsDeniedMs = event.RequestType === 'Delete' ? 0 : settings.permissionWaitMs;
  await fulfil(invocation, event, {
    // Never changes, because CloudFormation would delete the old resource.
    physicalId: event.PhysicalResourceId ?? event.LogicalResourceId,
    run: async (signal) => {
      if (!resource) throw new Error(`ResourceType must be one of ${Object.keys(RESOURCES).join(', ')}, got: ${event.ResourceType}`);
      return resource({ environment, settings: { ...settings, awsDeniedMs }, event, signal, deadline: invocation.deadline });
    },
    failed: (message) => log.error('maintenance-failed', { resource: event.ResourceType, message }),
  });
}
