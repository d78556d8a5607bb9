import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FRONTEND_PROPERTIES, FRONTEND_RESOURCE_TYPE } from '../contract/frontend';
import { COMMAND } from '../contract/image';
import { createFunctionRole } from '../private/function-role';
import { codeOf, type LambdaImage } from '../private/image';
import { createLogGroup, type LogOptions } from '../private/log-group';
import { suppressNag, wildcardFinding } from '../private/nag';
import { NOTHING_TO_DELETE } from '../private/retention';

/** Some 30 MB in a few hundred files usually take a few seconds. */
const TIMEOUT = Duration.minutes(5);

export interface PublicationProps {
  readonly image: LambdaImage;
  readonly bucket: IBucket;
  readonly logs: LogOptions;
}

/** Publishes the client from the image whenever the image changes, so that client and API are of one release. */
export class Publication extends Construct {
  public readonly resource: CustomResource;
  public readonly handler: lambda.IFunction;

  constructor(scope: Construct, id: string, props: PublicationProps) {
    super(scope, id);

    const logGroup = createLogGroup(this, 'Logs', props.logs);
    this.handler = new lambda.DockerImageFunction(this, 'Function', {
      description: 'LibreChat: publishes the client from the image',
      code: codeOf(props.image, COMMAND.publish),
      architecture: props.image.architecture,
      memorySize: 512,
      timeout: TIMEOUT,
      role: this.createRole(logGroup, props.bucket),
      logGroup,
    });
    this.resource = new CustomResource(this, 'Resource', {
      resourceType: FRONTEND_RESOURCE_TYPE,
      serviceToken: this.handler.functionArn,
      // Otherwise a function that ends without a response blocks the deployment for an hour.
      serviceTimeout: TIMEOUT.plus(Duration.minutes(5)),
      removalPolicy: NOTHING_TO_DELETE,
      properties: {
        [FRONTEND_PROPERTIES.bucket]: props.bucket.bucketName,
        [FRONTEND_PROPERTIES.image]: props.image.tagOrDigest,
      },
    });
  }

  private createRole(logGroup: logs.ILogGroup, bucket: IBucket): iam.Role {
    const role = createFunctionRole(this, { description: 'LibreChat: publishes the client', logGroup });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects('*')] }));
    suppressNag(role.node.findChild('DefaultPolicy'), {
      id: 'AwsSolutions-IAM5',
      reason: 'All objects in the bucket are files of the client',
      appliesTo: [wildcardFinding(this, bucket.arnForObjects('*'))],
    });
    return role;
  }
}
