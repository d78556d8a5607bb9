import { randomUUID } from 'node:crypto';
import { reject, unsupported, type ResourceHandlers, type ResourceProperties } from '../../cloudformation/resource';

const MOST_NOTIFICATIONS = 5;

/**
 * Budgets that never notify: the emulator has no costs.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
 */
export const BUDGETS_RESOURCES: ResourceHandlers = {
  'AWS::Budgets::Budget': (resource) => {
    const { Budget, NotificationsWithSubscribers = [] } = resource.properties;
    const { BudgetType, TimeUnit, BudgetLimit, CostFilters = {} } = Budget as ResourceProperties;
    if (BudgetType !== 'COST' || TimeUnit !== 'MONTHLY') unsupported(resource, `the budget must be of COST and MONTHLY, got: ${BudgetType}, ${TimeUnit}`);
    if (!(Number(BudgetLimit?.Amount) > 0) || BudgetLimit.Unit !== 'USD') reject(resource, '`BudgetLimit` must be an amount in USD');
    for (const [filter, values] of Object.entries<string[]>(CostFilters)) {
      const wrong = values.find((value) => !/^(user|aws):[^$]+\$.+$/.test(value));
      if (filter !== 'TagKeyValue' || wrong !== undefined) unsupported(resource, `\`CostFilters\` must be TagKeyValue with user:<key>$<value>, got: ${filter} ${wrong}`);
    }
    const notifications = NotificationsWithSubscribers as ResourceProperties[];
    if (notifications.length > MOST_NOTIFICATIONS) reject(resource, `a budget must have at most ${MOST_NOTIFICATIONS} notifications, got: ${notifications.length}`);
    for (const { Notification, Subscribers } of notifications) {
      if (!(Notification.Threshold > 0)) reject(resource, `\`Threshold\` must be above 0, got: ${Notification.Threshold}`);
      const topics = (Subscribers as ResourceProperties[]).filter(({ SubscriptionType }) => SubscriptionType === 'SNS');
      if (topics.length > 1 || topics.some(({ Address }) => !/^arn:[\w-]+:sns:/.test(String(Address)))) reject(resource, '`Subscribers` must have one SNS topic, by its ARN');
    }
    return { ref: `budget-${randomUUID()}` };
  },
};
