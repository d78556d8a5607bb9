import type { Duration } from 'aws-cdk-lib';
import type { IMetric, MetricOptions, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Alarms } from './alarms';
import { Budget } from './budget';
import { Canary, type CanaryProps } from './canary';
import { Dashboard } from './dashboard';
import type { AlarmedDatabase, AlarmedRedis } from './data-alarms';
import type { PricedFunction } from './lambda-cost';
import { LogMetrics } from './log-metrics';
import type { LogOptions } from '../private/log-group';

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
  /** Schedule and steps of the canary. */
  readonly canary?: Pick<CanaryProps, 'model'> & { readonly interval: Duration; readonly logsIn: boolean };
  /** Creates the user of the canary. */
  readonly createUser: (scope: Construct, email: string, account: ISecret) => void;
  readonly url: string;
  readonly logs: LogOptions;
  readonly encryptionKey?: IKey;
  readonly monthlyBudget?: number;
}

/** Creates alarms, dashboard, canary and budget. Each of them is optional. */
export function createOperation(scope: Construct, props: OperationProps): void {
  const { alarmTopic: topic, dashboard, monthlyBudget, name, api, relay, worker, relayLogGroup, workerLogGroup } = props;
  const namespace = `LibreChat/${name}`;
  const canary = props.canary && createCanary(scope, namespace, props.canary, props);
  if (topic === undefined && !dashboard) return;
  const logMetrics = new LogMetrics(scope, 'LogMetrics', { namespace, relay: relayLogGroup, worker: workerLogGroup });
  if (topic) {
    new Alarms(scope, 'Alarms', {
      ...props, topic, logMetrics, canary, relay: relay.handler, worker: worker.handler, apiErrorRate: api.metricServerError({ statistic: 'Average' }),
    });
  }
  if (dashboard) new Dashboard(scope, 'Dashboard', { ...props, logMetrics, canary, logGroups: [relayLogGroup, workerLogGroup] });
  if (topic && monthlyBudget !== undefined) new Budget(scope, 'Budget', { of: scope, tagValue: name, amount: monthlyBudget, topic });
}

function createCanary(
  scope: Construct, namespace: string, { logsIn, ...canary }: NonNullable<OperationProps['canary']>, { url, logs, encryptionKey, createUser }: OperationProps,
): Canary {
  return new Canary(scope, 'Canary', { ...canary, namespace, url, logs, encryptionKey, createUser: logsIn ? createUser : undefined });
}
