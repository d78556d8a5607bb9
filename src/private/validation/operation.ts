import { type Duration, Token } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { mustError, requiresError, warn } from './errors';

/** A budget without notifications has no effect. */
export function validateBudget(monthlyBudget: number | undefined, alarmTopic: ITopic | undefined): void {
  if (monthlyBudget === undefined) return;
  if (!Token.isUnresolved(monthlyBudget) && !(Number.isFinite(monthlyBudget) && monthlyBudget > 0)) {
    throw mustError('monthlyBudget', 'be a number of US dollars above 0', monthlyBudget);
  }
  if (alarmTopic === undefined) throw requiresError('monthlyBudget', '`alarmTopic`');
}

/** The default policy of a topic does not allow budgets to publish. */
export function warnOfTopicPolicy(scope: IConstruct, topicArn: string): void {
  warn(scope, 'budgetTopicPolicy', 'alarmTopic', 'allow budgets.amazonaws.com to publish, which cannot be added to the policy of an imported topic', topicArn);
}

/** EventBridge counts in minutes. An alarm looks back for a day, and at two runs. */
export function validateInterval(prop: string, interval: Duration): void {
  if (interval.isUnresolved()) return;
  const seconds = interval.toSeconds();
  if (seconds % 60 || seconds < 60 || seconds > 43_200) throw mustError(prop, 'be 1 minute to 12 hours, in whole minutes', interval.toHumanString());
}
