import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CANARY, CANARY_EMAIL, CANARY_FOLDER, CANARY_HANDLER, CANARY_METRICS } from '../contract/canary';
import { wholeSecret } from '../private/binding';
import { inPackage } from '../private/files';
import { createFunctionRole } from '../private/function-role';
import { createLogGroup, type LogOptions } from '../private/log-group';
import { suppressNag } from '../private/nag';

/** A run with a cold start and a chat takes half a minute. */
const TIMEOUT = Duration.minutes(5);

/** Lambda does not accept more. */
const LONGEST_EVENT_AGE = Duration.hours(6);

export interface CanaryProps {
  readonly url: string;
  readonly interval: Duration;
  /** Creates a user with the field `password` of a secret; undefined if the canary does not log in. */
  readonly createUser?: (scope: Construct, email: string, account: secretsmanager.ISecret) => void;
  readonly model?: { readonly endpoint: string; readonly model: string };
  /** Namespace of its metrics. */
  readonly namespace: string;
  readonly logs: LogOptions;
  readonly encryptionKey?: IKey;
}

/** A function that uses LibreChat on a schedule as a user does. */
export class Canary extends Construct {
  /** 1 for a run that succeeded, otherwise 0. */
  public readonly success: Metric;

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);

    const logGroup = createLogGroup(this, 'Logs', props.logs);
    const role = createFunctionRole(this, { description: 'LibreChat: the canary', logGroup });
    const account = props.createUser && this.createAccount(props.encryptionKey);
    if (account) wholeSecret(account).grantRead(role);
    const handler = new lambda.Function(this, 'Function', {
      description: 'LibreChat: uses the site as a user does',
      // The runtime contains the AWS SDK.
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(inPackage(CANARY_FOLDER)),
      handler: CANARY_HANDLER,
      memorySize: 256,
      // A run deletes the conversations of its user, also those of another one at the same time.
      timeout: shorter(TIMEOUT, props.interval),
      retryAttempts: 0,
      maxEventAge: shorter(LONGEST_EVENT_AGE, props.interval),
      environment: {
        [CANARY.url]: props.url,
        [CANARY.namespace]: props.namespace,
        ...account && { [CANARY.account]: account.secretArn },
        ...props.model && { [CANARY.endpoint]: props.model.endpoint, [CANARY.model]: props.model.model },
      },
      role,
      logGroup,
    });
    if (account) props.createUser!(this, CANARY_EMAIL, account);
    new events.Rule(this, 'Schedule', {
      description: 'LibreChat: runs the canary',
      schedule: events.Schedule.rate(props.interval),
      targets: [new LambdaFunction(handler, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    this.success = new Metric({
      namespace: props.namespace, metricName: CANARY_METRICS.success, statistic: Stats.MINIMUM, period: props.interval,
    }).attachTo(this);
  }

  private createAccount(encryptionKey?: IKey): secretsmanager.ISecret {
    const secret = new secretsmanager.Secret(this, 'Account', {
      description: 'LibreChat: user of the canary',
      encryptionKey,
      generateSecretString: { passwordLength: 32, excludePunctuation: true, secretStringTemplate: JSON.stringify({ email: CANARY_EMAIL }), generateStringKey: 'password' },
    });
    suppressNag(secret, { id: 'AwsSolutions-SMG4', reason: 'The user of the canary has the password of the secret when it is created' });
    return secret;
  }
}

function shorter(one: Duration, other: Duration): Duration {
  return one.toMilliseconds() < other.toMilliseconds() ? one : other;
}
