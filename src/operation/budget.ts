import { Tags } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { allowBudgets } from './topic-policy';
import { warnOfTopicPolicy } from '../private/validation/operation';

export interface BudgetProps {
  /** The construct whose resources the budget is for. */
  readonly of: Construct;
  /** Value of the tag that identifies the cost of these resources. */
  readonly tagValue: string;
  /** US dollars a month. */
  readonly amount: number;
  readonly topic: ITopic;
}

/** Cost allocation tag. It must be activated in the account that pays. */
const TAG = 'librechat-deployment';

/** Percentage of the budget, and whether it is the forecast that reaches it. */
const NOTIFICATIONS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  // Available after about five weeks.
  { notificationType: 'FORECASTED', threshold: 100 },
];

/** A monthly budget for the cost of all resources of the deployment. It notifies, and stops nothing. */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { of, tagValue, amount, topic }: BudgetProps) {
    super(scope, id);
    Tags.of(of).add(TAG, tagValue);
    if (!allowBudgets(this, topic)) warnOfTopicPolicy(scope, topic.topicArn);
    new CfnBudget(this, 'Resource', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${TAG}$${tagValue}`] },
      },
      notificationsWithSubscribers: NOTIFICATIONS.map((notification) => ({
        notification: { ...notification, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
        subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
      })),
    });
  }
}
