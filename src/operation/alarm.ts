import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Every alarm has an entry on this page, with the id of the alarm as its heading. */
const PAGE = 'https://github.com/librechat-serverless/cdk-librechat-serverless/blob/main/docs/troubleshooting.md';

/** Period of all alarms, unless stated otherwise: alarms with periods of one minute would fire for a single slow start. */
export const PERIOD = Duration.minutes(5);

export interface AlarmDefinition {
  /** Id of the construct. A change replaces the alarm. */
  readonly id: string;
  readonly metric: IMetric;
  /** The alarm fires at this value, or above. */
  readonly threshold: number;
  /** @default ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD */
  readonly comparison?: ComparisonOperator;
  /** Number of periods that are looked at. @default 1 */
  readonly periods?: number;
  /** Number of periods among these that must reach the threshold. @default - all */
  readonly breaching?: number;
  /**
   * With `TreatMissingData.MISSING`, the topic is notified as well when the metric is missing after it has had values.
   *
   * @default TreatMissingData.NOT_BREACHING, since an idle deployment sends no metrics
   */
  readonly missing?: TreatMissingData;
  /** The event and the remedy, in two short sentences. */
  readonly description: string;
}

/** Creates an alarm that notifies the topic when it fires, and when it is over. */
export function createAlarm(scope: Construct, topic: ITopic, definition: AlarmDefinition): Alarm {
  const { id, metric, threshold, comparison, periods = 1, breaching, missing, description } = definition;
  const alarm = new Alarm(scope, id, {
    metric,
    threshold,
    comparisonOperator: comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods,
    datapointsToAlarm: breaching,
    treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
    alarmDescription: `LibreChat: ${description} ${PAGE}#${id.toLowerCase()}`,
  });
  // As `SnsAction` does. Its module loads those of all other actions.
  const action = { bind: () => ({ alarmActionArn: topic.topicArn }) };
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  if (missing === TreatMissingData.MISSING) alarm.addInsufficientDataAction(action);
  return alarm;
}
