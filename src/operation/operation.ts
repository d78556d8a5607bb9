import type { IMetric, MetricOptions, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Alarms } from './alarms';
import { Budget } from './budget';
import { Dashboard } from './dashboard';
import type { AlarmedDatabase, AlarmedRedis } from './data-alarms';
import type { PricedFunction } from './lambda-cost';
import { LogMetrics } from './log-metrics';

export interface OperationProps {
  /** Name of the deployment, unique in the account and region. */
  readonly name: string;
  readonly relay: PricedFunction;
  readonly worker: PricedFunction;
  /** Functions that run during deployments, by the ids of their alarms. */
  readonly deployment: Record<string, IFunction>;
  readonly relayLogGroup: ILogGroup;
  readonly workerLogGroup: ILogGroup;
  readonly api: { metric(name: string, options?: MetricOptions): Metric; metricServerError(options?: MetricOptions): IMetric };
  readonly redis?: AlarmedRedis;
  readonly database?: AlarmedDatabase;
  readonly alarmTopic?: ITopic;
  readonly dashboard?: boolean;
  readonly monthlyBudget?: number;
}

/** Creates what watches a deployment. Nothing of it exists unless it is asked for. */
export function createOperation(scope: Construct, props: OperationProps): void {
  const { alarmTopic: topic, dashboard, monthlyBudget, name, api, relay, worker, relayLogGroup, workerLogGroup } = props;
  if (topic === undefined && !dashboard) return;
  const logMetrics = new LogMetrics(scope, 'LogMetrics', { namespace: `LibreChat/${name}`, relay: relayLogGroup, worker: workerLogGroup });
  if (topic) {
    new Alarms(scope, 'Alarms', {
      ...props, topic, logMetrics, relay: relay.handler, worker: worker.handler, apiErrorRate: api.metricServerError({ statistic: 'Average' }),
    });
  }
  if (dashboard) new Dashboard(scope, 'Dashboard', { ...props, logMetrics, logGroups: [relayLogGroup, workerLogGroup] });
  if (topic && monthlyBudget !== undefined) new Budget(scope, 'Budget', { of: scope, tagValue: name, amount: monthlyBudget, topic });
}
