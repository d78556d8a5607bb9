import { type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Alarms } from './alarms';
import type { AlarmedDatabase, AlarmedRedis } from './data-alarms';
import { LogMetrics } from './log-metrics';

export interface OperationProps {
  /** Name of the deployment, unique in the account and region. */
  readonly name: string;
  readonly relay: IFunction;
  readonly worker: IFunction;
  readonly deployment: Record<string, IFunction>;
  readonly relayLogGroup: ILogGroup;
  readonly workerLogGroup: ILogGroup;
  readonly apiErrorRate: IMetric;
  readonly redis?: AlarmedRedis;
  readonly database?: AlarmedDatabase;
  readonly alarmTopic?: ITopic;
}

/** Creates what watches a deployment. Nothing of it exists unless it is asked for. */
export function createOperation(scope: Construct, props: OperationProps): void {
  const { alarmTopic, name, relayLogGroup, workerLogGroup } = props;
  if (alarmTopic === undefined) return;
  const logMetrics = new LogMetrics(scope, 'LogMetrics', { namespace: `LibreChat/${name}`, relay: relayLogGroup, worker: workerLogGroup });
  new Alarms(scope, 'Alarms', { ...props, topic: alarmTopic, logMetrics });
}
