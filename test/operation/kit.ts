import { Topic } from 'aws-cdk-lib/aws-sns';
import { type AlarmState, stateOf } from '../../emulator/services/cloudwatch/alarm';
import type { LambdaFunction } from '../../emulator/services/lambda/lambda-function';
import { Deployment, type DeploymentOptions } from '../../fixtures/deployment';

/** A deployment with alarms, and their states. */
export class WatchedDeployment {
  public static async start(options: DeploymentOptions = {}): Promise<WatchedDeployment> {
    return new WatchedDeployment(await Deployment.start({
      ...options,
      props: (stack) => ({ alarmTopic: new Topic(stack, 'Topic'), ...typeof options.props === 'function' ? options.props(stack) : options.props }),
    }));
  }

  private constructor(public readonly deployment: Deployment) {}

  /** Ids of all alarms. */
  public get alarms(): string[] {
    return [...this.cloudWatch.alarms.keys()].map(idOf);
  }

  /** The state of an alarm at a time. */
  public state(id: string, at = Date.now()): AlarmState | undefined {
    return [...this.cloudWatch.states(at)].find(([logicalId]) => idOf(logicalId) === id)?.[1];
  }

  /** The values of a metric of Lambda for a function. */
  public valuesOf(fn: LambdaFunction, metricName: string): number[] {
    const { name } = [...this.deployment.emulator.services.lambda.functions.values()].find(({ lambda }) => lambda === fn)!;
    return this.cloudWatch.values({ namespace: 'AWS/Lambda', metricName, dimensions: { FunctionName: name } }, 0, Infinity);
  }

  /** Ids of the alarms that fire if the events so far are repeated in each of their periods. */
  public async firing(): Promise<string[]> {
    const { cloudWatch } = this;
    const { elastiCache, documentDb } = this.deployment.emulator.services;
    await elastiCache.measure();
    documentDb.measure();
    const firing = [...cloudWatch.alarms].filter(([, alarm]) => stateOf(alarm, Date.now(), (metric) => cloudWatch.values(metric, 0, Infinity)) === 'ALARM');
    return firing.map(([logicalId]) => idOf(logicalId)).sort();
  }

  private get cloudWatch() {
    return this.deployment.emulator.services.cloudWatch;
  }
}

/** The id of a construct below `Alarms`, in its logical id. */
function idOf(logicalId: string): string {
  return /^ChatAlarms(\w+)[0-9A-F]{8}$/.exec(logicalId)![1];
}
