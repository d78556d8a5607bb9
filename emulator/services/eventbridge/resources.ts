import { randomUUID } from 'node:crypto';
import { scheduleOf, type Schedule } from './schedule-expression';
import {
  physicalName, unsupported, type Deployment, type ResourceDefinition, type ResourceDeleters, type ResourceHandlers, type ResourceProperties,
} from '../../cloudformation/resource';
import { arnLike } from '../iam/policy';
import type { InvokeResult } from '../lambda/event-queue';
import type { DeployedFunction } from '../lambda/lambda-service';

/** Scheduled rules with functions as targets. Rules with an event pattern are accepted, but never match. */
export const EVENTBRIDGE_RESOURCES: ResourceHandlers = {
  'AWS::Events::Rule': (resource, deployment) => {
    const { ScheduleExpression, State = 'ENABLED', Targets = [], Name } = resource.properties;
    const { cloud, services } = deployment;
    const name = String(Name ?? physicalName(resource, deployment, 64));
    const arn = cloud.arn('events', `rule/${name}`);
    const event = () => ({
      'version': '0',
      'id': randomUUID(),
      'detail-type': 'Scheduled Event',
      'source': 'aws.events',
      'account': cloud.account,
      'time': new Date().toISOString(),
      'region': cloud.region,
      'resources': [arn],
      'detail': {},
    });
    const permitted = ({ permissions }: DeployedFunction) => permissions.some(({ action, principal, sourceArn }) =>
      ['lambda:InvokeFunction', 'lambda:*'].includes(action) && principal === 'events.amazonaws.com' && (!sourceArn || arnLike(sourceArn, arn)));
    if (ScheduleExpression !== undefined) {
      services.eventBridge.add({
        logicalId: resource.logicalId,
        enabled: State !== 'DISABLED',
        schedule: parsed(resource),
        invoke: () => Promise.all((Targets as ResourceProperties[]).map((target) => {
          const fn = functionOf(target, deployment);
          if (!permitted(fn)) throw new Error(`the function ${fn.logicalId} needs a permission of lambda:InvokeFunction for events.amazonaws.com`);
          return invoke(fn, String(target.Input ?? JSON.stringify(event())));
        })),
      });
    }
    return { ref: name, attributes: { Arn: arn } };
  },

  'AWS::Scheduler::Schedule': (resource, deployment) => {
    const { State = 'ENABLED', Target, Name, ScheduleExpressionTimezone = 'UTC' } = resource.properties;
    const { cloud, services } = deployment;
    if (ScheduleExpressionTimezone !== 'UTC') unsupported(resource, `\`ScheduleExpressionTimezone\` must be UTC, got: ${String(ScheduleExpressionTimezone)}`);
    const name = String(Name ?? physicalName(resource, deployment, 64));
    services.eventBridge.add({
      logicalId: resource.logicalId,
      enabled: State !== 'DISABLED',
      schedule: parsed(resource),
      invoke: async () => {
        const fn = functionOf(Target, deployment);
        const role = services.iam.find(String(Target.RoleArn));
        if (!role || !services.iam.allows(role, { action: 'lambda:InvokeFunction', resource: fn.arn })) {
          throw new Error(`the role ${String(Target.RoleArn)} is not authorized to perform lambda:InvokeFunction on ${fn.arn}`);
        }
        return [await invoke(fn, String(Target.Input ?? '{}'))];
      },
    });
    return { ref: name, attributes: { Arn: cloud.arn('scheduler', `schedule/default/${name}`) } };
  },
};

export const EVENTBRIDGE_DELETERS: ResourceDeleters = {
  'AWS::Events::Rule': ({ logicalId }, { services }) => services.eventBridge.delete(logicalId),
};

function parsed(resource: ResourceDefinition): Schedule {
  try {
    return scheduleOf(String(resource.properties.ScheduleExpression));
  } catch (error) {
    return unsupported(resource, (error as Error).message);
  }
}

function functionOf({ Arn }: ResourceProperties, { services }: Deployment): DeployedFunction {
  const fn = services.lambda.functions.get(String(Arn));
  if (fn?.lambda) return fn;
  throw new Error(`the target must be a function that the emulator runs, got: ${String(Arn)}`);
}

function invoke({ lambda, arn, version }: DeployedFunction, event: string): Promise<InvokeResult> {
  return lambda!.queue.accept(Buffer.from(event), { arn, version });
}
