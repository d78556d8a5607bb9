import { CfnOutput, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { probeBundle } from './bundle';

const KEY_VARIABLE = 'MODEL_KEY';
const URL_VARIABLE = 'MODEL_URL';

/**
 * An OpenAI-compatible model without cost, behind a function URL. The prompt specifies length and pace of the reply.
 *
 * LibreChat does not sign requests for IAM, so the URL is public, and the function requires the generated key.
 */
export class ModelStub extends Construct {
  /** The content of `librechat.yaml`. The variables below contain URL and key. */
  public readonly config = {
    version: '1.3.0',
    cache: true,
    fileStrategy: 's3',
    fileConfig: { serverFileSizeLimit: 4, endpoints: { default: { fileSizeLimit: 4, totalSizeLimit: 4 } } },
    endpoints: {
      custom: [{
        name: 'Probe',
        apiKey: `\${${KEY_VARIABLE}}`,
        baseURL: `\${${URL_VARIABLE}}`,
        models: { default: ['probe'], fetch: false },
        titleConvo: false,
      }],
    },
  };

  /** Endpoint and name of the model. */
  public readonly choice = { endpoint: 'Probe', model: 'probe' };
  public readonly environment: Record<string, string>;
  public readonly secrets: Record<string, ecs.Secret>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const key = new Secret(this, 'Key', {
      description: 'API key of the model stub of the integration tests',
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const handler = new lambda.Function(this, 'Function', {
      description: 'OpenAI-compatible model of the integration tests',
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      code: probeBundle('model/lambda'),
      handler: 'index.handler',
      memorySize: 256,
      timeout: Duration.minutes(5),
      environment: { MODEL_KEY_SECRET: key.secretArn },
      logGroup: new LogGroup(this, 'Log', { retention: RetentionDays.ONE_DAY, removalPolicy: RemovalPolicy.DESTROY }),
    });
    key.grantRead(handler);
    const { url } = handler.addFunctionUrl({
      authType: lambda.FunctionUrlAuthType.NONE,
      invokeMode: lambda.InvokeMode.RESPONSE_STREAM,
    });
    // The URL of a function ends with a slash.
    this.environment = { [URL_VARIABLE]: Fn.join('', [url, 'v1']) };
    this.secrets = { [KEY_VARIABLE]: ecs.Secret.fromSecretsManager(key) };
    new CfnOutput(this, 'Url', { value: url });
  }
}
