import { ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmDefinition, createAlarm } from './alarm';
import { type AlarmedDatabase, type AlarmedRedis, databaseAlarms, redisAlarms } from './data-alarms';
import { type AlarmedServices, serviceAlarms } from './service-alarms';
import { allowAlarms } from './topic-policy';

export interface AlarmsProps extends AlarmedServices {
  readonly topic: ITopic;
  readonly redis?: AlarmedRedis;
  readonly database?: AlarmedDatabase;
  readonly canary?: { readonly success: Metric };
}

/** Alarms for all parts of the deployment. An existing database or Redis gets no alarms. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { topic, redis, database, canary, ...services }: AlarmsProps) {
    super(scope, id);
    const definitions = [
      ...serviceAlarms(services),
      ...redis ? redisAlarms(redis) : [],
      ...database ? databaseAlarms(database) : [],
      ...canary ? [canaryAlarm(canary.success)] : [],
    ];
    allowAlarms(this, topic);
    for (const definition of definitions) createAlarm(this, topic, definition);
  }
}

/**
 * One failed run may meet a worker that is being replaced.
 *
 * A canary that stops reporting leads to the state INSUFFICIENT_DATA, of which the topic is notified. A new alarm begins in that state and has no
 * transition to it, so a canary that has never run is shown by the state only. Missing data that are breaching would notify of it, too, but also
 * at each first deployment: CloudWatch evaluates a new alarm at once, for the time before it existed.
 */
function canaryAlarm(metric: Metric): AlarmDefinition {
  return {
    id: 'CanaryFailed',
    metric,
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    periods: 2,
    missing: TreatMissingData.MISSING,
    description: 'the canary failed twice; without data, it does not run. Look at the lines `canary-failed` in its log.',
  };
}
